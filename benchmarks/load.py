"""Requests per second of the merchants' pages, with the site filled, and whether a claim was lost or doubled by it.

    python -m benchmarks.load --claims 100000 --seconds 60 --at-once 16

The web and the workers are started as `make run` starts them, on a database of their own; the people (locust) share the
machine's cores with them. Beside it, in the same run, the rate of a page that does nothing.
"""

import argparse
import contextlib
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.scratch import FOLDER, scratch_servers
from compensation import embedded

PORT = 8890
GOAL_RATE, GOAL_P99_MS = 100, 500
SENT_PER_SECOND_MAX = 40  # drafts that are prepared for each second of the run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=16, help="people; each asks again as soon as it was answered")
    options = parser.parse_args()
    os.environ |= {"MESSAGING_FOLDER": str(FOLDER / "messages"), "MEDIA_ROOT": str(FOLDER / "media")}
    with scratch_servers():
        from benchmarks.load_site import fill_site, make_people
        from claims.models import Claim

        programme = fill_site(claims=options.claims)
        senders = (options.seconds + 10) * SENT_PER_SECOND_MAX
        people = make_people(programme=programme, followers=2000, savers=2000, senders=senders)
        file = FOLDER / "people.json"
        file.write_text(json.dumps(people))
        before = Claim.objects.count()
        with _site() as site:
            watched = site | {name: pid for name, pid in embedded.running_services(var=FOLDER).items() if pid}
            met = _let_people_in(file, options, watched=watched)
            _print(met, claims=before, at_once=options.at_once)
            print(f"claims afterwards: {_count_claims(met['acknowledged'], before=before)}")


@contextlib.contextmanager
def _site() -> Iterator[dict[str, int]]:
    """Gunicorn and the workers by `make run`'s own commands; their pids. Without beat: it finds what was left lying."""
    from compensation.supervisor.plan import manage, processes
    from compensation.supervisor.processes import Child

    subprocess.run(manage("collectstatic", "--noinput", "--ignore=redoc", "--verbosity=0"), check=True)
    specs = [spec for spec in processes(PORT) if spec.name != "beat"]
    children = [Child(spec, FOLDER / f"{spec.name}.log", dict(os.environ)) for spec in specs]
    try:
        for child in children:
            child.start()
        wait_for_web(PORT)
        yield {child.spec.name: child.process.pid for child in children if child.process}
    finally:
        for child in children:
            child.kill()


def wait_for_web(port: int) -> None:
    """Until it answers. Ends the run where it does not."""
    for _try in range(300):
        with contextlib.suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    raise SystemExit(f"the web does not answer: {(FOLDER / 'web.log').read_text()[-2000:]}")


def _let_people_in(file: Path, options: argparse.Namespace, *, watched: Mapping[str, int]) -> dict[str, Any]:
    """What `benchmarks.load_people` met, and how much of the processors each of `watched` (pids) took."""
    command = [sys.executable, "-m", "benchmarks.load_people", str(file), f"http://127.0.0.1:{PORT}"]
    command += ["--at-once", str(options.at_once), "--seconds", str(options.seconds)]
    for name, pid in watched.items():
        command += ["--watch", f"{name}={pid}"]
    process = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    answer: dict[str, Any] = json.loads(process.stdout)
    return answer


def _print(met: dict[str, Any], *, claims: int, at_once: int) -> None:
    print(f"{claims:,} claims, {at_once} people at once")
    print(f"{'':<24}{'requests':>9}{'failed':>8}{'per s':>9}{'p50 ms':>8}{'p95 ms':>8}{'p99 ms':>8}")
    for row in [*met["mixed"], *met["bare"]]:
        print(
            f"{row['name']:<24}{row['requests']:>9,}{row['failures']:>8}{row['rate']:>9.1f}"
            f"{row['p50']:>8.0f}{row['p95']:>8.0f}{row['p99']:>8.0f}"
        )
    took = ", ".join(
        f"{name} {seconds * 1000 / met['mixed'][-1]['requests']:.1f}" for name, seconds in met["took"].items()
    )
    print(f"processor time per request of the mix, in ms: {took}")
    for error in met["errors"]:
        print(f"failed: {error}")
    total = met["mixed"][-1]
    holds = total["rate"] >= GOAL_RATE and total["p99"] < GOAL_P99_MS and not total["failures"]
    print(f"goal (at least {GOAL_RATE}/s, p99 under {GOAL_P99_MS} ms, none failed): {'held' if holds else 'NOT held'}")


def _count_claims(acknowledged: list[list[str]], *, before: int) -> str:
    """Every acknowledged submission has its claim, no business two for one service and window; else it ends here."""
    from claims.models import Claim, ClaimDraft

    told = {tuple(pair) for pair in acknowledged}
    kept = set(ClaimDraft.objects.filter(claim__isnull=False).values_list("reference", "claim__reference"))
    new = Claim.objects.count() - before
    doubles = _doubles()
    lost, untold = len(told - kept), len(kept - told)
    if lost or untold or doubles or new != len(kept):
        raise SystemExit(
            f"{lost} lost, {untold} told to nobody, {doubles} doubled; {len(kept)} drafts became {new} claims"
        )
    return (
        f"{len(acknowledged):,} submissions acknowledged, {len(told):,} different ones; {new:,} new claims; "
        "0 lost, 0 doubled"
    )


def _doubles() -> int:
    """Pairs of live claims of one business in one window that have a service in common."""
    from django.db import connection

    from compensation.policy.transitions import LIVE_CLAIM_STATES

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM claims_claim a JOIN claims_claim b
                ON a.merchant_id = b.merchant_id AND a.window_id = b.window_id AND a.id < b.id
                    AND a.services && b.services
            WHERE a.state = ANY(%(live)s) AND b.state = ANY(%(live)s)
            """,
            {"live": list(LIVE_CLAIM_STATES)},
        )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
