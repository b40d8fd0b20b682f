"""Taking grants back (회수): planned here, then rehearsed, approved by a second person and run like any grant job."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from compensation.audit.services import because
from compensation.policy.audiences import Audience
from compensation.policy.transitions import GrantJobRunState
from users.models import GrantJob, GrantJobKind, User
from users.services.grant_refusals import GrantJobRefused


class NothingToRecall(GrantJobRefused):
    sentence = _("끝난 지급 작업만 회수할 수 있습니다. 진행 중인 작업은 먼저 취소해 주세요.")


def plan_recall(*, of: GrantJob, maker: User, at: datetime, note: str = "", by_list: bool = False) -> GrantJob:
    """A draft that takes back what the job `of` granted: all of it, or from the members of a list (`by_list`), which
    `audiences.load_list` brings in. Grants of which something was used, or that have run out, are named and stay.

    Raises NothingToRecall: it has not ended, or is a recall itself.
    """
    if of.kind != GrantJobKind.GRANT or of.run_state != GrantJobRunState.FINISHED:
        raise NothingToRecall
    with transaction.atomic(), because(actor=maker, reason="grant_recall_planned"):
        return GrantJob.objects.create(
            programme=of.programme,
            package=of.package,
            kind=GrantJobKind.RECALL,
            recalls=of,
            maker=maker,
            created_at=at,
            chunk_size=of.chunk_size,
            members_below=of.members_below,
            priority=of.priority,
            note=note,
            audience=Audience(by_list=by_list).as_json(),
        )
