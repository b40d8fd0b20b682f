"""One look at a draft: whose it is, its answers, and the addresses of its pages. The merchant's way and the agent's."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from claims.models import Claim, ClaimDraft
from claims.selectors.drafts import assisted_drafts, own_drafts
from claims.selectors.public import IntakeState, intake_among
from claims.services.drafts import (
    FilingRules,
    StepContext,
    context_of,
    device_digest,
    filing_rules,
    problems_by_step,
    steps_for,
)
from claims.services.drafts.steps import CHECK, EVIDENCE, LOSSES
from claims.views.draft_access import FILES_FOR_MERCHANTS, note_in_hand
from claims.views.form.wording import WORDS
from compensation.programmes.access import open_programme
from compensation.runtime.kept import Kept

_rules: Kept[FilingRules] = Kept()


@dataclass
class Visit:
    """A request for a page of a draft. `code` is the programme's where an agent fills it in, else blank."""

    request: HttpRequest
    draft: ClaimDraft
    context: StepContext
    code: str

    def address(self, step: str) -> str:
        """The page of a step."""
        return self._reverse("step", self.draft.reference, step)

    def comparison_address(self, key: str) -> str:
        """The page that derives the lost sales of a line."""
        return self._reverse("comparison", self.draft.reference, key)

    @property
    def losses_address(self) -> str:
        return self.address(LOSSES)

    @property
    def business_check_address(self) -> str:
        return self._reverse("business-check", self.draft.reference)

    @property
    def discard_address(self) -> str:
        return self._reverse("discard", self.draft.reference)

    def receipt_address(self, claim: Claim) -> str:
        """Where a draft leads that has become a claim."""
        return self._reverse("receipt", claim.reference)

    @property
    def start_address(self) -> str:
        return reverse("assist", args=[self.code]) if self.code else reverse("claim-new")

    @property
    def device(self) -> str:
        """Tells the devices of a person apart."""
        return device_digest(self.request.session.session_key or "")

    @cached_property
    def steps(self) -> list[str]:
        return steps_for(self.context)

    @cached_property
    def open_problems(self) -> dict[str, Any]:
        """What keeps the draft from being sent, by step."""
        return problems_by_step(self.context)

    @cached_property
    def intake(self) -> IntakeState:
        return intake_among(windows=self.context.rules.windows, at=timezone.now())

    def is_done(self, step: str) -> bool:
        """Whether the step was filled in (of the evidence: looked at), and nothing is wrong with it."""
        return self.context.answers.version(step) > 0 and step not in self.open_problems

    def first_open_step(self) -> str:
        """Where to go on; the last step where everything is there."""
        undone = (step for step in self.steps[:-1] if step != EVIDENCE and not self.is_done(step))
        return next(undone, self.steps[-1])

    def step_after(self, step: str) -> str:
        place = self.steps.index(step) + 1
        return self.steps[min(place, len(self.steps) - 1)]

    def frame(self, step: str) -> dict[str, Any]:
        """What every page of the form shows around its questions."""
        place = self.steps.index(step)
        rows = [
            {
                "name": WORDS[name].name,
                "address": self.address(name),
                "is_done": self.is_done(name),
                "is_now": name == step,
            }
            for name in self.steps
        ]
        return {
            "visit": self,
            "draft": self.draft,
            "programme": self.draft.programme,
            "step": step,
            "words": WORDS[step],
            "number": place + 1,
            "total": len(rows),
            "steps": rows,
            "previous": rows[place - 1]["address"] if place else "",
            "intake": self.intake,
            "version": self.context.answers.version(step),
            "back_to_check": self.comes_from_check and step != CHECK,
        }

    @property
    def comes_from_check(self) -> bool:
        """Whether one came from the list of all answers to change one of them."""
        return self.request.GET.get("then") == CHECK

    def changed_address(self, step: str, *, change: str) -> str:
        """The page of a step once a line was added or taken away. Without a fragment, which browsers carry along."""
        query = {"then": CHECK} if self.comes_from_check else {}
        query |= {"added": "yes"} if change == "add" else {}
        return f"{self.address(step)}?{urlencode(query)}" if query else self.address(step)

    @property
    def has_new_line(self) -> bool:
        """Whether a line was just added, where one goes on writing."""
        return self.request.method == "GET" and "added" in self.request.GET

    def next_address(self, step: str) -> str:
        """Where one goes on once a step is saved."""
        return self.address(CHECK if self.comes_from_check else self.step_after(step))

    def _reverse(self, name: str, *arguments: str) -> str:
        if self.code:
            return reverse(f"assist-{name}", args=[self.code, *arguments])
        return reverse(f"claim-{name}" if name == "receipt" else f"draft-{name}", args=list(arguments))


def open_visit(request: HttpRequest, reference: str, code: str = "") -> Visit:
    """The draft, where it is the user's own (or one that they fill in as an agent). Raises Http404.

    An agent who opens one leaves an access record.
    """
    if code:
        programme = open_programme(request, code, permission=FILES_FOR_MERCHANTS)
        drafts = assisted_drafts(user=request.user, programme=programme)
    else:
        drafts = own_drafts(user=request.user)
    draft = get_object_or_404(drafts, reference=reference)
    note_in_hand(request, draft)
    return Visit(request, draft, context_of(draft, user=request.user, filing=_rules_for(draft)), code)


def _rules_for(draft: ClaimDraft) -> FilingRules:
    """What the pages of the form go by. A draft that is sent is read by the rules of that moment."""
    key = (draft.programme_id, draft.by_agent)
    return _rules.get(key, lambda: filing_rules(programme=draft.programme, by_agent=draft.by_agent))
