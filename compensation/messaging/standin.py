"""A stand-in for Naver Cloud SENS: the protocol of Alimtalk and SMS on this machine, for tests.

It checks what the dealer checks (keys, signature, clock, the form of a request, approved texts), keeps what it took,
and can be told to misbehave: see `Behaviour`. The product does not import it.
"""

import json
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from compensation.messaging.gateways.sens import signature
from compensation.messaging.texts import LANGUAGES, registered_text, texts
from compensation.policy.seoul import SEOUL

ACCESS_KEY, SECRET_KEY = "stand-in-access", "stand-in-secret"
KAKAO_SERVICE, SMS_SERVICE = "ncp:kkobizmsg:kr:1:stand-in", "ncp:sms:kr:1:stand-in"
CHANNEL, SMS_FROM = "@compensation", "15880000"
CLOCK_MINUTES = 5
PATH = re.compile(r"/(alimtalk|sms)/v2/services/([^/]+)/messages(?:/([^/]+))?")


class Behaviour(Enum):
    """What happens to the next POST instead of the usual."""

    REFUSE = "answers 400, takes nothing"
    THROTTLE = "answers 429, takes nothing"
    FAIL = "answers 500, takes nothing"
    FAIL_AFTER = "takes it, answers 504"
    DROP = "takes nothing, closes the connection"
    LOSE = "takes it, closes the connection"
    HOLD = "takes it, does not answer before `release` is called"


TAKES_NOTHING = {Behaviour.REFUSE: 400, Behaviour.THROTTLE: 429, Behaviour.FAIL: 500}


@dataclass
class SensStandIn:
    """`with SensStandIn() as sens:`; `sens.settings` is what MESSAGING["sens"] has to be."""

    next: deque[Behaviour] = field(default_factory=deque)
    taken: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    lists_are_down: bool = False

    def __enter__(self) -> "SensStandIn":
        handler = type("Handler", (_Handler,), {"sens": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "address": f"http://127.0.0.1:{self._server.server_port}",
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "kakao_service": KAKAO_SERVICE,
            "kakao_channel": CHANNEL,
            "sms_service": SMS_SERVICE,
            "sms_from": SMS_FROM,
            "templates": {},
        }

    @property
    def environment(self) -> dict[str, str]:
        """The same for a process of its own."""
        return {f"SENS_{name.upper()}": str(value) for name, value in self.settings.items() if value}

    def take(self, kind: str, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Keeps each message of a request as the dealer does: with numbers of its own and the time."""
        request_id, now = uuid.uuid4().hex, datetime.now(SEOUL)
        entries = [
            {
                "kind": kind,
                "requestId": request_id,
                "messageId": uuid.uuid4().hex,
                "requestTime": now.isoformat(timespec="milliseconds"),
                "to": entry["to"],
                "content": entry.get("content", request.get("content")),
                "request": dict(request),
                "requestStatusCode": "A000",
                "requestStatusName": "success",
                "requestStatusDesc": "",
            }
            for entry in request["messages"]
        ]
        for entry in entries:
            if kind == "alimtalk" and not _is_approved(request["templateCode"], entry["content"]):
                # any code but A000
                entry |= {"requestStatusCode": "A108", "requestStatusName": "fail", "requestStatusDesc": "no template"}
        self.taken += entries
        return entries


class _Handler(BaseHTTPRequestHandler):
    sens: SensStandIn
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind = self._kind()
        if kind is None:
            return
        behaviour = self.sens.next.popleft() if self.sens.next else None
        if fault := _fault(kind, request):
            self.sens.faults.append(fault)
            behaviour = Behaviour.REFUSE
        if behaviour in TAKES_NOTHING:
            status = TAKES_NOTHING[behaviour]
            self._answer(status, {"error": {"errorCode": str(status), "message": "not for 01012345678"}})
        elif behaviour is Behaviour.DROP:
            self.close_connection = True
        else:
            self._after_taking(kind, self.sens.take(kind, request), behaviour)

    def _after_taking(self, kind: str, entries: list[dict[str, Any]], behaviour: Behaviour | None) -> None:
        if behaviour is Behaviour.HOLD:
            self.sens.released.wait()
        if behaviour in (Behaviour.HOLD, Behaviour.LOSE):
            self.close_connection = True
        elif behaviour is Behaviour.FAIL_AFTER:
            self._answer(504, {})
        else:
            taken = {name: entries[0][name] for name in ("requestId", "requestTime")}
            taken |= {"statusCode": "202", "statusName": "success"}
            self._answer(202, taken | ({"messages": entries} if kind == "alimtalk" else {}))

    def do_GET(self) -> None:
        kind = self._kind()
        if kind is None:
            return
        message_id = PATH.fullmatch(urlsplit(self.path).path)[3]  # type: ignore[index]
        if self.sens.lists_are_down:
            self._answer(503, {})
            return
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        found = [
            entry
            for entry in self.sens.taken
            if entry["kind"] == kind and (entry["messageId"] == message_id if message_id else _matches(entry, query))
        ]
        if not found:
            self._answer(404, None)
        elif message_id and kind == "alimtalk":
            self._answer(200, found[0])
        else:
            hidden = () if message_id else ("content", "request")  # a list does not say what was sent
            listed = [{name: value for name, value in entry.items() if name not in hidden} for entry in found]
            self._answer(200, {"statusCode": "202", "statusName": "success", "messages": listed})

    def _kind(self) -> str | None:
        """'alimtalk' or 'sms'; None where the request was turned away at the door."""
        path = PATH.fullmatch(urlsplit(self.path).path)
        services = {"alimtalk": KAKAO_SERVICE, "sms": SMS_SERVICE}
        if path is None or unquote(path[2]) != services[path[1]]:
            self._answer(404, {"error": {"errorCode": "300", "message": "Not Found"}})
            return None
        timestamp = self.headers.get("x-ncp-apigw-timestamp", "0")
        signed = self.headers.get("x-ncp-apigw-signature-v2")
        in_time = abs(time.time() * 1000 - int(timestamp)) < CLOCK_MINUTES * 60_000
        wanted = signature(self.command, self.path, timestamp, ACCESS_KEY, SECRET_KEY)
        if signed != wanted or not in_time or self.headers.get("x-ncp-iam-access-key") != ACCESS_KEY:
            self._answer(401, {"error": {"errorCode": "200", "message": "Authentication Failed"}})
            return None
        return path[1]

    def _answer(self, status: int, document: Mapping[str, Any] | None) -> None:
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Says nothing."""


def _fault(kind: str, request: Mapping[str, Any]) -> str:
    """What is wrong with the form of a request; "" where nothing is."""
    messages = request.get("messages", [])
    if not 1 <= len(messages) <= 100 or any(not re.fullmatch(r"01[0-9]{8,9}", entry["to"]) for entry in messages):
        return "1 to 100 messages to mobile numbers in digits"
    if kind == "alimtalk":
        return "" if request.get("plusFriendId") == CHANNEL and request.get("templateCode") else "channel or template"
    size = len(request["content"].encode("euc-kr"))  # raises where phones here have no such character
    most = {"SMS": 90, "LMS": 2000}[request["type"]]
    subject = len(request.get("subject", "").encode("euc-kr"))
    return "" if size <= most and subject <= 40 and request["from"] == SMS_FROM else "too long, or not from us"


def _is_approved(template_code: str, content: str) -> bool:
    """Whether the content is the approved text with its variables filled in."""
    approved = {
        f"{template}_{language}": registered_text(template=template, language=language)
        for template in texts()
        for language in LANGUAGES
    }
    pattern = re.sub(r"\\#\\\{\w+\\\}", ".+?", re.escape(approved.get(template_code, "")))
    return re.fullmatch(pattern, content) is not None


def _matches(entry: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    at = f"{datetime.fromisoformat(entry['requestTime']):%Y-%m-%d %H:%M:%S}"
    return entry["to"] == query["to"] and query["requestStartTime"] <= at <= query["requestEndTime"]
