"""What an officer proposes to the council: an amount with reasons, or a refusal with reasons; never a mix."""

from collections.abc import Sequence
from dataclasses import dataclass

from claims.models import Claim, Proposal, Review, Verdict
from compensation.policy.council import Case, amount_cap_won
from compensation.policy.document import Policy
from compensation.policy.reasons import REDUCTION, REFUSAL, SUPPORT, CaseReason, reasons_of_kind
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused

KINDS = {Verdict.GRANT: (SUPPORT, REDUCTION), Verdict.REFUSE: (REFUSAL,)}


class ProposalRefused(ValueRefused):
    """A proposal that the council cannot vote on."""


@dataclass(frozen=True, slots=True)
class ProposalDetails:
    """What is proposed. `amount_won`: the total to be granted, whole won, 0 for a refusal; `reasons`: policy codes."""

    verdict: Verdict
    amount_won: int
    reasons: Sequence[str]
    text: str = ""


def case_of(*, review: Review, claim: Claim) -> Case:
    """The case as the council's rules see it; whoever objects has been granted something before, or nothing."""
    before = claim.determination.amount_won if review.objection_id and claim.determination else 0
    return Case(assessed_won=review.assessed_won, granted_before_won=before)


def reasons_for(*, verdict: Verdict, policy: Policy) -> tuple[CaseReason, ...]:
    """The reasons that can be given for a verdict, in the policy's order; none in its first versions."""
    return reasons_of_kind(reasons=policy.reasons, kinds=KINDS[verdict])


def read_proposal(*, proposal: ProposalDetails, case: Case, policy: Policy) -> ProposalDetails:
    """The proposal as it is stored: reasons in the policy's order, each once, the text cleaned.

    Raises ProposalRefused; ValueRefused for a text that is too long.
    """
    text = parse_paragraphs(proposal.text)
    fitting = reasons_for(verdict=proposal.verdict, policy=policy)
    if set(proposal.reasons) - {reason.code for reason in fitting}:
        raise ProposalRefused(
            "proposal_reasons_mixed",
            "제안과 맞지 않는 이유가 있습니다. 지원할 이유와 지원하지 않을 이유를 함께 고를 수 없습니다.",
            "Some reasons do not go with the proposal. Please choose reasons for granting, or for refusing, not both.",
        )
    reasons = [reason.code for reason in fitting if reason.code in proposal.reasons]
    if not reasons and (fitting or not text):
        raise ProposalRefused(
            "proposal_reasons_missing",
            "이유를 하나 이상 골라 주세요. 결정문에 그대로 실립니다.",
            "Please choose at least one reason. The merchant will read it with the decision.",
        )
    amount = _amount(proposal, case=case, most=amount_cap_won(case=case, rules=policy.council))
    return ProposalDetails(proposal.verdict, amount, reasons, text)


def is_same(*, proposal: Proposal | None, details: ProposalDetails) -> bool:
    """Whether this was proposed already."""
    return proposal is not None and (proposal.verdict, proposal.amount_won, proposal.reasons, proposal.text) == (
        details.verdict,
        details.amount_won,
        list(details.reasons),
        details.text,
    )


def _amount(proposal: ProposalDetails, *, case: Case, most: int) -> int:
    """Source: an objection never ends with less than was granted before (ours)."""
    if proposal.verdict == Verdict.REFUSE:
        return 0
    if proposal.amount_won <= case.granted_before_won:
        raise ProposalRefused(
            "proposal_amount_too_low",
            f"지금까지 결정된 {case.granted_before_won:,}원보다 많은 금액을 적어 주세요."
            if case.granted_before_won
            else "1원 이상의 금액을 적어 주세요.",
            f"Please write more than the {case.granted_before_won:,} won granted so far.",
        )
    if proposal.amount_won > most:
        raise ProposalRefused(
            "proposal_amount_too_high",
            f"{most:,}원까지 제안할 수 있습니다.",
            f"At most {most:,} won can be proposed.",
        )
    return proposal.amount_won
