"""What the other side says of a file is taken once, whole or not at all; whom it refused is sent again, once."""

import pytest
from django.utils import timezone

from tests.users.grant_cast import NOON, mina
from tests.users.handover_cast import folder, handed_over, members_of, written
from tests.users.test_handover_files import recall
from users.models import HandoverDelivery, HandoverReceipt, HandoverRefusal
from users.selectors.handover import figures_of_delivery, refusals_by_reason
from users.services.handover.planning import NothingToSendAgain, send_again
from users.services.handover.receipts import (
    FileNotWritten,
    ReceiptHasFaults,
    ReceiptOverlaps,
    Refused,
    RowsOutOfFile,
    take_receipt,
)  # fmt: skip

__all__ = ["folder"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]
CLOSED = "account_closed"


@pytest.fixture
def delivery() -> HandoverDelivery:
    return handed_over()


@pytest.fixture
def members(delivery) -> list[int]:
    return members_of(delivery)


def receipt(delivery: HandoverDelivery, *refused: object, reason: str = CLOSED, **rows: int) -> HandoverReceipt:
    return take_receipt(
        file=delivery.files.get(),
        token=delivery.partner.tokens.get(),
        refused=[Refused(place, member, reason) for place, member in enumerate(refused)],
        at=NOON,
        **rows,
    )


def again(delivery: HandoverDelivery) -> HandoverDelivery:
    return written(send_again(delivery=delivery, actor=mina(), at=timezone.now()))


def test_sent_is_accepted_and_refused_and_open(delivery, members):
    first = receipt(delivery, members[3], members[5], first_row=0, rows=10)
    assert (first.accepted, first.refused) == (8, 2)
    found = figures_of_delivery(delivery=delivery)
    assert (found.accepted, found.refused, found.open) == (8, 2, len(members) - 10)
    receipt(delivery, first_row=10)
    found = figures_of_delivery(delivery=delivery)
    assert (found.accepted, found.refused, found.open) == (len(members) - 2, 2, 0)
    assert not found.is_settled


def test_the_same_receipt_again_is_the_same_and_another_of_the_same_rows_is_none(delivery, members):
    assert receipt(delivery, members[0]) == receipt(delivery, str(members[0]))
    for refused, rows in (((), {}), ((members[1],), {}), ((), {"first_row": 4, "rows": 2})):
        with pytest.raises(ReceiptOverlaps):
            receipt(delivery, *refused, **rows)
    assert HandoverReceipt.objects.count() == HandoverRefusal.objects.count() == 1
    assert figures_of_delivery(delivery=delivery).refused == 1


def test_a_receipt_that_names_somebody_else_is_not_taken_and_every_faulty_row_is_named(delivery, members):
    with pytest.raises(ReceiptHasFaults) as found:
        receipt(delivery, members[0], 999_999_999, "K7", members[0], members[-1], first_row=0, rows=10)
    assert [(fault.place, fault.code) for fault in found.value.faults] == [
        (1, "member_not_in_rows"),
        (2, "member_number_malformed"),
        (3, "member_doubled"),
        (4, "member_not_in_rows"),
    ]
    assert not HandoverReceipt.objects.exists()
    assert figures_of_delivery(delivery=delivery).accepted == 0


@pytest.mark.parametrize("reason", ["", "두 번", "a" * 41, "a b", "-1", None])
def test_a_reason_is_a_code(delivery, members, reason):
    with pytest.raises(ReceiptHasFaults) as found:
        receipt(delivery, members[0], reason=reason)
    assert [(fault.part, fault.code) for fault in found.value.faults] == [("reason", "reason_malformed")]


@pytest.mark.parametrize("rows", [{"first_row": 10**9}, {"rows": 10**9}, {"first_row": 1, "rows": 0}])
def test_rows_that_the_file_does_not_have_are_refused(delivery, rows):
    with pytest.raises(RowsOutOfFile):
        receipt(delivery, **rows)


def test_who_was_refused_is_sent_again_once(delivery, members):
    receipt(delivery, members[3], members[5])
    second = again(delivery)
    assert (second.again_of, second.number, members_of(second)) == (delivery, 2, [members[3], members[5]])
    with pytest.raises(NothingToSendAgain):
        again(delivery)
    assert HandoverDelivery.objects.count() == 2
    assert figures_of_delivery(delivery=delivery).is_settled


def test_who_is_refused_again_can_be_sent_a_third_time(delivery, members):
    receipt(delivery, members[3], members[5])
    second = again(delivery)
    receipt(second, members[5], reason="not_found")
    assert members_of(again(second)) == [members[5]]
    assert refusals_by_reason(delivery=second) == [("not_found", 1)]


def test_who_was_recalled_meanwhile_is_not_sent_again(delivery, members):
    receipt(delivery, members[3], members[5])
    recall(delivery.job, members[3])
    second = again(delivery)
    assert members_of(second) == [members[5]]
    assert figures_of_delivery(delivery=second).left_out == 1


def test_nothing_is_said_of_a_file_that_is_not_written(delivery, members):
    receipt(delivery, members[0])
    waiting = send_again(delivery=delivery, actor=mina(), at=timezone.now())
    with pytest.raises(FileNotWritten):
        receipt(waiting)
