"""A stand-in for Kakao's OpenID Connect on this machine, for tests and for `make run`, so that the button works there.

    python -m users.standins.openid_provider 8001

It speaks the protocol (discovery, authorization code with PKCE, ID token signed with RS256) and checks what a provider
checks; who signs in is whoever the visitor says. It listens on this machine only and leads back to this machine only.
"""

import base64
import hashlib
import html
import json
import secrets
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "stand-in-client", "stand-in-secret"
PEOPLE = {"haneul": "김하늘", "bada": "이바다", "sol": "박솔"}  # whom nobody knows as a member
MEMBERS = {"1": "이용자 1", "2": "이용자 2", "3": "이용자 3"}  # by member number: `make_members` counts from 1
CODE_SECONDS, TOKEN_SECONDS, BODY_BYTES_MAX = 60, 600, 20_000
CALLBACK_HOSTS = {"127.0.0.1", "localhost", "::1"}

PAGE = """<!doctype html><html lang="ko"><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>카카오 로그인 (시험용)</title>
<style>body{{font:1.1rem/1.6 system-ui,sans-serif;max-width:24rem;margin:2rem auto;padding:0 1rem;color:#191600}}
button{{font:inherit;display:block;width:100%;padding:.8rem;margin:.5rem 0;border:0;border-radius:.75rem}}
.person{{background:#fee500}}p.note{{background:#fdf1d6;padding:.8rem;border-radius:.5rem}}</style>
<main><h1>카카오 로그인</h1>
<p class="note">시험용 화면입니다. 진짜 카카오가 아니며, 아무 정보도 밖으로 나가지 않습니다.</p>
<form method="post">{hidden}{people}<button name="person" value="">취소</button></form></main></html>"""


@dataclass
class Permission:
    """What a code stands for until it is redeemed."""

    person: str
    redirect_uri: str
    challenge: str
    expires_at: float


class Wrong(Exception):
    """The client does what a provider does not accept; the text is the OAuth error code."""


@dataclass
class OpenIdProvider:
    """`with OpenIdProvider() as provider:`; `provider.url` is the issuer. `faults` makes answers wrong, for tests."""

    port: int = 0
    faults: set[str] = field(default_factory=set)
    asked: list[Mapping[str, str]] = field(default_factory=list)  # the requests for authorization
    _codes: dict[str, Permission] = field(default_factory=dict)
    _key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def __enter__(self) -> "OpenIdProvider":
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/oauth/authorize",
            "token_endpoint": f"{self.url}/oauth/token",
            "jwks_uri": f"{self.url}/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def keys(self) -> dict[str, Any]:
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [key | {"kid": "stand-in", "use": "sig", "alg": "RS256"}]}

    def check_request(self, asked: Mapping[str, str]) -> None:
        """A request for authorization. Raises Wrong where it would be shown to the visitor, not sent back."""
        back = urlsplit(asked.get("redirect_uri", ""))
        if asked.get("client_id") != CLIENT_ID or back.hostname not in CALLBACK_HOSTS:
            raise Wrong("unauthorized_client")
        if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
            raise Wrong("invalid_scope")
        if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
            raise Wrong("invalid_request")

    def answer(self, asked: Mapping[str, str], person: str) -> str:
        """Where the visitor is sent, once they have said who they are."""
        given = {"state": asked.get("state", "")}
        if not person:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied'} | given)}"
        code = secrets.token_urlsafe(24)
        self._codes[code] = Permission(
            person, asked["redirect_uri"], asked["code_challenge"], time.time() + CODE_SECONDS
        )
        return f"{asked['redirect_uri']}?{urlencode({'code': code} | given)}"

    def token(self, sent: Mapping[str, str]) -> dict[str, Any]:
        """The tokens for a code. Raises Wrong."""
        if sent.get("client_id") != CLIENT_ID or sent.get("client_secret") != CLIENT_SECRET:
            raise Wrong("invalid_client")
        permission = self._codes.pop(sent.get("code", ""), None)  # a code opens once
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            permission is None
            or permission.expires_at < time.time()
            or permission.redirect_uri != sent.get("redirect_uri")
            or not secrets.compare_digest(permission.challenge, challenge)
        ):
            raise Wrong("invalid_grant")
        return {
            "access_token": secrets.token_urlsafe(24),
            "token_type": "bearer",
            "expires_in": TOKEN_SECONDS,
            "id_token": self._id_token(permission.person),
        }

    def _id_token(self, person: str) -> str:
        now = int(time.time())
        claims = {
            "iss": "https://elsewhere.example" if "issuer" in self.faults else self.url,
            "aud": "another-client" if "audience" in self.faults else CLIENT_ID,
            "sub": person,
            "iat": now,
            "exp": now - 1 if "expired" in self.faults else now + TOKEN_SECONDS,
            "nickname": (PEOPLE | MEMBERS).get(person, person),  # Kakao may send more than was asked for
        }
        if "subject" in self.faults:
            del claims["sub"]
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": "stand-in"})


class _Handler(BaseHTTPRequestHandler):
    provider: OpenIdProvider

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        if "down" in self.provider.faults:
            self._send(503, "text/plain", "down")
        elif path == "/.well-known/openid-configuration":
            self._json(200, self.provider.configuration())
        elif path == "/.well-known/jwks.json":
            self._json(200, self.provider.keys())
        elif path == "/oauth/authorize":
            self._ask(_fields(query))
        else:
            self._send(404, "text/plain", "not found")

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), BODY_BYTES_MAX)
        sent = _fields(self.rfile.read(length).decode())
        try:
            if urlsplit(self.path).path == "/oauth/token":
                self._json(200, self.provider.token(sent))
            else:
                self.provider.check_request(sent)
                self.send_response(302)
                self.send_header("Location", self.provider.answer(sent, sent.get("person", "")))
                self.end_headers()
        except Wrong as wrong:
            self._json(400, {"error": str(wrong)})

    def _ask(self, asked: dict[str, str]) -> None:
        self.provider.asked.append(asked)
        try:
            self.provider.check_request(asked)
        except Wrong as wrong:
            self._json(400, {"error": str(wrong)})
            return
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        people = "".join(
            f'<button class="person" name="person" value="{uid}">{name}(으)로 로그인</button>'
            for uid, name in (PEOPLE | MEMBERS).items()
        )
        self._send(200, "text/html; charset=utf-8", PAGE.format(hidden=hidden, people=people))

    def _json(self, status: int, content: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(content))

    def _send(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Codes and states stand in the addresses: they are not logged."""


def _fields(encoded: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(encoded).items()}


def main() -> None:
    with OpenIdProvider(port=int(sys.argv[1])):
        threading.Event().wait()


if __name__ == "__main__":
    main()
