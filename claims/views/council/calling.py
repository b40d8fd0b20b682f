"""Calling a session: an officer chooses referred cases and times, looks at the agenda, and calls it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from claims.models import CouncilSession, Review, SessionKind
from claims.selectors.council import grouped, referable
from claims.selectors.queue import reviews_named
from claims.services.council.sessions import call_session, check_call
from claims.views.council.access import CALL
from compensation import limits
from compensation.policy.agenda import group_name
from compensation.programmes.access import open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import REFUSED, PageForm, ParsedField, Problem, told
from compensation.runtime.templatetags.wording import page_language
from compensation.values.dates import parse_date
from compensation.values.refused import ValueRefused

FIELDS = {
    "session_kind_missing": "kind",
    "session_due_in_the_past": "due_at",
    "session_ends_first": "due_at",
    "session_too_far": "due_at",
}
CASES = "cases"  # the id of the list of cases
MOMENT = "%Y-%m-%dT%H:%M"  # as the browser's calendar writes it


class MomentInput(forms.TextInput):
    """The browser's calendar with a clock; a plain text field for what that could not show, so that it is not lost."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        try:
            is_plain = bool(value) and datetime.strptime(value, MOMENT).strftime(MOMENT) != value  # noqa: DTZ007
        except ValueError:
            is_plain = True
        self.input_type = "text" if is_plain else "datetime-local"
        return super().render(name, value, attrs, renderer)


def parse_moment(value: object) -> datetime:
    """A date with a time, in Seoul. Raises ValueRefused."""
    parsed = parse_date(value)
    if not parsed.has_time and isinstance(value, str) and ":" not in value:
        raise ValueRefused(
            "time_missing",
            "시각까지 적어 주세요. 예: 2023-02-01 10:00",
            "Please write the time too, such as 2023-02-01 10:00.",
        )
    return parsed.moment


class SessionForm(PageForm):
    """When and how is voted. The service says what does not fit."""

    kind = forms.ChoiceField(label=_("방식"), required=False, choices=SessionKind.choices, widget=forms.RadioSelect)
    opens_at = ParsedField(
        label=_("의결 시작"), parse=parse_moment, missing=_("의결을 시작하는 때를 적어 주세요."), widget=MomentInput
    )
    due_at = ParsedField(
        label=_("의결 기한"),
        parse=parse_moment,
        missing=_("의결 기한을 적어 주세요."),
        help_text=_("이때까지 들어온 의결로 결정합니다. 모두 의결하면 그때 바로 끝납니다."),
        widget=MomentInput,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def session_new(request: HttpRequest, code: str) -> HttpResponse:
    """The form; sent once it shows the agenda in its groups, sent from there it calls the session."""
    programme = open_programme(request, code, permission=CALL)
    form = SessionForm(request.POST or None, initial={"kind": SessionKind.WRITTEN})
    references = _references(request)
    chosen = _chosen(programme, references)
    if request.method != "POST" or "change" in request.POST:
        return _form_page(request, programme, form, chosen)
    refusal = _refusal_of(programme, form, references, chosen)
    if refusal or form.errors:
        return _form_page(request, programme, form, chosen, refusal)
    if "call" not in request.POST:
        return _preview(request, programme, form, chosen)
    try:
        session = _call(request, programme, form, chosen)
    except ValueRefused as refused:
        return _form_page(request, programme, form, chosen, told(refused))
    messages.success(request, gettext("회의를 소집했습니다."))
    return redirect("council-session", programme.code, session.reference)


def _references(request: HttpRequest) -> list[str]:
    """Of the ticked claims, each once; one more than an agenda takes, which the service then says."""
    ticked = dict.fromkeys(request.POST.getlist("case"))
    return [text for text in ticked if text.replace("-", "").isalnum()][: limits.AGENDA_ITEMS_MAX + 1]


def _chosen(programme: Programme, references: Sequence[str]) -> list[Review]:
    """The open reviews of these claims; what cannot be on an agenda the service names."""
    reviews = reviews_named(programme=programme, references=references)
    prefetch_related_objects(reviews, "claim__losses")
    return reviews


def _refusal_of(programme: Programme, form: SessionForm, references: Sequence[str], chosen: Sequence[Review]) -> str:
    """Puts what is wrong with the times beside them; what is wrong with the cases is the answer."""
    if form.is_valid():
        times = {name: form.cleaned_data[name] for name in ("kind", "opens_at", "due_at")}
        try:
            check_call(programme=programme, at=timezone.now(), **times)
        except ValueRefused as refused:
            form.add_error(FIELDS.get(refused.code), told(refused))
    if not references:
        return gettext("안건을 하나 이상 골라 주세요.")
    gone = sorted(set(references) - {review.claim.reference for review in chosen})
    return gettext("더 이상 심사하지 않는 건이 있습니다: %(cases)s") % {"cases": ", ".join(gone)} if gone else ""


def _call(request: HttpRequest, programme: Programme, form: SessionForm, chosen: Sequence[Review]) -> CouncilSession:
    times = {name: form.cleaned_data[name] for name in ("kind", "opens_at", "due_at")}
    return call_session(programme=programme, reviews=chosen, actor=request.user, at=timezone.now(), **times)


def _groups(programme: Programme, reviews: Sequence[Review]) -> list[tuple[str, list[Review]]]:
    """The cases as an agenda has them: like with like, each group under its name."""
    policy, language = current_policy(programme=programme).policy, page_language()
    groups: dict[str, list[Review]] = {}
    for key, review in grouped(reviews=reviews):
        groups.setdefault(group_name(key=key, policy=policy, language=language), []).append(review)
    return list(groups.items())


def _form_page(
    request: HttpRequest, programme: Programme, form: SessionForm, chosen: Sequence[Review], refusal: str = ""
) -> HttpResponse:
    waiting = referable(programme=programme)
    listed = list(waiting[: limits.AGENDA_ITEMS_MAX])
    problems = list(form.problems()) if form.is_bound and "change" not in request.POST else []
    if refusal:
        problems.append(Problem(CASES, refusal))
    content = {
        "programme": programme,
        "form": form,
        "groups": _groups(programme, listed),
        "chosen": {review.pk for review in chosen},
        "more": waiting.count() - len(listed),
        "refusal": refusal,
        "problems": problems,
        "cases_max": limits.AGENDA_ITEMS_MAX,
    }
    return render(request, "council/session_new.html", content, status=REFUSED if problems else 200)


def _preview(request: HttpRequest, programme: Programme, form: SessionForm, chosen: Sequence[Review]) -> HttpResponse:
    content = {
        "programme": programme,
        "form": form,
        "kind": SessionKind(form.cleaned_data["kind"]).label,
        "opens_at": max(form.cleaned_data["opens_at"], timezone.now()),
        "due_at": form.cleaned_data["due_at"],
        "groups": _groups(programme, chosen),
        "chosen": chosen,
    }
    return render(request, "council/session_preview.html", content)
