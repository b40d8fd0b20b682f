"""A draft becomes a claim: once, whoever sends it how often, and only if the request came in time."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from claims.models import Claim, ClaimDraft, ClaimOrigin, Consent
from claims.selectors.drafts import Relation, live_claim_for
from claims.selectors.public import OPEN, intake_among
from claims.services.account_change import change_account
from claims.services.drafts import (
    DraftBecameClaim,
    FieldProblem,
    StepContext,
    context_of,
    lock_draft,
    parse_saved,
    problems_by_step,
)
from claims.services.drafts.business import BUSINESS_OF_OTHERS, PHONE_NOT_PROVEN, BusinessAnswer
from claims.services.drafts.consents import GivenConsent, declaration_of, given_consent
from claims.services.drafts.steps import ACCOUNT, ALTERNATIVE, BUSINESS, CONSENTS, LOSSES, MARGIN, PERIODS
from claims.services.evidence import hand_over_evidence
from claims.services.intake import IntakeOutcome, LossDetails, Submission, receive_claims, services_of_losses
from claims.services.telling import tell_merchant
from compensation.audit.services import because
from compensation.policy.filing_days import may_file_on, next_filing_day
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import ProgrammeState
from compensation.programmes.models import IntakeWindow
from compensation.runtime.encryption import blind_index
from compensation.runtime.tasks import send_after_commit
from compensation.values.refused import ValueRefused
from merchants.models import Merchant
from merchants.selectors.representatives import represents
from merchants.services.registration import MerchantDetails
from merchants.services.representatives import BusinessOfOthers, PhoneNotProven, register_own_business
from users.models import User


class SubmissionRefused(Exception):
    """A draft that does not become a claim now. It stays as it is."""


class DraftIncomplete(SubmissionRefused):
    """Something is missing or wrong. `problems` has it by step, in the order of the steps."""

    def __init__(self, problems: dict[str, tuple[FieldProblem, ...]]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


class NotDeclared(SubmissionRefused):
    """The declaration was not made, or another text than the present one was declared."""


class WindowClosed(SubmissionRefused):
    """No intake window was open for this channel when the request reached the server, or the programme is not open."""


class NotYourDay(SubmissionRefused):
    """On the first days others file (the policy spreads the load). `day` is the business' own."""

    def __init__(self, day: date) -> None:
        super().__init__(day.isoformat())
        self.day = day


class AlreadyFiled(SubmissionRefused):
    """The business has a live claim for one of these services in this window. `claim`: None where it is not theirs."""

    def __init__(self, claim: Claim | None) -> None:
        super().__init__(claim.reference if claim else "")
        self.claim = claim


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a claim was sent: network address, and the name that the browser keeps; '' where unknown.

    Kept as blind indexes only, to find claims from one line or one device.
    """

    address: str
    device: str


NOWHERE = Origin("", "")


def submit_draft(
    *,
    draft: ClaimDraft,
    declared: str,
    actor: User,
    request_received_at: datetime,
    at: datetime,
    origin: Origin = NOWHERE,
) -> Claim:
    """Files the draft: the claim with its losses, account, consents and evidence, its receipt, and its assessment.

    `declared` is the digest of the declaration's text, as shown beside the tick. `request_received_at` is when the
    request reached the server: that is when the claim was received, and what the window is asked about. `origin` is
    kept of what merchants send themselves, not of what an agent sends for them.
    One transaction; whoever sends the same draft again or beside it gets the same claim.
    Raises DraftIncomplete, NotDeclared, WindowClosed, NotYourDay, AlreadyFiled.
    """
    try:
        return _submit(draft, declared, actor, request_received_at, at, origin)
    except DraftBecameClaim as sent:
        return sent.claim


@transaction.atomic
def _submit(
    draft: ClaimDraft, declared: str, actor: User, received_at: datetime, at: datetime, origin: Origin
) -> Claim:
    draft = lock_draft(draft=draft)
    context = context_of(draft, user=actor)
    window = _open_window(context, received_at)
    if problems := problems_by_step(context):
        raise DraftIncomplete(problems)
    consents = [*_values(CONSENTS, context), *_declaration(context, declared)]
    business: BusinessAnswer = _values(BUSINESS, context)
    _refuse_other_days(business.details.business_number, context, received_at)
    submission = _submission(context, business.details, window, received_at)
    with because(actor=actor, reason="claim submitted", by_agent=draft.by_agent):
        if not draft.by_agent:
            _represent(business, actor, at)
        claim = _received(submission, draft, context, actor, at)
        _keep_consents(claim, consents, by_telephone=draft.by_agent, actor=actor, at=received_at)
        _change_account(claim, submission, business.relation, actor, at)
        if not draft.by_agent:
            _keep_origin(claim, origin)
        hand_over_evidence(draft=draft, claim=claim, actor=actor)
        draft.claim = claim
        draft.save(update_fields=["claim"])
    _give_receipt(claim, at)
    send_after_commit("claims.assess_pending", programme_id=claim.programme_id)
    return claim


def _open_window(context: StepContext, received_at: datetime) -> IntakeWindow:
    intake = intake_among(windows=context.rules.windows, at=received_at)
    if intake.window is None or intake.stage != OPEN or context.programme.status != ProgrammeState.OPEN:
        raise WindowClosed(context.channel)
    return intake.window


def _declaration(context: StepContext, declared: str) -> list[GivenConsent]:
    consent = declaration_of(context.policy)
    if consent is None:
        return []
    given = given_consent(consent, declared, by_telephone=context.by_agent)
    if given is None:
        raise NotDeclared(consent.code)
    return [given]


def _refuse_other_days(business_number: str, context: StepContext, received_at: datetime) -> None:
    """Load spreading holds for the browser; the customer centre is not held back."""
    if context.by_agent:
        return
    today = day_in_seoul(received_at)
    if not may_file_on(business_number=business_number, date=today, policy=context.policy):
        raise NotYourDay(next_filing_day(business_number=business_number, date=today, policy=context.policy))


def _submission(
    context: StepContext, details: MerchantDetails, window: IntakeWindow, received_at: datetime
) -> Submission:
    margin, lost, alternatives = (_values(step, context) for step in (MARGIN, LOSSES, ALTERNATIVE))
    return Submission(
        merchant=replace(details, industry_code=details.industry_code or margin.industry_code),
        bank_account=_values(ACCOUNT, context).named,
        window_id=window.pk,
        received_at=received_at,
        losses=tuple(
            LossDetails(line.service, line.began_at, line.ended_at, lost[line.key], alternatives[line.key])
            for line in _values(PERIODS, context)
        ),
        reported_margin_bp=margin.reported_margin_bp,
        industry_code=margin.industry_code or details.industry_code,
    )


def _represent(business: BusinessAnswer, actor: User, at: datetime) -> None:
    """Makes sure that the person acts for the business: enters it, or takes it over."""
    if business.relation == Relation.OWN:
        return
    try:
        register_own_business(user=actor, details=business.details, at=at)
    except BusinessOfOthers as error:  # since the draft was read, somebody else entered it
        raise _incomplete("business_number", BUSINESS_OF_OTHERS) from error
    except PhoneNotProven as error:
        raise _incomplete("phone", PHONE_NOT_PROVEN) from error


def _received(submission: Submission, draft: ClaimDraft, context: StepContext, actor: User, at: datetime) -> Claim:
    outcome = receive_claims(
        programme=draft.programme,
        submissions=[submission],
        channel=context.channel,
        actor=actor,
        at=at,
        reason=draft.agent_reason if draft.by_agent else "filed online",
    )
    if 0 not in outcome.received:
        raise _already_filed(outcome, submission, draft, actor)
    return Claim.objects.select_related("merchant", "programme").get(reference=outcome.received[0])


def _already_filed(outcome: IntakeOutcome, submission: Submission, draft: ClaimDraft, actor: User) -> AlreadyFiled:
    if outcome.refused[0].code != "duplicate":
        raise outcome.refused[0]
    merchant = Merchant.objects.get(business_number=submission.merchant.business_number)
    window = IntakeWindow.objects.get(pk=submission.window_id)
    first = live_claim_for(merchant=merchant, window=window, services=services_of_losses(submission.losses))
    is_theirs = draft.by_agent or represents(user=actor, merchant=merchant)
    return AlreadyFiled(first if is_theirs else None)


def _keep_consents(
    claim: Claim, consents: list[GivenConsent], *, by_telephone: bool, actor: User, at: datetime
) -> None:
    Consent.objects.bulk_create(
        Consent(
            claim=claim,
            code=given.code,
            version=given.version,
            language=given.language,
            digest=given.digest,
            by_telephone=by_telephone,
            given_by=actor,
            given_at=at,
        )
        for given in consents
    )


def _keep_origin(claim: Claim, origin: Origin) -> None:
    if origin != NOWHERE:
        ClaimOrigin.objects.create(
            claim=claim,
            address_index=_index(origin.address, "address"),
            device_index=_index(origin.device, "device"),
        )


def _index(text: str, kind: str) -> str:
    return blind_index(text, context=f"claims_claimorigin.{kind}") if text else ""


def _change_account(claim: Claim, submission: Submission, relation: Relation, actor: User, at: datetime) -> None:
    """An account on record is replaced only by the business' own representative, and the contact on record is told."""
    if submission.bank_account and relation in (Relation.OWN, Relation.TAKEABLE):
        change_account(claim=claim, account=submission.bank_account, actor=actor, at=at)


def _give_receipt(claim: Claim, at: datetime) -> None:
    tell_merchant(
        claim=claim,
        template="claim_received",
        variables={"received_at": claim.received_at},
        at=at,
        dedupe_key=f"claim received {claim.reference}",
    )


def _values(step: str, context: StepContext) -> Any:
    return parse_saved(step, context).values


def _incomplete(field: str, refused: ValueRefused) -> DraftIncomplete:
    problem = FieldProblem(field, refused.code, refused.message_ko, refused.message_en)
    return DraftIncomplete({BUSINESS: (problem,)})
