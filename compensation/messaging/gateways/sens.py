"""Naver Cloud SENS, the dealer through which Alimtalk and SMS go: signed requests, and what their answers mean.

By its public documentation (api.ncloud-docs.com, "Simple & Easy Notification Service"). The protocol has no key that
would make a repeated request harmless. So an answer that was lost is looked up: the dealer lists what it took for a
number in a span of time, and the check code in a message's content tells whether ours is among them.
"""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import urllib3
from django.conf import settings

from compensation import limits
from compensation.messaging.gateways.base import GatewayNotConfigured, Missing, Outgoing, Refused, Sent, Unknown
from compensation.policy.seoul import SEOUL

CLOCK_DIFFERENCE = timedelta(minutes=2)  # between us and the dealer, whose times bound a look-up
PAGE_SIZE = 100  # entries of a list: the documented maximum
_NEVER_REACHED = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
_REPEATED_LATER = (401, 403, 429)  # a key that is being changed, a quota: nothing about this message
_LONG_DIGITS = re.compile(r"[0-9]{4,}")


class NotReached(Exception):
    """The request did not leave."""


class AnswerLost(Exception):
    """The request left, and no answer that says what became of it came back."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    document: Mapping[str, Any]

    @property
    def fault(self) -> str:
        """What the dealer says is wrong, without the numbers that it repeats."""
        error = self.document.get("error")
        told = error if isinstance(error, Mapping) else self.document
        texts = [str(told[name]) for name in ("errorCode", "message", "errorMessage") if told.get(name)]
        return _LONG_DIGITS.sub("****", " ".join([f"HTTP {self.status}", *texts]))[:200]


class SensGateway:
    """What Alimtalk and SMS share. A subclass says which service, which request, and what is in its answers."""

    service_setting: str
    kind: str

    def __init__(self) -> None:
        self.options: Mapping[str, Any] = settings.MESSAGING["sens"]
        for name in ("address", "access_key", "secret_key", self.service_setting):
            if not self.options.get(name):
                raise GatewayNotConfigured(f"SENS lacks {name}")
        self.path = f"/{self.kind}/v2/services/{quote(self.options[self.service_setting], safe=':')}/messages"

    def request(self, message: Outgoing) -> dict[str, Any]:
        raise NotImplementedError

    def accepted(self, document: Mapping[str, Any]) -> Sent | Refused:
        raise NotImplementedError

    def filters(self, message: Outgoing) -> dict[str, str]:
        raise NotImplementedError

    def send(self, message: Outgoing) -> Sent | Refused | Unknown:
        try:
            answer = self.call("POST", self.path, self.request(message))
        except NotReached as fault:
            return Refused(str(fault))
        except AnswerLost as fault:
            return Unknown(str(fault))
        if answer.status == 202:
            return self.accepted(answer.document)
        if answer.status >= 500 or answer.status == 408:
            return Unknown(answer.fault)  # a gateway that gave up waiting says nothing about what stands behind it
        return Refused(answer.fault, is_final=answer.status not in _REPEATED_LATER)

    def look_up(self, message: Outgoing, *, since: datetime, until: datetime) -> Sent | Missing | Unknown:
        query = self.filters(message) | {
            "requestStartTime": _dealer_time(since - CLOCK_DIFFERENCE),
            "requestEndTime": _dealer_time(until + CLOCK_DIFFERENCE),
            "to": national(message.to),
            "pageSize": str(PAGE_SIZE),
        }
        try:
            answer = self.call("GET", f"{self.path}?{urlencode(query, quote_via=quote)}")
            if answer.status == 404:  # an empty list is answered like this
                return Missing()
            if answer.status not in (200, 202):
                return Unknown(answer.fault)
            for entry in answer.document.get("messages") or ():
                if self._is(message, entry["messageId"]):
                    return Sent(entry["messageId"])
        except (NotReached, AnswerLost) as fault:
            return Unknown(str(fault))
        return Unknown("more than one page") if answer.document.get("hasMore") else Missing()

    def _is(self, message: Outgoing, message_id: str) -> bool:
        answer = self.call("GET", f"{self.path}/{quote(message_id, safe='')}")
        if answer.status not in (200, 202):
            raise AnswerLost(answer.fault)
        entries = answer.document.get("messages") or [answer.document]
        return any(
            message.check_code in entry.get("content", "") and entry.get("requestStatusName") != "fail"
            for entry in entries
        )

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """One signed request. Raises NotReached, AnswerLost."""
        timestamp = str(int(time.time() * 1000))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "x-ncp-apigw-timestamp": timestamp,
            "x-ncp-iam-access-key": self.options["access_key"],
            "x-ncp-apigw-signature-v2": signature(
                method, path, timestamp, self.options["access_key"], self.options["secret_key"]
            ),
        }
        try:
            answer = _connections().request(
                method,
                self.options["address"] + path,
                body=None if body is None else json.dumps(body).encode(),
                headers=headers,
                redirect=False,
            )
            document = json.loads(answer.data or b"{}")
        except _NEVER_REACHED as fault:
            raise NotReached(f"not reached: {type(fault).__name__}") from fault
        except (urllib3.exceptions.HTTPError, ValueError) as fault:
            raise AnswerLost(f"no answer: {type(fault).__name__}") from fault
        return Answer(answer.status, document if isinstance(document, Mapping) else {})


def signature(method: str, path: str, timestamp: str, access_key: str, secret_key: str) -> str:
    """The value of `x-ncp-apigw-signature-v2`. `timestamp` in milliseconds; `path` with its query, without the host."""
    told = f"{method} {path}\n{timestamp}\n{access_key}"
    return base64.b64encode(hmac.digest(secret_key.encode(), told.encode(), hashlib.sha256)).decode()


def national(e164: str) -> str:
    """+821012345678 as 01012345678, the only form the dealer takes."""
    return f"0{e164.removeprefix('+82')}"


def long_message(title: str, text: str) -> dict[str, str]:
    """Type, subject and content of an SMS, or of an LMS where it is longer than 90 bytes; in EUC-KR, as phones here do.

    What that has no place for (an unusual syllable in a name) becomes a question mark, instead of failing the message.
    """
    content = text.encode("euc-kr", "replace")
    if len(content) <= limits.SMS_BYTES_MAX:
        return {"type": "SMS", "content": content.decode("euc-kr")}
    subject = title.encode("euc-kr", "replace")[: limits.LMS_SUBJECT_BYTES_MAX].decode("euc-kr", "ignore")
    return {"type": "LMS", "subject": subject, "content": content.decode("euc-kr")}


def _dealer_time(moment: datetime) -> str:
    return f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M:%S}"


@cache
def _connections() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=limits.MESSAGE_CONNECT_SECONDS, read=limits.MESSAGE_ANSWER_SECONDS)
    return urllib3.PoolManager(timeout=timeout, retries=False)  # a retry of the library's own would be a double
