"""Who sits on the council: today, before and later; operations appoint, and end terms."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from claims.models import Council, SeatHolder
from claims.selectors.council import SeatAt, council_of, holders_of, seats_at
from claims.services.council.seats import appoint, end_term
from claims.views.council.access import VIEW
from compensation import limits
from compensation.policy.document import Policy
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.access import may, open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import REFUSED, DayInput, Faults, PageForm, ParsedField, number_sent, told
from compensation.runtime.templatetags.wording import local_name
from compensation.values.dates import parse_day
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text
from users.models import User

SEAT = "programmes.seat_council"
FIELDS = {
    "party_unknown": "party",
    "seat_number_out_of_bounds": "number",
    "person_has_a_seat": "username",
    "seat_taken": "number",
    "term_empty": "term_until",
}


def parse_person(value: object) -> User:
    """The active person with this name of an account. Raises ValueRefused."""
    name = plain_text(value).replace("\0", "")
    person = User.objects.filter(username=name, is_active=True).first()
    if person is None:
        raise ValueRefused(
            "person_unknown",
            "이 아이디로 로그인하는 사람이 없습니다. 계정을 먼저 만들어 주세요.",
            "Nobody signs in by this name. Please make the account first.",
        )
    return person


def parse_number(value: object) -> int:
    """The number of a seat; whether there can be one the service says. Raises ValueRefused."""
    return number_sent(plain_text(value), digits_max=len(str(limits.SEATS_PER_PARTY_MAX)))


class AppointmentForm(PageForm):
    """Who gets which seat, for how long. The service says what does not fit."""

    party = forms.ChoiceField(label=_("주체"), error_messages={"required": _("주체를 골라 주세요.")})
    number = ParsedField(
        label=_("자리 번호"),
        parse=parse_number,
        missing=_("자리 번호를 적어 주세요."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    username = ParsedField(
        label=_("로그인 아이디"),
        parse=parse_person,
        missing=_("위촉할 사람의 아이디를 적어 주세요."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(
        label=_("구분"),
        choices=[("member", _("위원")), ("substitute", _("예비 위원"))],
        error_messages={"required": _("위원인지 예비 위원인지 골라 주세요.")},
        widget=forms.RadioSelect,
    )
    term_from = ParsedField(
        label=_("임기 시작일"), parse=parse_day, missing=_("임기 시작일을 적어 주세요."), widget=DayInput
    )
    term_until = ParsedField(
        label=_("임기가 끝난 다음 날 (선택)"),
        parse=parse_day,
        required=False,
        help_text=_("비워 두면 따로 정할 때까지 맡습니다."),
        widget=DayInput,
    )

    def __init__(self, *args: Any, programme: Programme, **options: Any) -> None:
        super().__init__(*args, **options)
        parties = current_policy(programme=programme).policy.council.parties
        choices = [("", _("골라 주세요")), *((party.code, local_name(party)) for party in parties)]
        self.fields["party"].choices = choices


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def seats(request: HttpRequest, code: str) -> HttpResponse:
    """The seats; sent with the form it appoints somebody."""
    programme = open_programme(request, code, permission=SEAT if request.method == "POST" else VIEW)
    today = day_in_seoul(timezone.now())
    form = AppointmentForm(request.POST or None, programme=programme, initial={"role": "member", "term_from": today})
    if request.method == "POST" and form.is_valid() and _appointed(request, programme, form):
        messages.success(request, gettext("위촉했습니다."))
        return redirect("council-seats", programme.code)
    return _page(request, programme, form)


@require_POST
@staff_page
def seat_end(request: HttpRequest, code: str) -> HttpResponse:
    """Ends a term, or moves its end."""
    programme = open_programme(request, code, permission=SEAT)
    holders = SeatHolder.objects.filter(seat__council__programme=programme).select_related("seat")
    number = number_sent(request.POST.get("holder", ""), digits_max=len(str(2**63)) - 1)
    holder, faults = get_object_or_404(holders, pk=number), Faults()
    with faults.taking({}, field=str(holder.pk)):
        end_term(
            holder=holder,
            term_until=parse_day(request.POST.get("term_until", "")),
            actor=request.user,
            at=timezone.now(),
        )
        messages.success(request, gettext("임기를 바꿨습니다."))
        return redirect("council-seats", programme.code)
    return _page(request, programme, AppointmentForm(programme=programme), faults)


def _appointed(request: HttpRequest, programme: Programme, form: AppointmentForm) -> bool:
    given = form.cleaned_data
    try:
        appoint(
            programme=programme,
            party=given["party"],
            number=given["number"],
            user=given["username"],
            is_substitute=given["role"] == "substitute",
            term_from=given["term_from"],
            term_until=given["term_until"],
            actor=request.user,
            at=timezone.now(),
        )
    except ValueRefused as refused:
        form.add_error(FIELDS.get(refused.code), told(refused))
    return not form.errors


def _page(
    request: HttpRequest, programme: Programme, form: AppointmentForm, faults: Faults | None = None
) -> HttpResponse:
    council, today = council_of(programme=programme), day_in_seoul(timezone.now())
    policy = current_policy(programme=programme).policy
    targets = {name: f"until-{name}" for name in faults or ()}
    problems = [*(form.problems() if form.is_bound else ()), *(faults.problems(targets) if faults else ())]
    content = {
        "programme": programme,
        "policy": policy,
        "today": today,
        "seats": _seats(council, policy, today),
        "holders": list(holders_of(council=council)) if council else [],
        "form": form,
        "faults": {int(name): message for name, message in (faults or {}).items()},
        "typed_until": request.POST.get("term_until", ""),
        "problems": problems,
        "may_seat": may(request, SEAT, programme),
    }
    return render(request, "council/seats.html", content, status=REFUSED if problems else 200)


def _seats(council: Council | None, policy: Policy, today: date) -> list[SeatAt]:
    """In the order in which the policy has the parties."""
    parties = [party.code for party in policy.council.parties]
    found = seats_at(council=council, day=today) if council else []
    return sorted(found, key=lambda row: parties.index(row.seat.party) if row.seat.party in parties else len(parties))
