"""Handing over by the API, as operations do it: the same road as on the pages."""

from typing import Any

import pytest

from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.cast import person
from tests.users.handover_cast import folder, written
from tests.users.test_handover_pages import delivery, job, refused, service
from users.models import HandoverDelivery

__all__ = ["delivery", "folder", "job", "service"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "english_texts")]
DELIVERIES = "/programmes/1015/deliveries"


@pytest.fixture
def console(ops) -> Program:
    return on_the_site(ops)


def done(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.json()
    return answer.json()


def test_what_is_left_is_handed_over_and_then_nothing_is_left(console, service, job):
    [left] = console.get(f"{DELIVERIES}/left").json()["results"]
    assert (left["partner"]["code"], left["job"], left["members"]) == ("emoticons", str(job.reference), 1)
    wish = {"partner": "emoticons", "job": left["job"], "format": "parquet"}
    made = done(console.post(DELIVERIES, wish, key="1"))
    assert (made["number"], made["kind"], made["format"], made["is_settled"]) == (1, "grants", "parquet", False)
    assert (made["totals"]["files"], made["totals"]["written"], made["files"][0]["state"]) == (1, 0, "pending")
    assert done(console.post(DELIVERIES, wish, key="1"))["reference"] == made["reference"]
    assert console.get(f"{DELIVERIES}/left").json() == {"results": []}
    assert problem_of(console.post(DELIVERIES, wish), 409)["code"] == "nothing_to_hand_over"
    assert done(console.post(DELIVERIES, wish | {"anew": True}))["number"] == 2
    assert [row["number"] for row in console.get(DELIVERIES).json()["results"]] == [2, 1]


def test_who_was_refused_is_named_on_record_and_sent_again_once(console, delivery):
    member, address = refused(delivery), f"{DELIVERIES}/{delivery.reference}"
    shown = console.get(address).json()
    assert (shown["refused"], shown["totals"]["to_send_again"]) == ([{"reason": "not_found", "members": 1}], 1)
    [row] = console.get(f"{address}/refused", limit=1).json()["results"]
    assert row == {"file": 1, "member": member, "reason": "not_found", "sent_again_in": None}
    assert AccessRecord.objects.get().task == "refused_members_listed"
    again = done(console.post(f"{address}/resending"))
    assert (again["again_of"], again["totals"]["expected"]) == (delivery.reference, 1)
    assert problem_of(console.post(f"{address}/resending"), 409)["code"] == "nothing_to_send_again"
    assert console.get(address).json()["sent_again_in"] == [again["reference"]]
    [row] = console.get(f"{address}/refused").json()["results"]
    assert row["sent_again_in"] == again["reference"]


def test_files_that_failed_are_written_again(console, service, job):
    done(console.post(DELIVERIES, {"partner": "emoticons", "job": str(job.reference)}))
    made = HandoverDelivery.objects.get()
    address = f"{DELIVERIES}/{made.reference}"
    made.files.update(state="failed", fault="disk full")
    failed = console.get(address).json()
    assert (failed["totals"]["failed"], failed["files"][0]["fault"]) == (1, "disk full")
    assert done(console.post(f"{address}/retry"))["files"][0]["state"] == "pending"
    written(made)
    assert console.get(address).json()["is_complete"]
    assert problem_of(console.post(f"{address}/retry"), 409)["code"] == "nothing_failed"


@pytest.mark.parametrize(
    ("wish", "problems"),
    [
        ({}, {"partner": "required", "job": "required"}),
        ({"partner": "nobody", "job": "x"}, {"partner": "invalid_choice", "job": "invalid_choice"}),
        ({"partner": "emoticons", "job": []}, {"job": "required"}),
        ({"partner": "emoticons", "format": "xlsx"}, {"job": "required", "format": "invalid_choice"}),
        ({"partner": "emoticons", "what": "all"}, {"job": "required", "what": "invalid_choice"}),
    ],
)
def test_what_cannot_be_handed_over_is_told_by_field(console, service, job, wish, problems):
    assert fields_of(console.post(DELIVERIES, wish)) == problems
    assert not HandoverDelivery.objects.exists()


def test_refused_members_are_paged_and_a_made_up_cursor_is_refused(console, delivery):
    address = f"{DELIVERIES}/{delivery.reference}/refused"
    assert console.get(address).json() == {"results": [], "next_cursor": None}
    assert fields_of(console.get(address, cursor="x")) == {"cursor": "cursor_unknown"}


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_audit_read_and_operations_hand_over(programme, delivery, role):
    program, address = on_the_site(person("somebody", programme, role)), f"{DELIVERIES}/{delivery.reference}"
    sees, does = role in (Role.OPS, Role.AUDITOR), role == Role.OPS
    for path in (DELIVERIES, f"{DELIVERIES}/left", address, f"{address}/refused"):
        assert program.get(path).status_code == (200 if sees else 404)
    assert program.post(DELIVERIES, {}).status_code == (422 if does else 404)
    assert program.post(f"{address}/resending").status_code == (409 if does else 404)
    assert program.get(f"{DELIVERIES}/NOPE").status_code == 404
