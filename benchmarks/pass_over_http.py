"""The storage pass over HTTP: as fast as it is answered, and through faults. Run by `benchmarks.storage_pass`."""

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.http_clients import Clients, Met
from benchmarks.load import wait_for_web
from benchmarks.pass_figures import active_members, applications, p99, places_of, prove, say
from benchmarks.scratch import FOLDER, kill_server
from compensation.embedded import postgres, redis_server

PORT = 8891
CSRF = "a" * 32
PEOPLE_PER_FAULT = 2_000
KILLED_AFTER = 0.2  # of the people of a fault were answered: in the middle, however fast the machine is


def over_http(storage_pass: Any, options: argparse.Namespace) -> None:
    people = _people(storage_pass, options.people)
    left, acknowledged = iter(people), 0
    with _web(options.threads):
        _load(iter([_healthz()] * 400), 8, 10)
        _load((_apply_page(next(left)) for _ in range(400)), 8, 10)  # a process reads its modules with the first
        for clients in (64, 1_000):
            limit = _load(iter([_healthz()] * 10**6), clients, options.seconds)
            say(f"a view that does nothing, {clients:,} clients", limit.rate, limit.rate, limit.p99_ms)
            signed = _load(iter([_healthz(people[0])] * 10**6), clients, options.seconds)
            say(f"the same with a session's cookie, {clients:,} clients", signed.rate, limit.rate, signed.p99_ms)
            met = _load((_apply_page(person) for person in left), clients, options.seconds)
            say(f"apply, {clients:,} clients", met.rate, limit.rate, met.p99_ms)
            if {status for _, status, _ in met.answered} != {302}:
                raise SystemExit(f"not all were taken: { {status for _, status, _ in met.answered} }")
            acknowledged += len(met.answered)
    print(f"acknowledged: {acknowledged:,}; in line: {applications():,} (400 before, the last under way)")
    prove(storage_pass)


def through_the_room(storage_pass: Any, options: argparse.Namespace) -> None:
    """More come than are let in: how many wait, how long each answer takes them, and that each gets a place."""
    people = _people(storage_pass, options.people)
    visits = _Visits()
    with _web(options.threads):
        for path in ("/my/pass/1015/", "/my/pass/1015/room/"):  # a process reads its modules with the first
            _load(((_get(path, person), None) for person in people[:200]), 8, 10)
        _empty_room(storage_pass)
        arriving = ((_get("/my/pass/1015/", person, with_ticket=False), person) for person in people)
        clients = Clients(port=PORT, requests=arriving, count=len(people), then=visits.then, arriving=options.arriving)
        met = clients.run(seconds=600)
    print(
        f"{len(people):,} people, {options.arriving:,} came and {options.admitted:,} were let in a second:"
        f" at most {visits.most:,} waited at once; all had a place after {met.seconds:.0f} s"
    )
    for name, times in visits.times.items():
        figures = f"median {median(times) * 1_000:5.0f} ms   p99 {p99(sorted(times)) * 1_000:5.0f} ms"
        print(f"  {name:<12}{len(times):>8,} answers   {figures}")
    if applications() != len(people):
        raise SystemExit("not everybody has a place")
    prove(storage_pass)


@dataclass(slots=True)
class _Visits:
    """What people do: come, wait until it is their turn, apply."""

    times: dict[str, list[float]] = field(default_factory=lambda: {"come": [], "look again": [], "apply": []})
    waiting: int = 0
    most: int = 0

    def then(self, person: dict[str, Any], answer: bytes, took: float) -> tuple[float, bytes] | None:
        self.times[person.setdefault("does", "come")].append(took)
        if person["does"] == "apply":
            return None
        self.waiting += person["does"] == "come"
        self.most = max(self.most, self.waiting)
        ticket, wait = re.search(rb"pass-ticket=([^;]+)", answer), re.search(rb"every (\d+)s", answer)
        person["ticket"] = ticket[1].decode() if ticket else person["ticket"]
        person["does"] = "look again" if wait else "apply"
        if wait:
            return float(wait[1]), _get("/my/pass/1015/room/", person)
        self.waiting -= 1
        return 0.0, _apply_page(person)[0]


def _empty_room(storage_pass: Any) -> None:
    """Whoever was given a ticket by `_people` counts no more."""
    from django.conf import settings
    from redis import Redis

    room = f"waiting-room:{storage_pass.pk}"
    Redis.from_url(settings.REDIS_URL).delete(room, f"{room}:members")


@dataclass(frozen=True, slots=True)
class Running:
    """Process ids of what a fault may kill."""

    web: int
    worker: int


def through_faults(storage_pass: Any) -> None:
    """Clients ask again until they have an answer; then every row has its acknowledgement, and no one a false one."""
    people = _people(storage_pass, PEOPLE_PER_FAULT * len(FAULTS))
    for place, (name, kill) in enumerate(FAULTS.items()):
        ours = people[place * PEOPLE_PER_FAULT : (place + 1) * PEOPLE_PER_FAULT]
        with _web() as web, _worker() as worker:
            met = _with_fault(ours, lambda kill=kill, web=web, worker=worker: kill(Running(web, worker)))  # type: ignore[misc]
        told = {member: body["place"] for member, status, body in met.answered if status == 200}
        kept = places_of(storage_pass, [person["member"] for person in ours])
        longest = f"longest wait {max(met.times):.1f} s"
        print(
            f"{name} killed with -9: {len(told):,} acknowledged, {len(kept):,} rows, equal: {told == kept}; {longest}",
            flush=True,
        )
        if told != kept or len(told) != len(ours):
            raise SystemExit("rows and acknowledgements differ")
    prove(storage_pass)


def _with_fault(people: list[Any], kill: Callable[[], None]) -> Met:
    requests = ((_apply_api(person), person["member"]) for person in people)
    clients = Clients(port=PORT, requests=requests, count=64, is_stubborn=True)

    def strike() -> None:
        while len(clients.met.answered) < len(people) * KILLED_AFTER:
            time.sleep(0.005)
        kill()

    striker = threading.Thread(target=strike, daemon=True)
    striker.start()
    met = clients.run(seconds=60)
    striker.join(timeout=30)
    return met


def _kill_web(running: Running) -> None:
    """One of the web's processes, in the middle of its work; the other goes on and the master starts a new one."""
    os.kill(random.choice(_children(running.web)), signal.SIGKILL)


def _kill_worker(running: Running) -> None:
    for pid in [running.worker, *_children(running.worker)]:
        os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


FAULTS = {
    "worker": _kill_worker,
    "web": _kill_web,
    "Redis": lambda _running: kill_server(redis_server),
    "PostgreSQL": lambda _running: kill_server(postgres),
}


@contextlib.contextmanager
def _web(threads: int = 0) -> Iterator[int]:
    """Gunicorn as `make run` starts it; its pid."""
    with _process("web", *([f"--threads={threads}"] if threads else [])) as pid:
        wait_for_web(PORT)
        yield pid


@contextlib.contextmanager
def _worker() -> Iterator[int]:
    """The worker that tells people of their passes."""
    with _process("worker-default") as pid:
        yield pid


@contextlib.contextmanager
def _process(name: str, *arguments: str) -> Iterator[int]:
    from django.db import connections

    from compensation.supervisor.plan import manage, processes
    from compensation.supervisor.processes import Child, ProcessSpec

    if name == "web":
        subprocess.run(manage("collectstatic", "--noinput", "--ignore=redoc", "--verbosity=0"), check=True)
    (command,) = (spec.command for spec in processes(PORT) if spec.name == name)
    connections.close_all()
    child = Child(ProcessSpec(name, [*command, *arguments]), FOLDER / f"{name}.log", dict(os.environ))
    try:
        child.start()
        yield child.process.pid if child.process else 0
    finally:
        child.kill()


def _load(requests: Iterator[tuple[bytes, Any]], clients: int, seconds: int) -> Met:
    return Clients(port=PORT, requests=requests, count=clients).run(seconds=seconds)


def _healthz(person: Any = None) -> tuple[bytes, None]:
    cookie = f"Cookie: sessionid={person['session']}\r\n" if person else ""
    return f"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n{cookie}\r\n".encode(), None


def _get(path: str, person: Any, *, with_ticket: bool = True) -> bytes:
    cookie = f"sessionid={person['session']}; csrftoken={CSRF}" + (
        f"; pass-ticket={person['ticket']}" if with_ticket else ""
    )
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode()


def _apply_page(person: Any) -> tuple[bytes, Any]:
    body = f"csrfmiddlewaretoken={CSRF}"
    cookie = f"sessionid={person['session']}; csrftoken={CSRF}; pass-ticket={person['ticket']}"
    head = f"POST /my/pass/1015/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    return (head + body).encode(), person["member"]


def _apply_api(person: Any) -> bytes:
    cookie = f"sessionid={person['session']}; csrftoken={CSRF}"
    head = f"POST /api/v1/programmes/1015/pass/application HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n"
    return f"{head}X-CSRFToken: {CSRF}\r\nPass-Ticket: {person['api_ticket']}\r\nContent-Length: 0\r\n\r\n".encode()


def _people(storage_pass: Any, count: int) -> list[dict[str, Any]]:
    """Members who are signed in and were let in: a ticket for their session, and one for a program of theirs."""
    from django.utils import timezone

    from benchmarks.load_site import _signed_in
    from users.models import MemberAccount
    from users.services.waiting_room import Guest, enter

    made: list[dict[str, Any]] = []
    members = active_members()[:count]
    for first in range(0, len(members), 1_000):
        part = members[first : first + 1_000]
        people = _signed_in([f"member-{member}" for member in part])
        MemberAccount.objects.bulk_create(
            MemberAccount(user=person.user, member_id=member, linked_at=timezone.now())
            for person, member in zip(people, part, strict=True)
        )
        for person, member in zip(people, part, strict=True):
            guest = Guest("1015", storage_pass.pk, member, person.session_key)
            tickets = [enter(guest=one, ticket="").ticket for one in (guest, replace(guest, session_key=""))]
            made.append(
                {"member": member, "session": person.session_key, "ticket": tickets[0], "api_ticket": tickets[1]}
            )
    return made
