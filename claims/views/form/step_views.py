"""The pages of the form: each step saves what was typed, then goes on; what is wrong comes back with the page."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from claims.services.drafts import (
    DraftBecameClaim,
    FieldProblem,
    SavedElsewhere,
    Typed,
    discard_draft,
    facts_of,
    parse_step,
    save_step,
)
from claims.services.drafts.answers import Answers
from claims.services.drafts.losses import keys_of
from claims.services.drafts.steps import ACCOUNT, ALTERNATIVE, BUSINESS, CHECK, EVIDENCE, LOSSES, PERIODS
from claims.views.draft_access import draft_may_be_gone
from claims.views.evidence_files import evidence_content
from claims.views.form.checking import check_page
from claims.views.form.pages import PAGES, BusinessPage
from claims.views.form.step_page import listed_problems
from claims.views.form.visits import Visit, open_visit
from compensation.policy.assessment import assess_claim
from compensation.policy.evidence import missing_documents
from compensation.runtime.forms import number_sent

REFUSED, CONFLICT = 422, 409
NEEDS_LINES = (LOSSES, ALTERNATIVE)
NOT_YET_WRITTEN = ("required", "consent_required")


def form_page(*methods: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """What all pages of the form have: signed in, never from a cache (so that "back" shows what is saved), no logs."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        allowed = require_http_methods(methods or ("GET", "HEAD", "POST"))
        return sensitive_post_parameters()(allowed(never_cache(login_required(draft_may_be_gone(view)))))

    return decorate


@form_page("GET", "HEAD")
def draft_page(request: HttpRequest, reference: str, code: str = "") -> HttpResponse:
    """Where one goes on: the first step that is not done yet."""
    visit = open_visit(request, reference, code)
    if visit.draft.claim:
        return redirect(visit.receipt_address(visit.draft.claim))
    return redirect(visit.address(visit.first_open_step()))


@form_page()
def draft_step(request: HttpRequest, reference: str, step: str, code: str = "") -> HttpResponse:
    """A step of the form; a draft that was sent leads to its receipt, whichever page of it is asked for."""
    visit = open_visit(request, reference, code)
    if visit.draft.claim:
        return redirect(visit.receipt_address(visit.draft.claim))
    if step not in visit.steps:
        return _instead(visit, step)
    if step in NEEDS_LINES and not keys_of(visit.context):
        return redirect(visit.address(PERIODS))
    if step == CHECK:
        return check_page(visit)
    if request.method == "POST":
        return _save(visit, step)
    if step == EVIDENCE:
        return _evidence(visit)
    typed = visit.context.answers.typed(step)
    return _shown(visit, step, typed, _problems_at_sight(visit, step))


@require_POST
@never_cache
@sensitive_post_parameters()
@login_required
def business_check(request: HttpRequest, reference: str, code: str = "") -> HttpResponse:
    """What is known of the number that is being typed: a part of the page, for htmx. Saves nothing."""
    visit = open_visit(request, reference, code)
    page = PAGES[BUSINESS]
    assert isinstance(page, BusinessPage)  # noqa: S101 - for the type checker
    typed = page.typed_from(request.POST, visit)
    answers = Answers()
    answers.put(BUSINESS, {name: text[:400] for name, text in typed.items()}, device="")
    visit = Visit(request, visit.draft, visit.context.with_answers(answers), code)
    number_problems = [
        problem for problem in parse_step(BUSINESS, typed, visit.context).problems if problem.field == "business_number"
    ]
    content = page.content(visit, typed, number_problems) | {"checked": bool(typed["business_number"].strip())}
    return render(request, "merchant/form/business_details.html", content | visit.frame(BUSINESS))


@form_page()
def draft_discard(request: HttpRequest, reference: str, code: str = "") -> HttpResponse:
    """Asks whether the draft is to be thrown away, and does it."""
    visit = open_visit(request, reference, code)
    if request.method == "POST":
        try:
            discard_draft(draft=visit.draft, actor=request.user)
        except DraftBecameClaim as sent:
            return redirect(visit.receipt_address(sent.claim))
        messages.success(request, _("작성하던 접수를 지웠습니다."))
        return redirect(visit.start_address)
    return render(request, "merchant/form/discard.html", {"visit": visit, "draft": visit.draft})


def _problems_at_sight(visit: Visit, step: str) -> list[FieldProblem]:
    """What is wrong with a page that is opened. What is not written yet is only missed by who comes from the check."""
    found = visit.open_problems.get(step, ())
    return [problem for problem in found if visit.comes_from_check or problem.code not in NOT_YET_WRITTEN]


def _save(visit: Visit, step: str) -> HttpResponse:
    post = visit.request.POST
    typed = PAGES[step].typed_from(post, visit) if step in PAGES else {}
    try:
        saved = save_step(
            draft=visit.draft,
            step=step,
            typed=typed,
            seen_version=number_sent(post.get("version", "")),
            device=visit.device,
            actor=visit.request.user,
            at=timezone.now(),
            context=visit.context,
        )
    except DraftBecameClaim as sent:
        return redirect(visit.receipt_address(sent.claim))
    except SavedElsewhere as conflict:
        return _shown(visit, step, typed, (), status=CONFLICT, version=conflict.version, saved_elsewhere=True)
    if post.get("change") and saved.is_kept:
        return redirect(visit.changed_address(step, change=post["change"]))
    now = Visit(visit.request, visit.draft, saved.context, visit.code)
    if step not in now.steps:  # another device has changed the services meanwhile
        return _instead(now, step)
    if saved.problems:
        return _shown(now, step, typed, saved.problems, status=REFUSED, version=saved.version)
    return redirect(now.next_address(step))


def _shown(
    visit: Visit,
    step: str,
    typed: Typed,
    problems: Sequence[FieldProblem],
    *,
    status: int = 200,
    **content: Any,
) -> HttpResponse:
    page = PAGES[step]
    shown = page.content(visit, typed, problems)
    everything = visit.frame(step) | shown | {"problems": listed_problems(shown, problems)} | content
    return render(visit.request, page.template, everything, status=status)


def _evidence(visit: Visit) -> HttpResponse:
    """Files are sent by the list's own forms; this page saves only that one was here."""
    facts, policy = facts_of(visit.context), visit.context.policy
    files = evidence_content(owner=visit.draft, next_address=visit.address(EVIDENCE))
    present = {row["kind"].code for row in files["kinds"] if row["evidence"]}
    content = {
        "assessment": assess_claim(facts=facts, policy=policy) if facts else None,
        "missing": missing_documents(policy=policy, present=present),
        "has_files": bool(present),
    }
    return render(visit.request, "merchant/form/evidence.html", visit.frame(EVIDENCE) | content | files)


def _instead(visit: Visit, step: str) -> HttpResponse:
    """A step that this draft does not have: the alternatives, where the policy settles them all."""
    if step != ALTERNATIVE:
        raise Http404
    return redirect(visit.address(ACCOUNT if keys_of(visit.context) else PERIODS))
