"""Open Banking's holder inquiry (오픈뱅킹 계좌실명조회), where its address is set: whose account a number is.

By its public documentation (KFTC): a token by OAuth 2.0 client credentials (`POST /oauth/2.0/token`, scope `oob`), then
`POST /v2.0/inquiry/real_name` with bank, number and our own number of the request; the answer has `rsp_code` (A0000:
taken) and the bank's own `bank_rsp_code` (000: found). We send no birthday or business number (`account_holder_info_
type` N, "the check is left out"): we do not have them of people, and compare the name ourselves.
"""

import json
import secrets
import string
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

import urllib3
from django.conf import settings

from compensation import limits
from compensation.policy.seoul import SEOUL

TAKEN, FOUND = "A0000", "000"
NO_SUCH_ACCOUNT = ("412", "415")  # 해당계좌 없음, 해약 계좌: nothing can be paid to it, whoever holds it
_WITHOUT_CHECK = "N"
_OWN_NUMBER_LENGTH = 9  # after the institution's code and U: 20 characters in all
_OWN_NUMBER_CHARACTERS = string.digits + string.ascii_uppercase
_TOKEN_MARGIN_SECONDS = 60
_CODE_LENGTH_MAX = 20


class InquiryUnanswered(Exception):
    """No answer to be relied on. `code` says why; `is_down`: not the bank but Open Banking itself did not answer."""

    def __init__(self, code: str, *, is_down: bool) -> None:
        super().__init__(code)
        self.code = code[:_CODE_LENGTH_MAX]
        self.is_down = is_down


@dataclass(frozen=True, slots=True)
class Holder:
    """What the bank has: the holder's name, or that there is no such account ('' then). `code` is the bank's."""

    name: str
    exists: bool
    code: str


def inquiry_is_set_up() -> bool:
    return bool(settings.OPEN_BANKING["address"])


def new_transaction_id() -> str:
    """Our own number of a request, by which Open Banking knows it; a new one for every inquiry."""
    number = "".join(secrets.choice(_OWN_NUMBER_CHARACTERS) for _ in range(_OWN_NUMBER_LENGTH))
    return f"{settings.OPEN_BANKING['institution']}U{number}"


def holder_of(*, bank_code: str, number: str, transaction_id: str, at: datetime) -> Holder:
    """Asks the bank (three-digit code) whose account this is. Raises InquiryUnanswered."""
    answer = _inquired(
        {
            "bank_tran_id": transaction_id,
            "bank_code_std": bank_code,
            "account_num": number,
            "account_holder_info_type": _WITHOUT_CHECK,
            "account_holder_info": "",
            "tran_dtime": at.astimezone(SEOUL).strftime("%Y%m%d%H%M%S"),
        }
    )
    code, bank_code_said = str(answer.get("rsp_code", "")), str(answer.get("bank_rsp_code", ""))
    if bank_code_said in NO_SUCH_ACCOUNT:
        return Holder(name="", exists=False, code=bank_code_said)
    name = answer.get("account_holder_name")
    if code != TAKEN or bank_code_said != FOUND or not isinstance(name, str) or not name.strip():
        raise InquiryUnanswered(bank_code_said if bank_code_said not in ("", FOUND) else code, is_down=False)
    return Holder(name=name.strip(), exists=True, code=bank_code_said)


def _inquired(request: dict[str, str]) -> dict[str, Any]:
    """With the token at hand; once more with a new one where that was not taken any more."""
    token = _tokens().current()
    status, answer = _posted("/v2.0/inquiry/real_name", _as_json(request), token)
    if status == 401:
        _tokens().drop(token)
        status, answer = _posted("/v2.0/inquiry/real_name", _as_json(request), _tokens().current())
    if status != 200:
        raise InquiryUnanswered(f"HTTP {status}", is_down=True)
    return answer


class _Tokens:
    """The token of this process: had when it is needed, and again shortly before it ends."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token, self._ends = "", 0.0

    def current(self) -> str:
        with self._lock:
            if time.monotonic() >= self._ends:
                self._token, seconds = _new_token()
                self._ends = time.monotonic() + seconds - _TOKEN_MARGIN_SECONDS
            return self._token

    def drop(self, token: str) -> None:
        with self._lock:
            if self._token == token:
                self._ends = 0.0


def _new_token() -> tuple[str, float]:
    options = settings.OPEN_BANKING
    form = {
        "client_id": options["client_id"],
        "client_secret": options["client_secret"],
        "scope": "oob",
        "grant_type": "client_credentials",
    }
    body, headers = urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}
    status, answer = _posted("/oauth/2.0/token", (body, headers))
    try:
        return str(answer["access_token"]), float(answer["expires_in"])
    except (LookupError, TypeError, ValueError) as fault:
        raise InquiryUnanswered(f"token: HTTP {status}", is_down=True) from fault


def _as_json(content: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    return json.dumps(content).encode(), {"Content-Type": "application/json; charset=UTF-8"}


def _posted(path: str, sent: tuple[bytes, dict[str, str]], token: str = "") -> tuple[int, dict[str, Any]]:
    """Status and answer. Raises InquiryUnanswered, without the text of the fault: that names numbers and secrets."""
    body, headers = sent
    if token:
        headers = headers | {"Authorization": f"Bearer {token}"}
    address = settings.OPEN_BANKING["address"].rstrip("/") + path
    try:
        reply = _connections().request("POST", address, body=body, headers=headers, redirect=False)
        answer = json.loads(reply.data) if reply.status == 200 else {}
    except urllib3.exceptions.ReadTimeoutError as fault:
        raise InquiryUnanswered("timeout", is_down=False) from fault
    except (urllib3.exceptions.HTTPError, ValueError) as fault:
        raise InquiryUnanswered(type(fault).__name__, is_down=True) from fault
    return reply.status, answer if isinstance(answer, dict) else {}


@cache
def _tokens() -> _Tokens:
    return _Tokens()


@cache
def _connections() -> urllib3.PoolManager:
    timeout = urllib3.Timeout(connect=limits.HOLDER_CONNECT_SECONDS, read=limits.HOLDER_ANSWER_SECONDS)
    return urllib3.PoolManager(timeout=timeout, retries=False, maxsize=limits.HOLDER_INQUIRIES_AT_ONCE)
