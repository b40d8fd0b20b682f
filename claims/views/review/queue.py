"""The officers' queue: what waits, whose it is, and taking the next case."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from claims.models import BulkAction
from claims.selectors.paging import COUNT_MAX
from claims.selectors.queue import (
    COUNCIL,
    DEFAULT_ORDER,
    MERCHANT,
    MINE,
    NOBODYS,
    OBJECTION,
    OFFICER,
    SEARCH_COUNT_MAX,
    QueueSearch,
    queue_page,
    search_queue,
)
from claims.services.desk import DeskRefused, take_next
from claims.views.paging import Page, page_number
from compensation import limits
from compensation.policy.case_checks import CHECKS
from compensation.policy.transitions import OPEN_REVIEW_STATES, REVIEW
from compensation.programmes.access import may, note_access, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import told
from compensation.runtime.templatetags.wording import local_name, page_language

VIEW, PREPARE = "programmes.view_reviews", "programmes.prepare_cases"
EVERY = ("", _("전체"))
ORDER_NAMES = {
    "due": _("기한이 가까운 순"),
    "age": _("오래된 순"),
    "-age": _("최근에 온 순"),
    "-amount": _("피해액 큰 순"),
    "amount": _("피해액 작은 순"),
}


class QueueForm(forms.Form):
    """The search above the queue; the names of its fields are those of QueueSearch."""

    text = forms.CharField(
        label=_("찾기"),
        required=False,
        max_length=limits.NAME_LENGTH_MAX,
        help_text=_("접수번호, 사업자등록번호, 상호, 대표자명, 연락처, 예금주"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    whose = forms.ChoiceField(
        label=_("담당"), required=False, choices=[EVERY, (MINE, _("내가 맡은 건")), (NOBODYS, _("담당 없음"))]
    )
    kind = forms.ChoiceField(
        label=_("종류"), required=False, choices=[EVERY, (COUNCIL, _("협의체 심사")), (OBJECTION, _("이의신청"))]
    )
    waits_for = forms.ChoiceField(
        label=_("차례"),
        required=False,
        choices=[EVERY, (OFFICER, _("심사할 차례")), (MERCHANT, _("소상공인 답변 대기"))],
    )
    state = forms.ChoiceField(label=_("상태"), required=False)
    mark = forms.ChoiceField(label=_("확인할 점"), required=False)
    tag = forms.CharField(
        label=_("표시"),
        required=False,
        max_length=limits.TAG_LENGTH_MAX,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    order = forms.ChoiceField(label=_("정렬"), required=False, choices=list(ORDER_NAMES.items()))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        language = page_language()
        states = [(state, REVIEW.name(state, language)) for state in OPEN_REVIEW_STATES]
        self.fields["state"].choices = [EVERY, *states]  # type: ignore[attr-defined]
        self.fields["mark"].choices = [EVERY, *((code, local_name(it)) for code, it in CHECKS.items())]  # type: ignore[attr-defined]

    def search(self) -> QueueSearch:
        """What to look for; a field that holds nonsense does not restrict."""
        self.is_valid()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return QueueSearch(**({"order": DEFAULT_ORDER} | given))


@require_safe
@staff_page
def queue(request: HttpRequest, code: str) -> HttpResponse:
    """Whoever searches leaves an access record: not of what, which would be personal data itself."""
    programme = open_programme(request, code, permission=VIEW)
    form = QueueForm(request.GET)
    search = form.search()
    found = search_queue(programme=programme, search=search, user=request.user)
    by_text = bool(search.text)
    reviews, number, total = queue_page(found=found, number=page_number(request.GET), by_text=by_text)
    if by_text:
        note_search(request, programme)
    count_max = SEARCH_COUNT_MAX if by_text else COUNT_MAX
    content = {
        "programme": programme,
        "form": form,
        "reviews": reviews,
        "narrowed": search.kind or search.state or search.mark or search.tag,
        "references": " ".join(review.claim.reference for review in reviews),
        "services": current_policy(programme=programme).policy.services,
        "page": Page(number=number, total=total, query=request.GET, count_max=count_max),
        "may_prepare": may(request, PREPARE, programme),
        "actions": BulkAction.choices,
        "cases_max": limits.BULK_CASES_MAX,
        "at": timezone.now(),
    }
    return render(request, "officer/queue.html", content)


@require_POST
@staff_page
def next_case(request: HttpRequest, code: str) -> HttpResponse:
    """Takes the case that is due first, and opens it."""
    programme = open_programme(request, code, permission=PREPARE)
    try:
        review = take_next(programme=programme, actor=request.user, at=timezone.now())
    except DeskRefused as refused:
        messages.error(request, told(refused))
        return redirect("reviews", programme.code)
    if review is None:
        messages.info(request, gettext("지금 맡을 수 있는 건이 없습니다."))
        return redirect("reviews", programme.code)
    return redirect("review", programme.code, review.claim.reference)


def search_of(query: Mapping[str, Any]) -> QueueSearch:
    """The search that an address of the queue stands for."""
    return QueueForm(query).search()


def note_search(request: HttpRequest, programme: Programme) -> None:
    """Who looked for somebody's case, and when."""
    note_access(request, subject=f"programme {programme.code}", task="reviews_searched")
