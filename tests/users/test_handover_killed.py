"""Workers killed in the middle of a file, and people at the same moment."""

from pathlib import Path

import pytest
from django.utils import timezone

from tests.concurrency.dying import die_at
from tests.concurrency.waiting import at_once
from tests.users.grant_cast import mina
from tests.users.handover_cast import folder, granted_job, handed_over, members_of, planned, receiver, service, written
from users.models import HandoverDelivery, HandoverReceipt
from users.selectors.handover import figures_of_delivery
from users.services.handover.planning import NothingToHandOver, NothingToSendAgain, plan_owed, send_again
from users.services.handover.receipts import Refused, take_receipt
from users.services.handover.writing import write_next_file

__all__ = ["folder"]
pytestmark = pytest.mark.django_db(transaction=True)


def a_delivery() -> HandoverDelivery:
    partner = service()
    receiver(partner)
    return planned(partner, granted_job())


@pytest.mark.parametrize("step", ["os.replace", "django.db.connection._commit"])
def test_a_worker_killed_in_the_middle_of_a_file_leaves_nothing_that_counts(folder, step):
    delivery = a_delivery()
    die_at(step, "users.services.handover.writing.write_next_file", delivery=delivery)
    left = list(Path(folder).glob("*/*"))
    assert len(left) == 1  # half a file, or a whole one that no row names
    assert delivery.files.get().state == "pending"
    written(delivery)
    assert [path.name for path in Path(folder).glob("*/*")] == [Path(delivery.files.get().name).name]
    assert figures_of_delivery(delivery=delivery).adds_up
    assert len(members_of(delivery)) == delivery.files.get().rows


def test_two_workers_write_each_file_once(folder, monkeypatch):
    monkeypatch.setattr("compensation.limits.HANDOVER_FILE_ROWS", 50)
    delivery = a_delivery()
    now = timezone.now()
    while any(at_once(*[lambda: write_next_file(delivery=delivery, at=now)] * 2)):
        pass
    assert delivery.files.filter(state="written", attempts=0).count() == 3
    assert len(set(members_of(delivery))) == len(members_of(delivery)) == figures_of_delivery(delivery=delivery).rows


def test_what_two_workers_hand_over_by_themselves_is_handed_over_once(folder):
    partner = service()
    receiver(partner)
    granted_job()
    made = at_once(*[lambda: plan_owed(at=timezone.now())] * 2)
    assert sorted(map(len, made)) == [0, 1]


def test_of_two_people_one_hands_over_and_one_sends_again(folder):
    partner, job = service(), granted_job()
    receiver(partner)
    made = at_once(*[lambda: planned(partner, job)] * 2)
    [delivery] = [one for one in made if isinstance(one, HandoverDelivery)]
    assert [type(one) for one in made if one is not delivery] == [NothingToHandOver]
    written(delivery)
    answers = at_once(*[lambda: _receipt(delivery)] * 2)
    assert answers[0] == answers[1] == HandoverReceipt.objects.get()
    now = timezone.now()
    sent = at_once(*[lambda: send_again(delivery=delivery, actor=mina(), at=now)] * 2)
    assert sorted(type(one).__name__ for one in sent) == [HandoverDelivery.__name__, NothingToSendAgain.__name__]


def _receipt(delivery: HandoverDelivery) -> HandoverReceipt:
    file = delivery.files.get()
    return take_receipt(
        file=file,
        token=delivery.partner.tokens.get(),
        refused=[Refused(0, members_of(delivery)[0], "not_found")],
        at=timezone.now(),
    )


def test_recalls_while_files_are_written_leave_counts_that_add_up(folder):
    from tests.users.test_handover_files import recall

    delivery = handed_over()
    taken = members_of(delivery)[:2]
    other = service("other")
    receiver(other)
    second = planned(other, delivery.job)
    at_once(lambda: recall(delivery.job, *taken), lambda: written(second))
    found = figures_of_delivery(delivery=second)
    assert found.is_ready
    assert found.rows + found.left_out == found.expected
