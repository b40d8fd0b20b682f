"""A merchant's program: it holds a token, sends JSON, and gives each POST a key of its own."""

import json
import uuid
from typing import Any

from django.test import Client
from django.utils import timezone

from users.models import User
from users.services.api_tokens import issue_token

API = "/api/v1"
NAMES = {"code", "message_ko", "message_en", "fields"}
FIELD_NAMES = {"field", "code", "message_ko", "message_en"}


class Program:
    """Speaks to the API for a person; without one, for nobody."""

    def __init__(self, user: User | None = None) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token_of(user)}"} if user else {}

    def get(self, path: str, **asked: Any) -> Any:
        return self.client.get(f"{API}{path}", asked, headers=self.headers)

    def put(self, path: str, content: Any) -> Any:
        return self._send("put", path, content, {})

    def delete(self, path: str) -> Any:
        return self.client.delete(f"{API}{path}", headers=self.headers)

    def post(self, path: str, content: Any = None, *, key: str | None = None) -> Any:
        return self._send("post", path, content, {"Idempotency-Key": key or str(uuid.uuid4())})

    def upload(self, path: str, *, key: str | None = None, **fields: Any) -> Any:
        headers = self.headers | {"Idempotency-Key": key or str(uuid.uuid4())}
        return self.client.post(f"{API}{path}", fields, headers=headers)

    def _send(self, method: str, path: str, content: Any, headers: dict[str, str]) -> Any:
        body = content if isinstance(content, (str, bytes)) else json.dumps(content or {})
        send = getattr(self.client, method)
        return send(f"{API}{path}", body, content_type="application/json", headers=self.headers | headers)


def token_of(user: User) -> str:
    return issue_token(user=user, label="my program", at=timezone.now())[0]


def problem_of(answer: Any, status: int) -> dict[str, Any]:
    """The refusal, in the one shape that all have."""
    content = answer.json()
    assert answer.status_code == status, content
    assert content.keys() == NAMES
    assert all(field.keys() == FIELD_NAMES for field in content["fields"])
    assert content["message_ko"] != content["message_en"]
    return content


def fields_of(answer: Any) -> dict[str, str]:
    """The code of what is wrong, by field."""
    return {field["field"]: field["code"] for field in problem_of(answer, 422)["fields"]}


def on_the_site(user: User) -> Program:
    """A program in the browser of somebody who works on a programme, and has signed in: they have no tokens."""
    program = Program()
    program.client.force_login(user)
    return program
