"""Clients over HTTP that cost little beside what they measure: one thread, sockets and epoll, nothing else.

asyncio and http.client take as long for a request as a small view does, on the same cores.
"""

import json
import selectors
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ANSWER_SECONDS = 15  # then the connection is given up
AGAIN_SECONDS = 0.1  # until the stubborn ask again
# (of whom, the whole answer, seconds it took) -> in how many seconds they ask what next; None where they have done
Then = Callable[[Any, bytes, float], tuple[float, bytes] | None]


@dataclass(slots=True)
class Met:
    """What the clients met: seconds until each answer, and (of whom, status, body of JSON) of each."""

    seconds: float = 0
    times: list[float] = field(default_factory=list)
    answered: list[tuple[Any, int, Any]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds

    def quantile_ms(self, share: float) -> float:
        return sorted(self.times)[int(len(self.times) * share)] * 1_000 if self.times else 0.0

    @property
    def p99_ms(self) -> float:
        return self.quantile_ms(0.99)


@dataclass(slots=True)
class _Client:
    asked: tuple[bytes, Any]
    began: float = 0
    open: socket.socket | None = None
    received: bytes = b""


class Clients:
    """`count` clients: each has one request under way, and asks the next as soon as it was answered.

    `is_stubborn`: whoever gets no answer, or one of 500 and above, asks again until there is one.
    `then`: what whoever was answered asks next. `arriving`: how many come in a second, else all at once.
    """

    def __init__(
        self,
        *,
        port: int,
        requests: Iterator[tuple[bytes, Any]],
        count: int,
        is_stubborn: bool = False,
        then: Then = lambda *_answer: None,
        arriving: float = float("inf"),
    ):
        self._address, self._requests, self._count = ("127.0.0.1", port), requests, count
        self._is_stubborn, self._then, self._arriving = is_stubborn, then, arriving
        self._sockets = selectors.EpollSelector()
        self._later: list[tuple[float, _Client]] = []
        self._busy: list[_Client] = []
        self.met = Met()

    def run(self, *, seconds: float) -> Met:
        """Until the time or the requests are over."""
        began = time.perf_counter()
        ends_at = began + seconds
        self._busy = [_Client(asked) for _, asked in zip(range(self._count), self._requests, strict=False)]
        self._later = [(began + place / self._arriving, client) for place, client in enumerate(self._busy)]
        while self._busy and (now := time.perf_counter()) < ends_at:
            for key, _ in self._sockets.select(timeout=0.01):
                self._receive(key.data)
            self._ask_again(now)
        self.met.seconds = time.perf_counter() - began
        for client in self._busy:
            self._close(client)
        return self.met

    def _ask(self, client: _Client) -> None:
        client.began, client.received = time.perf_counter(), b""
        try:
            if client.open is None:
                client.open = socket.create_connection(self._address, timeout=ANSWER_SECONDS)
                client.open.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._sockets.register(client.open, selectors.EVENT_READ, client)
            client.open.sendall(client.asked[0])
        except OSError:
            self._give_up(client)

    def _receive(self, client: _Client) -> None:
        try:
            part = client.open.recv(65_536) if client.open else b""
        except OSError:
            part = b""
        if not part:
            self._give_up(client)
            return
        client.received += part
        answer = _read(client.received)
        if answer is not None:
            self._answered(client, *answer)

    def _answered(self, client: _Client, status: int, head: bytes, body: bytes) -> None:
        if b"connection: close" in head:
            self._close(client)
        if status >= 500 and self._is_stubborn:
            self._later.append((time.perf_counter() + AGAIN_SECONDS, client))
            return
        took = time.perf_counter() - client.began
        self.met.times.append(took)
        is_json = b"content-type: application/json" in head
        self.met.answered.append((client.asked[1], status, json.loads(body) if is_json and body else None))
        follows = self._then(client.asked[1], client.received, took)
        if follows is not None:
            client.asked = (follows[1], client.asked[1])
            self._close(client)  # as the server does with who is silent
            self._later.append((time.perf_counter() + follows[0], client))
            return
        asked = next(self._requests, None)
        if asked is None:
            self._close(client)
            self._busy.remove(client)
        else:
            client.asked = asked
            self._ask(client)

    def _ask_again(self, now: float) -> None:
        if self._later:
            due = [client for when, client in self._later if when <= now]
            self._later = [(when, client) for when, client in self._later if when > now]
            for client in due:
                self._ask(client)
        if int(now * 20) % 20 == 0:  # about once a second
            for client in self._busy:
                if client.open and now - client.began > ANSWER_SECONDS:
                    self._give_up(client)

    def _give_up(self, client: _Client) -> None:
        """No answer came; a server that closes an idle connection at this moment is no failure, so all ask again."""
        self._close(client)
        self._later.append((time.perf_counter() + AGAIN_SECONDS, client))

    def _close(self, client: _Client) -> None:
        if client.open is not None:
            self._sockets.unregister(client.open)
            client.open.close()
            client.open = None


def _read(received: bytes) -> tuple[int, bytes, bytes] | None:
    """Status, head in lower case, and body; None while there is more to come."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = received[:end].lower() + b"\r\n"
    place = head.find(b"content-length: ")
    length = int(head[place + 16 : head.index(b"\r", place)]) if place >= 0 else 0
    body = received[end + 4 :]
    return (int(received[9:12]), head, body) if len(body) >= length else None
