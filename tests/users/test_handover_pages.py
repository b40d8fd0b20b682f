"""Handing over, as operations do it: the pages, and the command."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.cast import person
from tests.users.coupon_cast import granted
from tests.users.handover_cast import folder, receiver, written
from users.models import GrantJob, HandoverDelivery, Partner
from users.services.handover.planning import plan_delivery
from users.services.handover.receipts import Refused, take_receipt
from users.services.partners import register_partner
from users.services.people import system_user

__all__ = ["folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder", "warm_process")]
PAGE = "/programmes/1015/handover/"


@pytest.fixture
def service(programme) -> Partner:
    names = {"name_ko": "이모티콘", "name_en": "Emoticons"}
    partner = register_partner(programme=programme, code="emoticons", actor=system_user(), at=timezone.now(), **names)
    receiver(partner)
    return partner


@pytest.fixture
def job(programme) -> GrantJob:
    granted(programme)
    job = GrantJob.objects.get()
    job.chunks.update(state="done")
    return job


@pytest.fixture
def delivery(service, job) -> HandoverDelivery:
    return written(plan_delivery(partner=service, job=job, format_="csv", actor=system_user(), at=timezone.now()))


def refused(delivery: HandoverDelivery) -> int:
    """The member, as the partner refuses them."""
    member = delivery.files.get().lower_id
    take_receipt(
        file=delivery.files.get(),
        token=delivery.partner.tokens.get(),
        refused=[Refused(0, member, "not_found")],
        at=timezone.now(),
    )
    return member


@pytest.mark.parametrize("role", list(Role))
def test_operations_and_audit_see_it_and_operations_hand_over(client, programme, delivery, role):
    client.force_login(person("somebody", programme, role))
    sees, does = role in (Role.OPS, Role.AUDITOR), role == Role.OPS
    for address in (PAGE, f"{PAGE}{delivery.reference}/", f"{PAGE}{delivery.reference}/refused.csv"):
        assert client.get(address).status_code == (200 if sees else 404)
    assert client.get(f"{PAGE}live/").status_code == (286 if sees else 404)
    assert client.post(PAGE).status_code == (422 if does else 404)
    assert client.post(f"{PAGE}{delivery.reference}/again/").status_code == (302 if does else 404)


def test_a_delivery_is_made_on_the_page_and_not_twice(client, ops, service, job):
    client.force_login(ops)
    wish = {"partner": "emoticons", "job": str(job.reference), "what": "granted", "format": "parquet"}
    made = client.post(PAGE, wish)
    delivery = HandoverDelivery.objects.get()
    assert made.url == f"{PAGE}{delivery.reference}/"
    assert (delivery.format, delivery.maker) == ("parquet", ops)
    again = client.post(PAGE, wish)
    assert again.status_code == 422
    assert "새로 인계할 내역이 없습니다" in again.content.decode()
    assert client.post(PAGE, wish | {"partner": "nobody", "job": "x"}).status_code == 422
    assert HandoverDelivery.objects.count() == 1


def test_what_a_partner_has_is_handed_over_once_more_where_somebody_says_so(client, ops, delivery):
    client.force_login(ops)
    wish = {"partner": "emoticons", "job": str(delivery.job.reference), "what": "granted", "format": "csv"}
    assert client.post(PAGE, wish).status_code == 422
    assert client.post(PAGE, wish | {"anew": "on"}).status_code == 302
    assert [len(one.files.get().chunks) for one in HandoverDelivery.objects.order_by("number")] == [1, 1]


def test_the_list_asks_for_news_only_while_files_are_written(client, ops, service, job):
    client.force_login(ops)
    delivery = plan_delivery(partner=service, job=job, format_="csv", actor=ops, at=timezone.now())
    assert "hx-trigger" in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}live/").status_code == 200
    delivery.files.update(state="failed")
    assert client.get(f"{PAGE}live/").status_code == 286
    assert "hx-trigger" not in client.get(PAGE).content.decode()


def test_the_pages_ask_the_same_number_of_queries(client, ops, delivery, django_assert_max_num_queries):
    refused(delivery)
    client.force_login(ops)
    with django_assert_max_num_queries(20):
        assert client.get(PAGE).status_code == 200
    with django_assert_max_num_queries(24):
        page = client.get(f"{PAGE}{delivery.reference}/")
    assert "not_found" in page.content.decode()
    assert client.get(PAGE, headers={"Accept-Language": "en"}).status_code == 200


def test_who_was_refused_is_downloaded_and_that_is_recorded_and_sent_again_once(client, ops, delivery):
    member = refused(delivery)
    client.force_login(ops)
    text = client.get(f"{PAGE}{delivery.reference}/refused.csv").getvalue().decode()
    assert [row["member_number"] for row in csv.DictReader(io.StringIO(text))] == [str(member)]
    assert AccessRecord.objects.filter(user=ops, task="refused_members_downloaded").exists()
    sent = client.post(f"{PAGE}{delivery.reference}/again/")
    second = HandoverDelivery.objects.get(again_of=delivery)
    assert sent.url == f"{PAGE}{second.reference}/"
    client.post(f"{PAGE}{delivery.reference}/again/")
    assert HandoverDelivery.objects.count() == 2


def test_the_live_part_loads_the_page_anew_when_something_came(client, ops, delivery):
    client.force_login(ops)
    seen = client.get(f"{PAGE}{delivery.reference}/").context["seen"]
    live = f"{PAGE}{delivery.reference}/live/"
    assert "HX-Refresh" not in client.get(f"{live}?seen={seen}").headers
    refused(delivery)
    assert client.get(f"{live}?seen={seen}").headers["HX-Refresh"] == "true"


def told(*arguments: str) -> dict:
    out = io.StringIO()
    call_command("handover", "1015", *arguments, "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def test_the_command_does_all_of_it(service, job):
    assert told("left")["left"] == [
        {"partner": "emoticons", "job": str(job.reference), "package": job.package.code, "members": 1}
    ]
    made = told("new", "--partner", "emoticons", "--here")
    assert told("left") == {"left": []}
    assert (made["files"], made["written"], made["rows"], made["open"]) == (1, 1, 1, 1)
    assert told("show", "--delivery", made["reference"])["is_complete"]
    member = refused(HandoverDelivery.objects.get())
    assert told("refused", "--delivery", made["reference"])["refused"][0]["member_number"] == member
    again = told("again", "--delivery", made["reference"])
    assert told("write", "--delivery", again["reference"])["written"] == 1
    assert [row["number"] for row in told()["deliveries"]] == [2, 1]
    out = io.StringIO()
    call_command("handover", "1015", "refused", "--delivery", made["reference"], stdout=out)
    assert f"{member},not_found" in out.getvalue()


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", "--partner", "nobody"),
        ("new", "--partner", "emoticons", "--job", "x"),
        ("new", "--partner", "emoticons", "--expired"),
        ("show", "--delivery", "NOPE"),
        ("list", "--by", "nobody"),
    ],
)
def test_what_the_command_cannot_do_is_an_error_with_a_sentence(programme, service, job, arguments):
    job.package.items.update(validity={"kind": "permanent"})
    with pytest.raises(CommandError):
        told(*arguments)
    assert not HandoverDelivery.objects.exists()
