"""Files that were handed over are destroyed once the other side has answered for all of them, and not before."""

from datetime import timedelta
from pathlib import Path

import pytest

from claims.services.retention import destroy_expired
from compensation import limits
from tests.users.grant_cast import NOON, mina
from tests.users.handover_cast import folder, handed_over, members_of, planned, written
from tests.users.test_handover_receipts import again, receipt
from users.selectors.handover import figures_of_delivery, manifest
from users.services.handover.planning import NothingToHandOver
from users.services.handover.reading import page_after
from users.services.handover.receipts import FileDestroyed

__all__ = ["folder"]
pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=limits.HANDOVER_FILE_KEPT_DAYS)


def destroyed(at) -> int:
    return destroy_expired(actor=mina(), at=at).counts.get("handover_files", 0)


def test_a_file_goes_when_all_is_answered_for_and_its_counts_stay_and_it_can_be_had_anew(folder):
    delivery = handed_over()
    members, before = members_of(delivery), manifest(delivery=delivery)["files"][0]
    assert destroyed(LATER) == 0  # nothing was answered yet
    receipt(delivery, members[3])
    assert destroyed(LATER) == 0  # one was refused, and not sent again
    again(delivery)
    assert destroyed(LATER - timedelta(seconds=1)) == 0
    assert destroyed(LATER) == 1
    assert not Path(folder, delivery.files.get().name).exists()
    after = manifest(delivery=delivery)["files"][0]
    assert after["destroyed_at"]
    assert [after[name] for name in ("rows", "sha256")] == [before[name] for name in ("rows", "sha256")]
    assert figures_of_delivery(delivery=delivery).adds_up
    assert page_after(partner=delivery.partner, cursor="", limit=10).file.delivery_id != delivery.pk
    with pytest.raises(FileDestroyed):
        receipt(delivery)
    with pytest.raises(NothingToHandOver):
        planned(delivery.partner, delivery.job)
    assert members_of(written(planned(delivery.partner, delivery.job, anew=True))) == members
