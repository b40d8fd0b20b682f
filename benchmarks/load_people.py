"""The people of `benchmarks.load`, in a process of their own: reads what they are from a file, prints JSON.

    python -m benchmarks.load_people people.json http://127.0.0.1:8000 --at-once 16 --seconds 60

As many at once as are asked for; each goes on with the next thing as soon as the last one was answered.
"""

import argparse
import contextlib
import itertools
import json
import os
import random
import secrets
from pathlib import Path
from typing import Any

import gevent
import psutil
from locust import constant, task  # first of all: it puts gevent's sockets in the place of Python's
from locust.contrib.fasthttp import FastHttpUser
from locust.env import Environment

WARM_UP_SECONDS = 5  # a worker's first pages compile their templates
LAST_ANSWERS_SECONDS = 60  # for which what is under way at the end is waited, so that the count afterwards is exact
DOUBLE_CLICK = 0.1  # of the submissions: sent twice at the same time
CSRF = secrets.token_hex(16)
PEOPLE: dict[str, Any] = {}
UNSENT: "itertools.chain[dict[str, str]]" = itertools.chain()
acknowledged: list[tuple[str, str]] = []  # draft, and the claim that the answer named


class Bare(FastHttpUser):
    """Asks for the page that does nothing: what the server, the machine and this process can do at all."""

    wait_time = constant(0)

    @task
    def healthz(self) -> None:
        self.client.get("/healthz", name="bare limit: /healthz")


class Merchant(FastHttpUser):
    """Each task is another person's: the numbers are how often each occurs."""

    wait_time = constant(0)

    def on_start(self) -> None:
        """Redirects are followed here, as requests of their own: `allow_redirects` is no good to two at once."""
        self.client.client.redirect_response_codes = frozenset()

    @task(4)
    def look_at_front_page(self) -> None:
        self.client.get("/", name="front page")

    @task(3)
    def follow_claim(self) -> None:
        follower = random.choice(PEOPLE["followers"])
        self._send("GET", f"/my/claims/{follower['claim']}/", follower, name="status page")

    @task(2)
    def save_draft(self) -> None:
        """Saves a step with something new in it and looks at the next one, as a browser does."""
        saver = random.choice(PEOPLE["savers"])
        step, typed = random.choice(STEPS)
        typed = {name: text() if callable(text) else text for name, text in typed.items()} | {"version": "1"}
        answer = self._send("POST", f"/my/drafts/{saver['draft']}/steps/{step}/", saver, name="draft: save", form=typed)
        if where := answer.headers.get("location"):
            self._send("GET", where, saver, name="draft: next page")

    @task(1)
    def submit(self) -> None:
        """Sends a draft, now and then by a double click, and looks at the receipt."""
        sender = next(UNSENT, None)
        if sender is None:
            raise SystemExit("there are not enough drafts to send for this long")
        clicks = 2 if random.random() < DOUBLE_CLICK else 1
        form = {"declared": PEOPLE["declared"]}
        address = f"/my/drafts/{sender['draft']}/steps/check/"
        sent = [gevent.spawn(self._send, "POST", address, sender, name="submission", form=form) for _ in range(clicks)]
        for answer in (greenlet.get() for greenlet in sent):
            where = answer.headers.get("location", "")
            if where.endswith("/receipt/"):
                acknowledged.append((sender["draft"], where.split("/")[-3]))
        if where:
            self._send("GET", where, sender, name="receipt")

    def _send(self, method: str, path: str, person: dict[str, str], *, name: str, form: Any = None) -> Any:
        """As the person's browser does. Anything but a page or the way to the next one is a failure."""
        headers = {"Cookie": f"sessionid={person['session']}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
        self.client.cookiejar.clear()
        expected = 302 if form else 200
        with self.client.request(method, path, name=name, data=form, headers=headers, catch_response=True) as answer:
            if answer.status_code == expected:
                answer.success()
            else:
                answer.failure(f"{answer.status_code} instead of {expected}")
        return answer


STEPS: list[tuple[str, dict[str, Any]]] = [
    ("losses", {"line-1-lost_sales": lambda: f"{random.randrange(1_000_000):,}"}),
    ("margin", {"basis": "own", "margin": lambda: f"{random.randrange(5000) / 100}", "industry": "5622"}),
    ("account", {"bank": "004", "number": lambda: f"{random.randrange(10**12, 10**13)}", "holder": "이다정"}),
]


def processor_seconds(pid: int) -> float:
    """What a process and those that it started have used so far."""
    tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    total = 0.0
    for process in tree:
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def measure(
    kind: type[FastHttpUser], host: str, *, at_once: int, seconds: float, watched: dict[str, int]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What they met, by name and in all: how many, failures, requests/s, and percentiles in ms.

    Beside it what failed, and the processor seconds that each of `watched` (pids) took.
    """
    environment = Environment(user_classes=[kind], host=host, stop_timeout=LAST_ANSWERS_SECONDS)
    runner = environment.create_local_runner()
    runner.start(at_once, spawn_rate=at_once)
    gevent.sleep(WARM_UP_SECONDS)
    environment.stats.reset_all()
    before = {name: processor_seconds(pid) for name, pid in watched.items()}
    gevent.sleep(seconds)
    took = {name: processor_seconds(pid) - before[name] for name, pid in watched.items()}
    entries = [*environment.stats.entries.values(), environment.stats.total]
    found = [
        {
            "name": "in all" if entry is environment.stats.total else entry.name,
            "requests": entry.num_requests,
            "failures": entry.num_failures,
            "rate": entry.num_requests / seconds,
            "p50": entry.get_response_time_percentile(0.50),
            "p95": entry.get_response_time_percentile(0.95),
            "p99": entry.get_response_time_percentile(0.99),
        }
        for entry in entries
    ]
    errors = [f"{error.name}: {error.error} ({error.occurrences}×)" for error in environment.stats.errors.values()]
    runner.stop()  # once everybody has heard the last answer
    return found, {"errors": errors, "took": took}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path)
    parser.add_argument("host")
    parser.add_argument("--at-once", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--watch", action="append", default=[], metavar="NAME=PID")
    options = parser.parse_args()
    watched = {name: int(pid) for name, pid in (each.split("=") for each in options.watch)} | {"people": os.getpid()}
    global UNSENT  # noqa: PLW0603 - locust makes its users itself, so this is how they hear of it
    PEOPLE.update(json.loads(options.people.read_text()))
    UNSENT = iter(PEOPLE["senders"])
    bare, _ = measure(Bare, options.host, at_once=options.at_once, seconds=options.seconds / 6, watched=watched)
    mixed, rest = measure(Merchant, options.host, at_once=options.at_once, seconds=options.seconds, watched=watched)
    print(json.dumps({"bare": bare[:1], "mixed": mixed, "acknowledged": acknowledged, **rest}))


if __name__ == "__main__":
    main()
