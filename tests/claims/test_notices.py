"""Merchants are told of what bulk work did to their claims, once."""

from claims.models import Notice
from claims.services.assessment import assess_next_batch
from claims.services.notices import write_next_notices
from compensation.messaging.models import Message
from compensation.programmes.selectors import current_policy
from compensation.programmes.services.policy_versions import add_if_changed
from merchants.models import Merchant
from tests.cast import NOW, one_claim


def assessed(programme, ops, *losses_won):
    for lost_sales_won in losses_won:
        one_claim(programme=programme, lost_sales_won=lost_sales_won)
    for number, merchant in enumerate(Merchant.objects.order_by("id")):
        merchant.phone = f"+82101234567{number}"
        merchant.save()
    assess_next_batch(programme=programme, actor=ops, at=NOW)


def test_every_end_of_a_claim_has_its_message(programme, ops):
    assessed(programme, ops, 0, 100_000, 900_000)
    assert write_next_notices(at=NOW) == 3
    assert list(Message.objects.order_by("id").values_list("template", flat=True)) == [
        "claim_determined_nothing",
        "claim_determined_paid",
        "claim_to_council",
    ]


def test_the_message_says_how_much_and_until_when_one_can_object(programme, ops):
    assessed(programme, ops, 100_000)
    write_next_notices(at=NOW)
    body = Message.objects.get().body
    assert "30,000원" in body
    assert "2023년 3월 2일" in body  # 30 days after 31 January, to the end of the day


def test_a_notice_becomes_one_message_however_often_it_is_looked_at(programme, ops):
    assessed(programme, ops, 100_000)
    write_next_notices(at=NOW)
    Notice.objects.update(written_at=None)  # as if the worker had died before it noted that it was done
    write_next_notices(at=NOW)
    assert Message.objects.count() == 1


def test_a_merchant_that_cannot_be_reached_holds_nobody_up(programme, ops):
    assessed(programme, ops, 100_000)
    Merchant.objects.update(phone="", email="")
    assert write_next_notices(at=NOW) == 1
    assert write_next_notices(at=NOW) == 0
    assert not Message.objects.exists()


def test_a_change_that_is_rolled_back_leaves_no_notice(programme, ops):
    one_claim(programme=programme, lost_sales_won=100_000)
    assert not Notice.objects.exists()


def test_what_is_told_follows_from_the_rules_that_the_claim_was_assessed_by(programme, ops):
    assessed(programme, ops, 100_000)
    document = current_policy(programme).document
    later = document | {"deadlines": document["deadlines"] | {"objection_days": 5}}
    add_if_changed(programme=programme, document=later)
    write_next_notices(at=NOW)
    assert "2023년 3월 2일" in Message.objects.get().body
