"""What a service's program asks: page by page or file by file, what it got and what it made of it."""

import hashlib
import json
import uuid

import pytest
from django.core.files.storage import storages
from django.test import Client

from compensation.audit.models import AccessRecord
from tests.api.cast import fields_of, problem_of
from tests.users.coupon_cast import API, Till, till
from tests.users.grant_cast import mina
from tests.users.handover_cast import (
    content,
    folder,
    granted_job,
    handed_over,
    members_of,
    planned,
    receiver,
    service,
    written,
)  # fmt: skip
from users.models import HandoverDelivery, HandoverRefusal, PartnerScope
from users.selectors.handover import figures_of_delivery
from users.services.handover.planning import send_again
from users.services.handover.writing import write_next_file

__all__ = ["folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


@pytest.fixture
def delivery() -> HandoverDelivery:
    return handed_over()


@pytest.fixture
def program(delivery) -> Till:
    return receiver(delivery.partner)


def address(delivery: HandoverDelivery, *parts: object) -> str:
    return "/".join(["/deliveries", delivery.reference, *map(str, parts)])


def pages(program: Till, limit: int = 100) -> list[dict]:
    """All pages from the start to the end, where the last is empty."""
    found = [program.get(f"/grants?limit={limit}").json()]
    while found[-1]["delivery"]:
        found.append(program.get(f"/grants?limit={limit}&cursor={found[-1]['next_cursor']}").json())
    return found


def download(program: Till, path: str, **headers: str):
    return Client().get(f"{API}{path}", headers={"Authorization": f"Bearer {program.text}"} | headers)


def csv_receipt(program: Till, path: str, text: str):
    headers = {"Authorization": f"Bearer {program.text}", "Idempotency-Key": str(uuid.uuid4())}
    return Client().post(f"{API}{path}", text, "text/csv", headers=headers)


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_page_by_page_nobody_is_missing_or_twice_and_each_page_is_answered(format_):
    delivery = handed_over(format_=format_)
    program, members = receiver(delivery.partner), members_of(delivery)
    *full, last = pages(program)
    assert [row["member"] for page in full for row in page["results"]] == members
    assert (last["delivery"], last["results"]) == (None, [])
    for page in full:
        said = {"refused": [], "first_row": page["first_row"], "rows": len(page["results"])}
        assert program.post(address(delivery, "files", page["file"], "receipts"), said).status_code == 201
    assert figures_of_delivery(delivery=delivery).is_settled
    row = full[0]["results"][0]
    assert (row["package"], row["reason"], row["revoked_at"]) == ("members-all", None, None)
    assert row["granted_at"] < row["valid_until"]["emoticon-90"]


def test_a_page_never_gets_past_a_file_that_is_not_written(monkeypatch):
    monkeypatch.setattr("compensation.limits.HANDOVER_FILE_ROWS", 50)
    partner = service()
    program = receiver(partner)
    delivery = planned(partner, granted_job())
    first, second, third = delivery.files.order_by("number")
    delivery.files.filter(pk=second.pk).update(attempts=3)  # is tried after the others
    write_next_file(delivery=delivery, at=delivery.created_at)
    write_next_file(delivery=delivery, at=delivery.created_at)
    assert delivery.files.get(pk=third.pk).state == "written"
    page, end = pages(program, limit=5_000)
    assert (page["file"], end["next_cursor"] != "") == (first.number, True)
    written(delivery)
    rest = program.get(f"/grants?limit=5000&cursor={end['next_cursor']}").json()
    assert rest["file"] == second.number


def test_what_comes_later_follows_on_the_last_cursor(delivery, program):
    *_, end = pages(program)
    member = members_of(delivery)[7]
    said = {"refused": [{"member": member, "reason": "not_found"}]}
    assert program.post(address(delivery, "files", 1, "receipts"), said).status_code == 201
    second = written(send_again(delivery=delivery, actor=mina(), at=delivery.created_at))
    page = program.get(f"/grants?cursor={end['next_cursor']}").json()
    assert (page["delivery"], [row["member"] for row in page["results"]]) == (second.reference, [member])
    told = program.get(address(second)).json()
    assert (told["again_of"], told["totals"]["open"], told["is_complete"]) == (delivery.reference, 1, True)
    assert [row["number"] for row in program.get("/deliveries").json()["results"]] == [2, 1]


def test_a_file_is_fetched_whole_or_from_where_a_download_broke_off(delivery, program):
    file, path = delivery.files.get(), address(delivery, "files", 1)
    whole = download(program, path)
    received = whole.getvalue()
    assert hashlib.sha256(received).hexdigest() == whole["X-Content-SHA256"] == file.sha256
    rest = download(program, path, Range="bytes=100-")
    assert (rest.status_code, rest["Content-Range"]) == (206, f"bytes 100-{file.size_bytes - 1}/{file.size_bytes}")
    assert received[100:] == rest.getvalue()
    assert download(program, path, Range="bytes=-7").getvalue() == content(file)[-7:]
    assert download(program, path, Range="bytes=5-5").getvalue() == content(file)[5:6]
    assert problem_of(download(program, path, Range=f"bytes={file.size_bytes}-"), 416)["code"] == "range_not_there"
    changed = {"Range": "bytes=100-", "If-Range": '"another"'}
    for headers in ({"Range": "bytes=-"}, {"Range": "pages=1-2"}, changed):
        assert download(program, path, **headers).status_code == 200
    assert AccessRecord.objects.filter(task="handover_file_fetched", subject=f"delivery {delivery.reference}").exists()


def test_a_receipt_comes_as_json_or_as_csv_and_twice_is_once(delivery, program):
    first, _second, third, *_ = members_of(delivery)
    path, key = address(delivery, "files", 1, "receipts"), str(uuid.uuid4())
    said = {"refused": [{"member": str(first), "reason": "not_found"}], "first_row": 0, "rows": 2}
    answers = [program.post(path, said, key=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json() == program.post(path, said).json()
    answer = csv_receipt(program, f"{path}?first_row=2", f"member,reason\r\n{third},closed,,\r\n")
    assert (answer.status_code, answer.json()["refused"]) == (201, 1)
    assert [row["first_row"] for row in program.get(path).json()["results"]] == [2, 0]
    assert dict(HandoverRefusal.objects.values_list("member_id", "reason")) == {first: "not_found", third: "closed"}


def test_an_unknown_member_is_named_by_its_row_and_nothing_is_taken(delivery, program):
    member, path = members_of(delivery)[0], address(delivery, "files", 1, "receipts")
    rows = [
        {"member": member, "reason": "closed"},
        {"member": 10**9, "reason": "closed"},
        {"member": {}, "reason": 1.5},
    ]
    assert fields_of(program.post(path, {"refused": rows})) == {
        "refused[1].member": "member_not_in_rows",
        "refused[2].member": "member_number_malformed",
    }
    answer = csv_receipt(program, path, f"member,reason\n{member},closed\n1000000000,closed\n")
    assert fields_of(answer) == {"lines[3].member": "member_not_in_rows"}
    assert figures_of_delivery(delivery=delivery).open == len(members_of(delivery))


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "refused"),
        ({"refused": "7"}, "refused"),
        ({"refused": [7]}, "refused"),
        ({"refused": [], "first_row": -1}, "first_row"),
        ({"refused": [], "rows": "many"}, "rows"),
        ({"refused": [], "rows": True}, "rows"),
    ],
)
def test_what_is_no_receipt_is_refused_at_the_field(delivery, program, said, field):
    assert list(fields_of(program.post(address(delivery, "files", 1, "receipts"), said))) == [field]


@pytest.mark.parametrize("text", ["7", "7,8,9", "7,\0", '"7,8', "7,\udcff".encode("utf-8", "surrogateescape")])
def test_what_is_no_csv_is_refused(delivery, program, text):
    answer = csv_receipt(program, address(delivery, "files", 1, "receipts"), text)
    assert problem_of(answer, 400)["code"] == "no_csv"


@pytest.mark.parametrize("query", ["limit=0", "limit=5001", "limit=x", "cursor=made-up", "cursor=%00"])
def test_a_page_that_nobody_can_have_is_refused(program, query):
    assert list(fields_of(program.get(f"/grants?{query}"))) == [query.split("=")[0]]


def test_nobody_else_sees_it(delivery, program):
    other = receiver(service("other"))
    for path in ("", "/files/1", "/files/1/receipts"):
        assert other.get(address(delivery) + path).status_code == 404
    assert other.post(address(delivery, "files", 1, "receipts"), {"refused": []}).status_code == 404
    assert other.get("/grants").json()["delivery"] is None
    assert program.get(address(delivery, "files", 2)).status_code == 404
    shop = till(delivery.partner, PartnerScope.REDEEM)
    assert problem_of(shop.get("/grants"), 403)["code"] == "scope_missing"
    mine = {"Authorization": f"Bearer {shop.text}"}
    assert Client().head(f"{API}{address(delivery, 'files', 1)}", headers=mine).status_code == 403


def test_a_file_that_was_lost_or_changed_on_disk_is_told_and_not_handed_out(delivery, program, folder):
    file = delivery.files.get()
    (folder / file.name).write_bytes(b"something else")
    assert problem_of(program.get("/grants"), 503)["code"] == "file_damaged"
    storages["handover"].delete(file.name)
    assert problem_of(program.get(address(delivery, "files", 1)), 503)["code"] == "file_damaged"


def test_the_manifest_adds_up_while_files_wait(delivery):
    late = receiver(service("late"))
    waiting = planned(service("late"), delivery.job)
    told = late.get(address(waiting)).json()
    assert (told["is_complete"], told["totals"]["sent"], told["ready_at"]) == (False, 0, None)
    assert problem_of(late.get(address(waiting, "files", 1)), 409)["code"] == "file_not_written"
    assert json.dumps(told["files"]).count('"pending"') == told["totals"]["files"]
