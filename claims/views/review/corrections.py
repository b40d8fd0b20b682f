"""Correcting the facts of a case: the parsers of the form, old and new side by side, and only then saving."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from claims.services.assessed_facts import AssessedFacts, facts_of_claim, keeps_determination, preview_correction
from claims.services.drafts import FieldProblem
from claims.services.fact_answers import read_correction, typed_facts
from claims.services.facts import changed_meanwhile, correct_facts, facts_as_json
from claims.templatetags.case_wording import fact_name, fact_text
from claims.views.review.case_frame import Case, open_case, show_case
from claims.views.review.correction_form import form_content, target_of, typed_from
from claims.views.review.queue import PREPARE, VIEW
from compensation.programmes.access import staff_page
from compensation.runtime.forms import REFUSED, Problem, number_sent, told
from compensation.runtime.templatetags.wording import local_name, page_language
from compensation.values.refused import ValueRefused

SAVE = "save"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def corrections(request: HttpRequest, code: str, reference: str) -> HttpResponse:
    """The form; a POST shows what would change, and saves what was seen like that."""
    case = open_case(request, code, reference, permission=PREPARE if request.method == "POST" else VIEW)
    if request.method != "POST":
        return _page(case, typed_facts(claim=case.claim))
    typed, reason = typed_from(request), request.POST.get("reason", "")
    read = read_correction(claim=case.claim, typed=typed, actor=request.user)
    if read.values is None:
        return _page(case, typed, reason=reason, faults=read.problems)
    preview = _preview(case, read.values)
    is_seen = request.POST.get("seen") == preview["digest"]
    if request.POST.get("action") != SAVE or not is_seen:
        return _page(case, typed, reason=reason, preview=preview)
    try:
        if number_sent(request.POST.get("facts_version", "")) != case.claim.facts_version:
            raise changed_meanwhile()
        correct_facts(claim=case.claim, changes=read.values, actor=request.user, reason=reason, at=timezone.now())
    except ValueRefused as refused:
        field = "reason" if refused.code in ("correction_reason_missing", "text_too_long") else ""
        fault = FieldProblem(field, refused.code, refused.message_ko, refused.message_en)
        return _page(case, typed, reason=reason, preview=preview, faults=(fault,))
    messages.success(request, gettext("정정을 저장했습니다. 이전 내용은 기록으로 남습니다."))
    return redirect("review-corrections", code, case.claim.reference)


def _page(
    case: Case,
    typed: Mapping[str, Any],
    *,
    reason: str = "",
    preview: dict[str, Any] | None = None,
    faults: tuple[FieldProblem, ...] = (),
) -> HttpResponse:
    rows = case.claim.corrections.select_related("corrected_by").order_by("-id")
    content = form_content(case, typed, faults) | {
        "reason": reason,
        "preview": preview,
        "problems": [Problem(target_of(fault), told(fault)) for fault in faults],
        "corrections": [{"correction": row, "changes": _changes(case, row.old, row.new)} for row in rows],
    }
    return show_case(case, "corrections", content, status=REFUSED if faults else 200)


def _preview(case: Case, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Old and new value, old and new assessment. `digest` says what was shown: only that can be saved."""
    old, new = preview_correction(claim=case.claim, changes=changes)
    before = facts_of_claim(claim=case.claim)
    old_json, new_json = facts_as_json({name: before[name] for name in changes}), facts_as_json(changes)
    shown = json.dumps([case.claim.facts_version, old_json, new_json, new.assessed_won, new.policy_version.pk])
    return {
        "changes": _changes(case, old_json, new_json),
        "old": old,
        "new": new,
        "old_tier": _tier_name(old),
        "new_tier": _tier_name(new),
        "old_working": _working(old),
        "new_working": _working(new),
        "keeps_determination": keeps_determination(case.claim),
        "digest": hashlib.sha256(shown.encode()).hexdigest(),
    }


def _changes(case: Case, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "name": fact_name(name),
            "old": fact_text(name, old[name], case.policy),
            "new": fact_text(name, new[name], case.policy),
        }
        for name in new
    ]


def _working(assessed: AssessedFacts | None) -> list[str]:
    language = page_language()
    return [step.sentence(language) for step in assessed.steps] if assessed else []


def _tier_name(assessed: AssessedFacts | None) -> str:
    if assessed is None:
        return "–"
    tiers = assessed.policy_version.policy.tiers
    return next((local_name(tier) for tier in tiers if tier.code == assessed.tier_code), assessed.tier_code)
