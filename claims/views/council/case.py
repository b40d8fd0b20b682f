"""A case before the council: reading it, voting (의결), being recused (제척). Both are final: each is asked twice."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from claims.models import AgendaItem
from claims.services.council.voting import cast_vote, check_vote, recuse
from claims.views.council.access import VOTE, open_item
from claims.views.council.reading import case_content, options_of
from compensation import limits
from compensation.policy.council import Choice
from compensation.policy.reasons import CaseReason
from compensation.policy.recusals import BASES
from compensation.programmes.access import open_programme, staff_page
from compensation.programmes.models import Programme
from compensation.runtime.forms import REFUSED, Faults
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.text import is_blank
from compensation.values.won import parse_won

FIELDS = {
    "vote_choice_missing": "choice",
    "vote_amount_out_of_bounds": "amount",
    "vote_amount_as_proposed": "amount",
    "vote_amount_none_possible": "choice",
    "vote_reasons_missing": "reasons",
    "vote_reason_unfit": "reasons",
    "text_too_long": "text",
    "won_malformed": "amount",
    "won_negative": "amount",
    "won_too_large": "amount",
}
RECUSAL_FIELDS = {"recusal_basis_unknown": "basis", "text_too_long": "recusal_text"}


@require_safe
@staff_page
def case_page(request: HttpRequest, code: str, reference: str, position: int) -> HttpResponse:
    """The papers and the ballot; after the vote is closed, what came of it."""
    programme, item = open_item(request, code, reference, position)
    return _page(request, programme, item)


@require_POST
@staff_page
def vote(request: HttpRequest, code: str, reference: str, position: int) -> HttpResponse:
    """Sent from the ballot it asks once more; sent from there the vote is cast."""
    open_programme(request, code, permission=VOTE)
    programme, item = open_item(request, code, reference, position)
    content = case_content(request, programme, item)
    if not content["is_member"]:
        raise Http404
    typed = _typed(request)
    if "change" in request.POST:
        return _page(request, programme, item, typed=typed, content=content)
    if content["papers"] is None:
        messages.error(request, gettext("제척을 표시한 사건은 의결할 수 없습니다."))
        return redirect("council-case", code, reference, position)
    faults = Faults()
    with faults.taking(FIELDS):
        details = _details(typed)
        if "confirm" in request.POST:
            cast_vote(item=item, member=request.user, at=timezone.now(), **details)
            messages.success(request, gettext("의결했습니다."))
            return redirect("council-case", code, reference, position)
        checked = check_vote(item=item, member=request.user, at=timezone.now(), **details)
    if faults:
        return _refused(request, programme, item, typed, faults, content)
    asked = content | {"typed": typed, "vote": checked, "reasons": _named(item, checked.choice, checked.reasons)}
    return render(request, "council/vote_confirm.html", asked)


@require_POST
@staff_page
def recusal(request: HttpRequest, code: str, reference: str, position: int) -> HttpResponse:
    """Asks once more too: whoever is recused can neither vote nor take it back."""
    open_programme(request, code, permission=VOTE)
    programme, item = open_item(request, code, reference, position)
    content = case_content(request, programme, item)
    if not content["is_member"]:
        raise Http404
    typed = {"basis": request.POST.get("basis", ""), "recusal_text": request.POST.get("recusal_text", "")}
    if "change" in request.POST:
        return _page(request, programme, item, typed=typed, content=content)
    faults = Faults()
    with faults.taking(RECUSAL_FIELDS):
        said = parse_paragraphs(typed["recusal_text"], length_max=limits.REVIEW_NOTE_LENGTH_MAX)
        if "confirm" in request.POST or typed["basis"] not in BASES:
            recuse(item=item, member=request.user, basis=typed["basis"], text=said, at=timezone.now())
            messages.success(request, gettext("제척을 표시했습니다. 이 사건은 의결하지 않습니다."))
            return redirect("council-case", code, reference, position)
    if faults:
        return _refused(request, programme, item, typed, faults, content)
    return render(request, "council/recusal_confirm.html", content | {"typed": typed, "basis": BASES[typed["basis"]]})


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was written, for the form to show again; only the reasons of the chosen vote count."""
    choice = request.POST.get("choice", "")
    reasons = {option: request.POST.getlist(f"reasons-{option}") for option in Choice}
    return {
        "choice": choice,
        "amount": request.POST.get("amount", ""),
        "text": request.POST.get("text", ""),
        "ticked": [f"{option} {code}" for option, codes in reasons.items() for code in codes],
        "reasons": reasons.get(choice, []),
    }


def _details(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Raises ValueRefused for an amount that is none."""
    takes_amount = typed["choice"] == Choice.SUPPORT_OTHER and not is_blank(typed["amount"])
    amount_won = parse_won(typed["amount"]) if takes_amount else 0
    return {"choice": typed["choice"], "amount_won": amount_won, "reasons": typed["reasons"], "text": typed["text"]}


def _named(item: AgendaItem, choice: Choice, codes: list[str]) -> list[CaseReason]:
    option = next(option for option in options_of(item) if option.choice == choice)
    return [reason for reason in option.reasons if reason.code in codes]


def _refused(
    request: HttpRequest,
    programme: Programme,
    item: AgendaItem,
    typed: Mapping[str, Any],
    faults: Faults,
    content: dict[str, Any],
) -> HttpResponse:
    """Back to what can be put right; where the case moved on meanwhile, to what it is now."""
    if "" not in faults:
        return _page(request, programme, item, typed=typed, faults=faults, content=content)
    messages.error(request, faults[""])
    return redirect("council-case", programme.code, item.session.reference, item.position)


def _page(
    request: HttpRequest,
    programme: Programme,
    item: AgendaItem,
    *,
    typed: Mapping[str, Any] | None = None,
    faults: Faults | None = None,
    content: dict[str, Any] | None = None,
) -> HttpResponse:
    shown = case_content(request, programme, item) if content is None else content
    first = shown["options"][0].choice if shown.get("options") else ""
    choice = (typed or {}).get("choice") or first
    targets = {
        "choice": f"choice-{first}",
        "amount": "amount",
        "reasons": f"reasons-{choice}",
        "text": "text",
        "basis": "basis",
        "recusal_text": "recusal_text",
    }
    shown |= {"typed": typed or {}, "faults": faults or {}, "problems": faults.problems(targets) if faults else []}
    return render(request, "council/case.html", shown, status=REFUSED if faults else 200)
