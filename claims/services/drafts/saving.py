"""Beginning a draft, saving a step of it, throwing it away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from claims.models import Claim, ClaimDraft
from claims.selectors.drafts import Relation, assisted_drafts, own_drafts, unsent
from claims.services.drafts import account
from claims.services.drafts.answers import Answers
from claims.services.drafts.business import BusinessAnswer
from claims.services.drafts.context import StepContext, context_of
from claims.services.drafts.problems import FieldProblem, Parsed
from claims.services.drafts.steps import (
    ACCOUNT,
    ALTERNATIVE,
    BUSINESS,
    COMPARISON,
    LOSSES,
    PERIODS,
    parse_step,
    shape_answers,
)
from claims.services.evidence import remove_evidence
from compensation import limits
from compensation.programmes.models import Programme
from merchants.services.representatives import take_over
from users.models import User


class DraftBecameClaim(Exception):
    """The draft was sent already. `claim` is what it became."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.reference)
        self.claim = claim


class SavedElsewhere(Exception):
    """Another device saved this step meanwhile; `version` is the one to name, once the person has decided."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class TooManyDrafts(Exception):
    """The person has begun DRAFTS_PER_PERSON_MAX drafts and sent none of them."""


@dataclass(frozen=True, slots=True)
class SavedStep:
    """What was saved of a step: its version, its values or problems, and the context in which it was read.

    `is_kept` is False where the answers could not be kept as they came (much too long): the draft is as before.
    """

    version: int
    parsed: Parsed[Any]
    context: StepContext
    is_kept: bool = True

    @property
    def problems(self) -> tuple[FieldProblem, ...]:
        return self.parsed.problems


@transaction.atomic
def start_draft(
    *, programme: Programme, owner: User, at: datetime, by_agent: bool = False, reason: str = ""
) -> ClaimDraft:
    """A new draft. One in which nothing was written yet is taken up again, so that a double click begins one draft.

    `by_agent`: `owner` is an agent of the customer centre, `reason` why they fill it in. Raises TooManyDrafts.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    drafts = assisted_drafts(user=owner, programme=programme) if by_agent else own_drafts(user=owner)
    drafts = unsent(drafts=drafts)
    untouched = drafts.filter(programme=programme, version=1, agent_reason=reason, evidence=None).first()
    if untouched:
        return untouched
    if drafts.count() >= limits.DRAFTS_PER_PERSON_MAX:
        raise TooManyDrafts
    return ClaimDraft.objects.create(
        programme=programme, owner=owner, by_agent=by_agent, agent_reason=reason, created_at=at, updated_at=at
    )


@transaction.atomic
def save_step(
    *,
    draft: ClaimDraft,
    step: str,
    typed: object,
    seen_version: int,
    device: str,
    actor: User,
    at: datetime,
    context: StepContext | None = None,
) -> SavedStep:
    """Keeps what was typed, right or wrong, so that nothing is lost; the problems come back with it.

    `seen_version`: that of the step as the person saw it (0: never saved); `device` tells the devices of a person
    apart. `context`: the rules, where the caller has read them already. A business on record whose phone the person has
    proven is taken over with this. Saving the same twice changes nothing.
    Raises DraftBecameClaim, SavedElsewhere, StepUnknown.
    """
    draft = lock_draft(draft=draft)
    answers = Answers(draft.answers)
    context = context.with_answers(answers) if context else context_of(draft, user=actor, answers=answers)
    shaped, refused = shape_answers(step, typed, context)
    if refused:
        return SavedStep(answers.version(step), Parsed(None, refused), context, is_kept=False)
    if step == ACCOUNT:
        shaped = account.with_number_kept(shaped, answers.typed(ACCOUNT))
    if answers.is_saved_elsewhere(step, seen_version=seen_version, device=device) and shaped != answers.typed(step):
        raise SavedElsewhere(answers.version(step))
    if answers.put(step, shaped, device=device):
        _drop_lost_lines(answers)
        draft.answers, draft.version, draft.updated_at = answers.as_text(), draft.version + 1, at
        draft.save(update_fields=["answers", "version", "updated_at"])
    parsed = parse_step(step, shaped, context)
    if step == BUSINESS and parsed.values:
        _take_over(parsed.values, actor, at)
    return SavedStep(answers.version(step), parsed, context)


@transaction.atomic
def discard_draft(*, draft: ClaimDraft, actor: User) -> None:
    """Throws a draft away with everything in it. Raises DraftBecameClaim."""
    draft = lock_draft(draft=draft)
    for reference in draft.evidence.values_list("reference", flat=True):
        remove_evidence(draft=draft, reference=reference, actor=actor)
    draft.delete()


def lock_draft(*, draft: ClaimDraft) -> ClaimDraft:
    """The draft as it is now, held until the transaction ends. Raises DraftBecameClaim, ClaimDraft.DoesNotExist."""
    locked = ClaimDraft.objects.select_for_update(no_key=True).get(pk=draft.pk)
    locked.programme = draft.programme  # which never changes
    if locked.claim_id:
        # Read after the lock, not joined to it: a claim that came while we waited would be missing from the join.
        raise DraftBecameClaim(Claim.objects.get(pk=locked.claim_id))
    return locked


def _drop_lost_lines(answers: Answers) -> None:
    keys = {line["key"] for line in answers.typed(PERIODS).get("lines", [])}
    for step in (LOSSES, ALTERNATIVE, COMPARISON):
        answers.keep_lines(step, keys)


def _take_over(answer: BusinessAnswer, actor: User, at: datetime) -> None:
    if answer.relation == Relation.TAKEABLE:
        take_over(user=actor, business_number=answer.details.business_number, at=at)
