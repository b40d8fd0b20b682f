"""A stand-in for Open Banking's holder inquiry on this machine, for tests and for `make run`.

    python -m merchants.standins.open_banking 8002

It speaks the protocol and checks what the real one checks. In tests it knows the accounts that the test names. Run by
itself it is a bank that believes the merchants of this site, but for the numbers that end in 91 to 95: these are the
roads on which a person has to look.
"""

import json
import re
import secrets
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT_ID, CLIENT_SECRET, INSTITUTION = "stand-in-client", "stand-in-secret", "M202200101"
TOKEN_SECONDS, BODY_BYTES_MAX = 7_776_000, 20_000
SILENT_SECONDS = 30.0  # longer than anybody waits for a bank
NO_ACCOUNT, SILENT = "no account", "silent"  # in place of a holder's name

_SHAPES = {
    "bank_tran_id": r"[A-Z0-9]{10}U[A-Z0-9]{9}",
    "bank_code_std": r"[0-9]{3}",
    "account_num": r"[0-9]{1,16}",
    "account_holder_info_type": r"[ 1-6EN]",
    "tran_dtime": r"[0-9]{14}",
}
# What is unlike in the accounts of `make run`, by the last two digits of their numbers.
_UNLIKE: dict[str, Callable[[str], str]] = {
    "91": lambda _: NO_ACCOUNT,
    "92": lambda _: "다른사람",
    "93": lambda name: f"(주){name}",
    "94": lambda name: f"{name}(영업용)",
    "95": lambda _: SILENT,
}

Holders = Callable[[str, str], str | None]


@dataclass
class OpenBanking:
    """`with OpenBanking() as bank:`; `bank.options` are the settings by which it is reached.

    `holders`: the name by (bank code, number), or NO_ACCOUNT or SILENT; who is not there has no account. `mood`:
    'well', 'down' (HTTP 503), 'rubbish', 'busy' (a bank that takes no inquiry), 'forgetful' (its tokens end at once).
    """

    port: int = 0
    holders: dict[tuple[str, str], str] = field(default_factory=dict)
    look_up: Holders | None = None
    mood: str = "well"
    silent_seconds: float = SILENT_SECONDS
    asked: list[dict[str, str]] = field(default_factory=list)
    _tokens: set[str] = field(default_factory=set)

    def __enter__(self) -> "OpenBanking":
        handler = type("Handler", (_Handler,), {"bank": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.server.daemon_threads = True
        self.options = {
            "address": f"http://127.0.0.1:{self.server.server_port}",
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "institution": INSTITUTION,
        }
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def token(self, form: dict[str, str]) -> dict[str, Any]:
        """A token for whoever knows the secret; else the error of the protocol."""
        wanted = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
        if any(form.get(name) != value for name, value in wanted.items()) or form.get("scope") != "oob":
            return {"rsp_code": "O0001", "rsp_message": "요청거부"}
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": str(TOKEN_SECONDS), "scope": "oob"}

    def knows(self, token: str) -> bool:
        known = token in self._tokens
        if self.mood == "forgetful":
            self._tokens.discard(token)
            self.mood = "well"
            return False
        return known

    def answer(self, request: dict[str, str]) -> dict[str, Any]:
        """The answer to an inquiry, after however long the bank takes."""
        self.asked.append(request)
        wrong = [name for name, shape in _SHAPES.items() if not re.fullmatch(shape, str(request.get(name, "")))]
        if wrong:
            return self._said("A0001", "", f"{wrong[0]} 오류")
        if self.mood == "busy":
            return self._said("A0002", "499", "기타 처리불가")
        name = self._holder(request["bank_code_std"], request["account_num"])
        if name == SILENT:
            time.sleep(self.silent_seconds)
            return self._said("A0007", "", "처리시간 초과")
        if name in (None, NO_ACCOUNT):
            return self._said("A0002", "412", "해당계좌 없음")
        return self._said("A0000", "000", "") | {
            "bank_code_std": request["bank_code_std"],
            "account_num": request["account_num"],
            "account_holder_name": name,
            "account_type": "1",
        }

    def _holder(self, bank_code: str, number: str) -> str | None:
        if self.look_up is None:
            return self.holders.get((bank_code, number))
        name = self.look_up(bank_code, number)
        return _UNLIKE.get(number[-2:], str)(name) if name else None

    def _said(self, code: str, bank_code: str, message: str) -> dict[str, Any]:
        return {
            "api_tran_id": secrets.token_hex(10),
            "rsp_code": code,
            "rsp_message": message,
            "bank_rsp_code": bank_code,
            "bank_rsp_message": message,
        }


class _Handler(BaseHTTPRequestHandler):
    bank: OpenBanking
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length") or 0), BODY_BYTES_MAX)).decode()
        path, token = urlsplit(self.path).path, self.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.bank.mood == "down":
            self._send(503, b"down")
        elif path == "/oauth/2.0/token":
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._json(200, self.bank.token(form))
        elif path != "/v2.0/inquiry/real_name":
            self._send(404, b"not found")
        elif not self.bank.knows(token):
            self._json(401, {"rsp_code": "O0002", "rsp_message": "인증거부"})
        elif self.bank.mood == "rubbish":
            self._send(200, b"<html>")
        else:
            self._json(200, self.bank.answer(json.loads(body)))

    def _json(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, json.dumps(content, ensure_ascii=False).encode())

    def _send(self, status: int, content: bytes) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # nobody waits for the answer any more

    def log_message(self, *_: Any) -> None:
        """Account numbers and tokens are not logged."""


def _merchants_of_this_site(bank_code: str, number: str) -> str | None:
    """The holder that the newest account of this number was given with."""
    from django.db import connection

    from compensation.runtime.encryption import blind_index
    from merchants.models import BankAccount
    from merchants.services.bank_accounts import NUMBER_INDEX_CONTEXT

    try:
        index = blind_index(number, context=NUMBER_INDEX_CONTEXT)
        account = BankAccount.objects.filter(number_index=index, bank_code=bank_code).order_by("-id").first()
        return account.holder if account else None
    finally:
        connection.close()


def main() -> None:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compensation.settings")
    django.setup()
    with OpenBanking(port=int(sys.argv[1]), look_up=_merchants_of_this_site):
        threading.Event().wait()


if __name__ == "__main__":
    main()
