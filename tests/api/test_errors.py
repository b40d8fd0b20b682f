"""Whatever goes wrong is told in one shape, and is nobody's fault but the request's."""

import json

import pytest
from django.db import DataError, IntegrityError, OperationalError
from django.test import Client

from compensation import limits
from tests.api.cast import problem_of

pytestmark = pytest.mark.django_db

ESTIMATE = "/programmes/1015/estimate"


@pytest.mark.parametrize("path", ["/nothing", "/claims/K7M4-9QXR-T2V5", "/programmes/none", "/claims/", "/drafts/x"])
def test_what_is_not_there_is_not_found(program, path):
    assert problem_of(program.get(path), 404)["code"] == "not_found"


def test_addresses_of_no_version_answer_in_the_same_shape(client):
    assert problem_of(client.get("/api/v2/claims"), 404)["code"] == "not_found"


def test_whoever_has_not_signed_in_is_told_so(nobody):
    answer = nobody.get("/claims")
    assert problem_of(answer, 401)["code"] == "not_signed_in"
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_that_is_no_token_is_told_so_even_where_everybody_may_look(nobody):
    nobody.headers = {"Authorization": "Bearer \udcff nonsense".encode("utf-8", "replace").decode()}
    assert problem_of(nobody.get("/programmes"), 401)["code"] == "token_refused"


def test_a_browser_has_to_send_its_security_token(merchant):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(merchant)
    answer = browser.post("/api/v1/programmes/1015/drafts", "{}", content_type="application/json")
    assert problem_of(answer, 403)["code"] == "csrf"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_what_an_address_does_not_take_is_told(program, method):
    answer = getattr(program.client, method)("/api/v1/claims", headers=program.headers)
    assert problem_of(answer, 405)["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "null",
        '"text"',
        "1",
        '{"losses": NaN}',
        '{"losses": Infinity}',
        '{"a":' * 20_000,
        '{"a":' * 20 + "1" + "}" * 20,
        '{"losses": ' + "[" * 500 + "]" * 500 + "}",
        '{"margin": ' + "9" * 5_000 + "}",
        '{"industry": "\\ud800"}',
        b'{"industry": "\xb0\xa1"}',
        '{"losses": []}'.encode("utf-16"),
    ],
)
def test_what_is_no_json_object_of_ours_is_malformed(nobody, body):
    assert problem_of(nobody.post(ESTIMATE, body), 400)["code"] == "no_json"


@pytest.mark.parametrize("charset", ["utf-16", "euc-kr", "utf-7", "nonsense", "idna"])
def test_bodies_in_other_charsets_are_not_taken(nobody, charset):
    kind = f"application/json; charset={charset}"
    answer = nobody.client.generic("POST", f"/api/v1{ESTIMATE}", b"{}", content_type=kind)
    assert problem_of(answer, 415)["code"] == "media_type"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x"])
def test_other_media_types_are_not_taken(nobody, kind):
    answer = nobody.client.post(f"/api/v1{ESTIMATE}", "a=1", content_type=kind)
    assert answer.status_code in (400, 415)
    problem_of(answer, answer.status_code)


def test_a_body_that_is_far_too_large_is_not_read(nobody):
    body = json.dumps({"industry": "x" * limits.API_BODY_BYTES_MAX})
    assert problem_of(nobody.post(ESTIMATE, body), 413)["code"] == "too_large"


@pytest.mark.parametrize(
    ("content", "field"),
    [({"losses": [{"service": "a\0b"}]}, "losses[0].service"), ({"x\0": 1}, ""), ({"industry": "\0"}, "industry")],
)
def test_nul_is_told_beside_its_field(nobody, content, field):
    fields = problem_of(nobody.post(ESTIMATE, json.dumps(content)), 422)["fields"]
    assert [found["field"] for found in fields] == [field]


@pytest.mark.parametrize(("error", "status"), [(IntegrityError, 409), (DataError, 400), (OperationalError, 503)])
def test_what_the_database_says_is_mapped(program, monkeypatch, error, status):
    monkeypatch.setattr("claims.api.claims.page_of", _raising(error))
    answer = program.get("/claims")
    problem_of(answer, status)
    assert ("Retry-After" in answer) == (status == 503)


def test_a_fault_is_told_in_the_same_shape_and_tells_nothing_else(program, monkeypatch):
    monkeypatch.setattr("claims.api.claims.page_of", _raising(KeyError("secret")))
    program.client.raise_request_exception = False
    answer = program.get("/claims")
    assert problem_of(answer, 500)["code"] == "fault"
    assert "secret" not in answer.content.decode()


def test_no_cache_keeps_an_answer(program):
    assert program.get("/claims")["Cache-Control"] == "no-store"


def _raising(error):
    def fail(**_):
        raise error

    return fail
