"""Sent twice, done once: the key, its answer, and everything that can come between."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from claims.models import ClaimDraft
from compensation import limits
from compensation.runtime.idempotency import IDEMPOTENCY_KEYS, REPLAYED
from compensation.runtime.models import IdempotencyKey
from tests.api.cast import Program, problem_of
from tests.cast import person
from tests.concurrency.waiting import at_once

pytestmark = pytest.mark.django_db
DRAFTS = "/programmes/1015/drafts"
BUSINESSES = "/businesses"


@pytest.mark.parametrize("key", ["", " ", "x" * (limits.IDEMPOTENCY_KEY_LENGTH_MAX + 1), "두번", "a b", "\t"])
def test_without_a_key_nothing_is_made(program, key):
    headers = program.headers | {"Idempotency-Key": key}
    answer = program.client.post(f"/api/v1{DRAFTS}", "{}", content_type="application/json", headers=headers)
    assert problem_of(answer, 400)["code"] == "idempotency_key_missing"
    assert not ClaimDraft.objects.exists()


def test_the_same_request_again_gets_the_same_answer(program):
    first, second = program.post(DRAFTS, key="one"), program.post(DRAFTS, key="one")
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (REPLAYED in first, second[REPLAYED]) == (False, "true")
    assert ClaimDraft.objects.count() == 1


def test_the_answer_is_kept_even_where_things_have_changed_since(program):
    first = program.post(DRAFTS, key="one").json()
    program.put(f"/drafts/{first['reference']}/steps/margin", {"answers": {"basis": "industry"}, "version": 0})
    assert program.post(DRAFTS, key="one").json() == first


@pytest.mark.parametrize(("path", "content"), [(DRAFTS, {"a": 1}), (BUSINESSES, {"business_number": "1234567891"})])
def test_the_key_of_another_request_is_refused(program, path, content):
    program.post(DRAFTS, key="one")
    assert problem_of(program.post(path, content, key="one"), 422)["code"] == "idempotency_key_reused"


def test_the_order_of_names_makes_no_other_request(program):
    program.post(DRAFTS, '{"a": 1, "b": 2}', key="one")
    assert program.post(DRAFTS, '{ "b": 2, "a": 1 }', key="one").status_code == 201


def test_a_refusal_keeps_no_key(program):
    assert program.post(BUSINESSES, {"business_number": "1"}, key="one").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert program.post(DRAFTS, key="one").status_code == 201


def test_keys_of_two_people_are_two_keys(program, programme):
    other = Program(person("other", programme))
    assert program.post(DRAFTS, key="one").json() != other.post(DRAFTS, key="one").json()


def test_answers_are_kept_encrypted(program):
    reference = program.post(DRAFTS, key="one").json()["reference"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT answer FROM runtime_idempotencykey")
        assert reference not in cursor.fetchone()[0]
    assert json.loads(IdempotencyKey.objects.get().answer)["reference"] == reference


def test_keys_are_removed_after_their_time_and_not_before(program):
    program.post(DRAFTS, key="one")
    kept = timedelta(hours=limits.IDEMPOTENCY_KEPT_HOURS)
    due = [IDEMPOTENCY_KEYS.due(timezone.now() + kept + timedelta(minutes=late)).count() for late in (-1, 1)]
    assert due == [0, 1]
    assert kept >= timedelta(hours=24)


@pytest.mark.django_db(transaction=True)
def test_of_requests_at_the_same_moment_one_is_carried_out(programme):
    users_program = Program(person("busy", programme))

    def send():
        return _twin(users_program).post(DRAFTS, {"a": 1}, key="one")

    answers = at_once(*[send] * 4)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["reference"] for answer in answers if answer.status_code == 201}) == 1
    assert (IdempotencyKey.objects.count(), ClaimDraft.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_while_it_is_still_running_the_second_is_told_at_once(programme, monkeypatch):
    program = Program(person("busy", programme))
    told = []

    def slow(**arguments):
        told.extend(at_once(lambda: _twin(program).post(DRAFTS, key="one")))
        return real(**arguments)

    from claims.api import drafts

    real = drafts.start_draft
    monkeypatch.setattr(drafts, "start_draft", slow)
    assert program.post(DRAFTS, key="one").status_code == 201
    assert problem_of(told[0], 409)["code"] == "idempotency_key_running"


def _twin(program: Program) -> Program:
    """The same program in another thread."""
    twin = Program()
    twin.headers = program.headers
    return twin
