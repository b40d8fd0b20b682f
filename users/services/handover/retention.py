"""Files that were handed over are lists of people: destroyed once the other side has answered for all of them.

Counts, hash and receipts stay. Where a service asks, the same is handed over once more from the database.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.files.storage import storages
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from compensation import limits
from compensation.policy.transitions import HandoverFileState
from compensation.runtime.retention import Expiring
from users.models import HandoverFile, HandoverReceipt, HandoverRefusal
from users.services.handover.writing import STORAGE

KEPT = timedelta(days=limits.HANDOVER_FILE_KEPT_DAYS)


def _due(at: datetime) -> QuerySet[HandoverFile]:
    """Files all of whose rows were accepted, or refused and sent again, the last of them longer ago than KEPT."""
    of_file = {"file": OuterRef("pk")}
    written = HandoverFile.objects.filter(
        state=HandoverFileState.WRITTEN, destroyed_at=None, written_at__lte=at - KEPT, delivery__ready_at__isnull=False
    )
    return written.filter(
        ~Exists(HandoverReceipt.objects.filter(**of_file, received_at__gt=at - KEPT)),
        ~Exists(HandoverRefusal.objects.filter(**of_file, sent_again=None)),
        rows=F("accepted") + F("refused"),
    )


def _destroy(files: QuerySet[HandoverFile]) -> Mapping[str, int]:
    """The content goes before the rows say so: a run that dies in between finds them again, and leaves nothing."""
    for name in files.values_list("name", flat=True):
        storages[STORAGE].delete(name)
    return {HANDOVER_FILES.code: files.update(destroyed_at=timezone.now())}


HANDOVER_FILES = Expiring("handover_files", _due, _destroy)
