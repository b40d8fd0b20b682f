"""The schema keeps its word: whatever is sent, there is no fault, and no answer that the schema does not promise."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS
from hypothesis import HealthCheck, given
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
from claims.services.desk import take
from claims.services.drafts import start_draft
from claims.services.second_looks import draw
from compensation.programmes.models import Programme, Role
from compensation.runtime.api_docs import schema
from compensation.runtime.api_throttles import Throttle
from compensation.wsgi import application
from tests.api.cast import token_of
from tests.cast import NOW, a_council, a_session, one_claim, person, ready_made, referred_review, seat
from tests.claims.council_cast import vote
from tests.claims.desk_cast import case
from tests.users.coupon_cast import code_of, coupon_item, granted, still_valid, till
from tests.users.coupon_cast import shop as shop_of
from tests.users.grant_cast import work_off
from tests.users.handover_cast import folder, handed_over, planned, receiver, written
from users.models import ApiToken, User
from users.services import grant_jobs
from users.services.coupons.redeeming import redeem
from users.services.members import make_members
from users.services.pass_batcher import batcher
from users.services.people import system_user

__all__ = ["folder"]
EXAMPLES = 10  # of each operation: all of them together take seconds, not minutes
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPEN = {"list_programmes", "show_programme", "estimate", "send_code", "issue_token", "pass_figures"}  # to everybody
SCENES = {
    "review": "desk",
    "council": "desk",
    "money": "books",
    "partner": "checkout",
    "grants": "console",
    "operations": "console",
    "handover": "service",
}  # by tag; else a merchant's shop


def _without_security(document: dict[str, Any]) -> dict[str, Any]:
    """Who asks is told by the scene: nothing of it is made up, or left out."""
    for methods in document["paths"].values():
        for operation in methods.values():
            operation.pop("security", None)
    return document


api = schemathesis.openapi.from_dict(_without_security(json.loads(json.dumps(schema()))))
api.app = application
OPERATIONS = {found.ok().definition.raw["operationId"]: found.ok() for found in api.get_all_operations()}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The server's end of a request leaves the test's connection alone, and none of its own behind."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)
    batcher.stop()


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody counts the requests."""
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", dict.fromkeys(Throttle.THROTTLE_RATES))


@dataclass(frozen=True)
class Scene:
    """Who asks (by these headers and cookies), and what there is for them: references by the rooms of the addresses."""

    known: dict[str, str]
    headers: dict[str, str]
    cookies: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def shop(programme: Programme, merchant: User) -> Scene:
    """A merchant with a claim that was determined, and a draft."""
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    draft = start_draft(programme=programme, owner=merchant, at=NOW)
    headers = {"Authorization": f"Bearer {token_of(merchant)}"}
    return Scene({"claims": Claim.objects.get().reference, "drafts": draft.reference}, headers)


@ready_made
def officer_on_the_council(programme: Programme) -> tuple[User, dict[str, str]]:
    """With a case of their own; of the council's one is open to votes, another decided."""
    staff, council = person("staff", programme, Role.OFFICER), a_council(programme)
    seat(programme, staff, "academia", 2)
    decided = a_session(programme, referred_review(programme)).items.get()
    for member in (*council.members, staff):
        vote(decided, member)
    draw(programme=programme, at=NOW)
    session = a_session(programme, referred_review(programme), at=timezone.now())
    own = take(review=case(programme), actor=staff, version=None, at=NOW)
    references = own.claim.reference, session.reference, decided.review.claim.reference
    return staff, dict(zip(("cases", "sessions", "second-looks"), references, strict=True))


@pytest.fixture
def desk(programme: Programme) -> Scene:
    """An officer with a case, who also has a seat on the council."""
    staff, known = officer_on_the_council(programme)
    return Scene(known, *signed_in(staff))


@pytest.fixture
def checkout(programme: Programme) -> Scene:
    """A partner's program that has taken a coupon."""
    still_valid(programme)
    mine = till(shop_of(programme))
    code = code_of(granted(programme), coupon_item(programme))
    taken = redeem(token=mine.token, code=code, order="", at=timezone.now())
    return Scene({"redemptions": taken.reference}, {"Authorization": f"Bearer {mine.text}"})


@pytest.fixture
def books(programme: Programme) -> Scene:
    """Somebody of operations, and a claim that is to be paid."""
    claim = one_claim(programme=programme, lost_sales_won=200_000)
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    return Scene({"claims": claim.reference}, *signed_in(person("treasurer", programme, Role.OPS)))


@pytest.fixture
def console(programme: Programme, folder: Path) -> Scene:
    """Somebody of operations, and a grant job that is over and was handed over to a partner."""
    staff, second = (person(name, programme, Role.OPS) for name in ("ops", "ops2"))
    make_members(count=50)
    package = programme.benefit_packages.get()
    job = grant_jobs.begin(package=package, maker=staff, approver=second, at=timezone.now(), chunk_size=20)
    partner = shop_of(programme)
    token = receiver(partner).token
    delivery = written(planned(partner, work_off(job), at=timezone.now()))
    known = {"grant-jobs": str(job.reference), "deliveries": delivery.reference, "tokens": token.reference}
    return Scene(known, *signed_in(second))


@pytest.fixture
def service(folder: Path) -> Scene:
    """A partner's program that was handed over a file, and has not said anything of it."""
    delivery = handed_over(members=50)
    return Scene({"deliveries": delivery.reference}, {"Authorization": f"Bearer {receiver(delivery.partner).text}"})


def signed_in(user: User) -> tuple[dict[str, str], dict[str, str]]:
    """The headers and cookies of a browser's session, with the page's security token."""
    client, token = Client(), "c" * 32
    client.force_login(user)
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    return {"X-CSRFToken": token}, cookies | {settings.CSRF_COOKIE_NAME: token}


@pytest.mark.django_db
@pytest.mark.usefixtures("kept", "unhurried", "one_connection")
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_answer_is_one_that_the_schema_promises(name: str, request: pytest.FixtureRequest) -> None:
    operation = OPERATIONS[name]
    scene: Scene = request.getfixturevalue(SCENES.get(operation.tags[0], "shop"))
    asked_rightly = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    asked_wrongly = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    can_be_wrong = bool(operation.body or operation.query)

    @hypothesis.settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=asked_rightly | asked_wrongly if can_be_wrong else asked_rightly, is_known=st.booleans())
    def ask(case: Any, is_known: bool) -> None:
        if is_known:
            _name_what_is_there(case, scene.known)
        case.headers.update(scene.headers)
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = case.call(cookies=scene.cookies)
        assert answer.status_code != 401 or name == "revoke_token"  # which revokes the own
        case.validate_response(answer, checks=CHECKS)

    ask()


def test_no_two_answers_of_the_schema_have_the_same_name() -> None:
    schema()
    assert not GENERATOR_STATS


@pytest.mark.django_db
@pytest.mark.usefixtures("programme", "one_connection")
@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - OPEN))
def test_without_signing_in_there_is_nothing_to_see(name: str) -> None:
    case = OPERATIONS[name].Case(path_parameters=dict.fromkeys(("code", "reference", "step", "evidence"), "x"))
    case.path_parameters |= {"question": "x", "objection": "x", "upload": "x", "number": 1, "position": 1, "kind": "in"}
    case.path_parameters |= {"partner": "x"}
    assert case.call().status_code == 401


def _name_what_is_there(case: Any, known: dict[str, str]) -> None:
    named = re.search(r"([a-z-]+)/\{reference\}", case.operation.path)
    room = named[1] if named else ""
    for name in case.path_parameters:
        if name in ("number", "position"):
            case.path_parameters[name] = 1
        elif name == "code":
            case.path_parameters[name] = "1015"
        elif name == "partner":
            case.path_parameters[name] = "shop"
        elif name == "reference" and room in known:
            case.path_parameters[name] = known[room]
        elif name == "reference":
            case.path_parameters[name] = ApiToken.objects.latest("id").reference
        elif name == "step":
            case.path_parameters[name] = "business"
