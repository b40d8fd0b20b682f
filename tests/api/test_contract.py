"""The schema keeps its word: whatever is sent, there is no fault, and no answer that the schema does not promise."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from claims.models import Claim
from claims.services.assessment import assess_next_batch
from claims.services.drafts import start_draft
from compensation.programmes.models import Programme
from compensation.runtime.api_docs import schema
from compensation.runtime.api_throttles import Throttle
from compensation.wsgi import application
from tests.api.cast import token_of
from tests.cast import NOW
from users.models import ApiToken, User
from users.services.people import system_user

EXAMPLES = 10  # of each operation: all of them together take seconds, not minutes
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPEN = {"list_programmes", "show_programme", "estimate", "send_code", "issue_token"}  # to everybody

api = schemathesis.openapi.from_dict(json.loads(json.dumps(schema())))
api.app = application
OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in api.get_all_operations()}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The server's end of a request leaves the test's connection alone."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody counts the requests."""
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", dict.fromkeys(Throttle.THROTTLE_RATES))


@pytest.fixture
def known(programme: Programme, merchant: User) -> dict[str, str]:
    """What the merchant has: a claim that was determined, and a draft. Used in the addresses of every other request."""
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    draft = start_draft(programme=programme, owner=merchant, at=NOW)
    return {"claims": Claim.objects.get().reference, "drafts": draft.reference}


@pytest.mark.django_db
@pytest.mark.usefixtures("kept", "unhurried", "one_connection")
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_that_the_schema_promises(name: str, merchant: User, known: dict[str, str]) -> None:
    operation, token = OPERATIONS[name], token_of(merchant)
    asked_rightly = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    asked_wrongly = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    can_be_wrong = bool(operation.body or operation.query)

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=asked_rightly | asked_wrongly if can_be_wrong else asked_rightly, is_known=st.booleans())
    def ask(case: Any, is_known: bool) -> None:
        if is_known:
            _name_what_is_there(case, known)
        case.headers["Authorization"] = f"Bearer {token}"
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        case.validate_response(case.call(), checks=CHECKS)

    ask()


@pytest.mark.django_db
@pytest.mark.usefixtures("programme", "one_connection")
@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - OPEN))
def test_without_signing_in_there_is_nothing_to_see(name: str) -> None:
    case = OPERATIONS[name].Case(path_parameters=dict.fromkeys(("code", "reference", "step", "evidence"), "x"))
    case.path_parameters |= {"question": "x", "objection": "x"}
    assert case.call().status_code == 401


def _name_what_is_there(case: Any, known: dict[str, str]) -> None:
    room = case.operation.path.removeprefix("/api/v1/").split("/")[0]
    for name in case.path_parameters:
        if name == "code":
            case.path_parameters[name] = "1015"
        elif name == "reference" and room in known:
            case.path_parameters[name] = known[room]
        elif name == "reference":
            case.path_parameters[name] = ApiToken.objects.latest("id").reference
        elif name == "step":
            case.path_parameters[name] = "business"
