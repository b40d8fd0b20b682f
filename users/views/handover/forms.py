"""What operations choose for a new delivery."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compensation.programmes.models import Programme
from compensation.runtime.forms import PageForm
from compensation.runtime.templatetags.wording import local_name
from users.models import GrantJobKind, HandoverFormat
from users.selectors.handover import jobs_to_hand_over
from users.selectors.partners import receivers_of

GRANTED, EXPIRED = "granted", "expired"


class DeliveryForm(PageForm):
    """Who gets what. The choices are the programme's own; `wish` is what was chosen, for plan_delivery."""

    partner = forms.ChoiceField(label=_("받을 제휴사"), error_messages={"required": _("받을 제휴사를 골라 주세요.")})
    job = forms.ChoiceField(label=_("일괄 지급 작업"), error_messages={"required": _("일괄 지급 작업을 골라 주세요.")})
    what = forms.ChoiceField(
        label=_("무엇을 인계합니까?"),
        widget=forms.RadioSelect,
        initial=GRANTED,
        choices=[(GRANTED, _("지급(회수 작업이면 회수)한 내역")), (EXPIRED, _("기간이 끝난 품목"))],
    )
    format = forms.ChoiceField(
        label=_("파일 형식"),
        widget=forms.RadioSelect,
        initial=HandoverFormat.CSV,
        choices=[(HandoverFormat.CSV, "CSV.gz"), (HandoverFormat.PARQUET, "Parquet")],
    )

    anew = forms.BooleanField(label=_("이미 넘긴 내역도 지금 상태로 다시 넘깁니다."), required=False)

    def __init__(self, data: Any, *, programme: Programme, at: datetime) -> None:
        super().__init__(data)
        self.partners = {partner.code: partner for partner in receivers_of(programme=programme, at=at)}
        self.jobs = {str(job.reference): job for job in jobs_to_hand_over(programme=programme)}
        self.fields["partner"].choices = [(code, local_name(one)) for code, one in self.partners.items()]
        self.fields["job"].choices = [(reference, _named(job)) for reference, job in self.jobs.items()]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if not self.errors:
            typed["wish"] = {
                "partner": self.partners[typed["partner"]],
                "job": self.jobs[typed["job"]],
                "format_": typed["format"],
                "expired": typed["what"] == EXPIRED,
                "anew": typed["anew"],
            }
        return typed


def _named(job: Any) -> str:
    words = {"package": local_name(job.package), "members": f"{job.members:,}", "day": f"{job.created_at:%Y-%m-%d}"}
    if job.kind == GrantJobKind.RECALL:
        return gettext("%(package)s 회수, %(members)s명 (%(day)s)") % words
    return gettext("%(package)s 지급, %(members)s명 (%(day)s)") % words
