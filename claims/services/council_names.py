"""The council's codes as people read them, in 'ko' and 'en': on its pages and in its papers."""

from collections.abc import Collection
from typing import Any

from claims.models import AgendaItem, Proposal, Verdict
from compensation.policy.agenda import group_name
from compensation.policy.council import Choice, Outcome
from compensation.policy.document import Policy
from compensation.policy.recusals import BASES
from compensation.policy.wording import pick, won_text

CHOICES = {
    Choice.SUPPORT: ("제안대로 지원", "support as proposed"),
    Choice.SUPPORT_OTHER: ("다른 금액으로 지원", "support with another amount"),
    Choice.REFUSE: ("지원하지 않음", "refuse"),
    Choice.SEND_BACK: ("심사로 돌려보냄", "send back to the officer"),
}
OUTCOMES = {
    Outcome.GRANTED: ("지원", "granted"),
    Outcome.REFUSED: ("지원하지 않음", "refused"),
    Outcome.SENT_BACK: ("심사로 돌려보냄", "sent back to the officer"),
    Outcome.DEFERRED: ("다음 회의로 넘김", "left to the next session"),
    Outcome.NO_QUORUM: ("정족수 미달", "no quorum"),
    "undone": ("의결 취소", "decision undone"),
}
AGAINST_THE_PROPOSAL = ("금액을 정하여 지원", "support with an amount")


def choice_name(*, choice: str, proposal: Proposal | None, language: str) -> str:
    """What a member votes for; where the officer proposes to refuse there is no other amount, only an amount."""
    if choice == Choice.SUPPORT_OTHER and proposal and proposal.verdict == Verdict.REFUSE:
        return pick(language, *AGAINST_THE_PROPOSAL)
    return pick(language, *CHOICES[Choice(choice)])


def outcome_name(*, outcome: str, language: str) -> str:
    return pick(language, *OUTCOMES[outcome])


def party_name(*, party: str, policy: Policy, language: str) -> str:
    """The party; its code where the policy does not know it."""
    found = policy.council.party(party)
    return pick(language, found.name_ko, found.name_en) if found else party


def seat_name(*, party: str, number: int, policy: Policy, language: str) -> str:
    """소비자 단체 1."""
    return f"{party_name(party=party, policy=policy, language=language)} {number}"


def basis_name(*, basis: str, language: str) -> str:
    """Why a member is recused."""
    found = BASES.get(basis)
    return found.name(language) if found else basis


def reason_sentences(*, codes: Collection[str], policy: Policy, language: str) -> list[str]:
    """The sentences of these reasons, in the policy's order."""
    return [reason.text(language) for reason in policy.reasons if reason.code in codes]


def group_of_item(*, item: AgendaItem, language: str) -> str:
    """By which cases the case stands on the agenda."""
    return group_name(key=item.group, policy=item.policy_version.policy, language=language)


def proposal_text(*, proposal: Proposal, language: str) -> str:
    """What the officer proposes, in some words."""
    if proposal.verdict == Verdict.REFUSE:
        return pick(language, "지원하지 않음", "refuse")
    amount = won_text(proposal.amount_won, language)
    return pick(language, f"{amount} 지원", f"grant {amount}")


def result_text(*, content: dict[str, Any], language: str) -> str:
    """What a vote came to: with the amount, where one was granted."""
    name = outcome_name(outcome=content["outcome"], language=language)
    if content["outcome"] != Outcome.GRANTED:
        return name
    return f"{name} {won_text(content['amount_won'], language)}"
