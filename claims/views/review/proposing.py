"""The proposal of a case to the council, beside how similar cases were decided."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from claims.models import Proposal, Verdict
from claims.services.desk import ProposalDetails, refer
from claims.services.proposals import case_of, reasons_for
from claims.views.review.case_frame import Case, open_case, posted_version, show_case
from claims.views.review.queue import PREPARE, VIEW
from claims.views.review.similar import compared
from compensation import limits
from compensation.policy.council import amount_cap_won
from compensation.programmes.access import staff_page
from compensation.runtime.forms import REFUSED, Problem, told
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won

COMPARE = "compare"
FIELDS = {
    "verdict_missing": "verdict",
    "proposal_reasons_mixed": "reasons",
    "proposal_reasons_missing": "reasons",
    "proposal_amount_too_low": "amount",
    "proposal_amount_too_high": "amount",
    "won_malformed": "amount",
    "won_negative": "amount",
    "won_too_large": "amount",
    "text_too_long": "text",
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def proposal(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The form. Sent with `compare` it only draws the proposal beside the others; else it refers the case.

    What is outside the usual range is asked once more.
    """
    case = open_case(request, code, reference, permission=PREPARE if request.method == "POST" else VIEW)
    if request.method != "POST":
        return show_case(case, "proposal", _content(case, _typed_before(case)))
    typed = _typed(request)
    content = _content(case, typed)
    if request.POST.get("action") == COMPARE:
        return show_case(case, "proposal", content)
    if content["similar"].is_unusual and not typed["unusual"]:
        return show_case(case, "proposal", content | {"asks_again": True}, status=REFUSED)
    try:
        refer(
            review=case.review,
            proposal=_details(typed),
            actor=request.user,
            version=posted_version(request),
            at=timezone.now(),
        )
    except ValueRefused as refused:
        field = FIELDS.get(refused.code)
        target = _target(field, typed) if field else "content"
        shown = content | {"problems": [Problem(target, told(refused))], "wrong": field}
        return show_case(case, "proposal", shown, status=REFUSED)
    messages.success(request, gettext("협의체에 상정했습니다. 다음 회의의 안건이 됩니다."))
    return redirect("review", code, case.claim.reference)


def _typed(request: HttpRequest) -> dict[str, Any]:
    return {name: request.POST.get(name, "") for name in ("verdict", "amount", "text", "unusual")} | {
        "reasons": {verdict.value: request.POST.getlist(f"reasons-{verdict.value}") for verdict in Verdict}
    }


def _typed_before(case: Case) -> dict[str, Any]:
    """The last proposal of this review, to be changed: a case that was sent back, or taken back."""
    last: Proposal | None = case.review.proposals.last()
    if last is None:
        return {"verdict": "", "amount": "", "text": "", "reasons": {}}
    amount = f"{last.amount_won:,}" if last.amount_won else ""
    return {"verdict": last.verdict, "amount": amount, "text": last.text, "reasons": {last.verdict: last.reasons}}


def _details(typed: dict[str, Any]) -> ProposalDetails:
    """The reasons that stand under the other verdict do not count. Raises ValueRefused."""
    if typed["verdict"] not in Verdict.values:
        raise ValueRefused("verdict_missing", "제안할 내용을 골라 주세요.", "Please choose what you propose.")
    verdict = Verdict(typed["verdict"])
    amount_won = parse_won(typed["amount"]) if verdict == Verdict.GRANT else 0
    return ProposalDetails(verdict, amount_won, typed["reasons"][verdict.value], typed["text"])


def _target(field: str, typed: dict[str, Any]) -> str:
    return {"reasons": f"reasons-{typed['verdict']}", "verdict": "verdict-grant"}.get(field, field)


def _content(case: Case, typed: dict[str, Any]) -> dict[str, Any]:
    voted_on = case_of(review=case.review, claim=case.claim)
    verdicts = [
        {"verdict": verdict, "reasons": reasons_for(verdict=verdict, policy=case.policy)} for verdict in Verdict
    ]
    return {
        "typed": typed,
        "verdicts": verdicts,
        "cap_won": amount_cap_won(case=voted_on, rules=case.policy.council),
        "granted_before_won": voted_on.granted_before_won,
        "proposals": list(case.review.proposals.select_related("made_by").order_by("-id")),
        "similar": compared(case, amount_won=_proposed_won(typed)),
        "length_max": limits.PARAGRAPHS_LENGTH_MAX,
    }


def _proposed_won(typed: dict[str, Any]) -> int | None:
    """The amount as far as it can be read; None where nothing is proposed yet."""
    if typed["verdict"] == Verdict.REFUSE:
        return 0
    with suppress(ValueRefused):
        return parse_won(typed["amount"])
    return None
