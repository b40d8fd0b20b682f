"""Why a step of a grant job is refused, and the one write that all steps are made with."""

from django.utils.translation import gettext_lazy as _

from compensation.runtime.refusals import StepRefused
from users.models import GrantJob


class GrantJobRefused(StepRefused):
    """A step that the job does not take now. `str(error)` is the sentence for the person who asked."""

    sentence = _("이 작업은 지금 진행할 수 없습니다.")


class GrantJobMovedOn(GrantJobRefused):
    """Another person or process was faster, or a step was left out."""

    sentence = _("작업의 상태가 바뀌어 처리하지 못했습니다. 새로 고친 뒤 다시 확인해 주세요.")


def move(job: GrantJob, only_if: dict[str, object], **values: object) -> GrantJob:
    """The one write to a job: conditional, so that what was looked at is what is changed. Raises GrantJobMovedOn."""
    if GrantJob.objects.filter(pk=job.pk, **only_if).update(**values) != 1:
        raise GrantJobMovedOn
    job.refresh_from_db()
    return job
