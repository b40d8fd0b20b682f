"""A stand-in for the tax service's register of businesses: it speaks its protocol, and remembers whom it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "열쇠+/="


class Registry(ThreadingHTTPServer):
    """`states`: the code of each business; the others are active. `mood`: 'well', 'broken', 'rubbish' or 'unknown'."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.states: dict[str, str] = {}
        self.mood = "well"
        self.calls: list[list[str]] = []

    @property
    def options(self) -> dict[str, str]:
        return {"address": f"http://127.0.0.1:{self.server_port}/api/nts-businessman/v1", "key": KEY}

    def row(self, number: str) -> dict[str, str]:
        code = "99" if self.mood == "unknown" else self.states.get(number, "01")
        return {"b_no": number, "b_stt": "", "b_stt_cd": code, "tax_type": "", "end_dt": ""}


class _Handler(BaseHTTPRequestHandler):
    server: Registry

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["b_no"]
        address = urlsplit(self.path)
        knows = parse_qs(address.query)["serviceKey"] == [KEY] and address.path.endswith("/v1/status")
        self.server.calls.append(asked)
        rows = [self.server.row(number) for number in asked]
        content: Any = {"status_code": "OK", "request_cnt": len(asked), "match_cnt": len(rows), "data": rows}
        self.send_response(500 if self.server.mood == "broken" else 200 if knows and len(asked) <= 100 else 400)
        self.end_headers()
        self.wfile.write(b"<html>" if self.server.mood == "rubbish" else json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Nothing: the tests say what was asked."""


@contextmanager
def registry() -> Iterator[Registry]:
    """A register that runs for the length of the block."""
    with Registry() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
