"""The words of the council's pages: choices, outcomes, seats, states of cases, reasons."""

from datetime import date, timedelta
from typing import Any

from django import template

from claims.models import AgendaItem, Check, CouncilDecision, Proposal, Seat, SeatHolder
from claims.selectors.council_record import ItemRecord, SeatRecord, VoteRecord
from claims.services import council_names as names
from compensation.policy.case_checks import CHECKS
from compensation.policy.document import Policy
from compensation.policy.likeness import step_name
from compensation.policy.objections import Reason
from compensation.policy.reasons import CaseReason
from compensation.policy.recusals import Basis
from compensation.policy.transitions import AGENDA_ITEM
from compensation.policy.wording import won_text
from compensation.policy.working import Step
from compensation.runtime.forms import told
from compensation.runtime.templatetags.wording import local_name, page_language

register = template.Library()

TONES = {"open": "waiting", "decided": "good", "sent_back": "attention", "deferred": "attention", "dropped": "plain"}


@register.filter
def item_state(item: AgendaItem) -> str:
    return AGENDA_ITEM.name(item.state, page_language())


@register.filter
def item_tone(item: AgendaItem) -> str:
    """The colour of the state's tag."""
    return TONES[item.state]


@register.filter
def decided_item(decision: CouncilDecision) -> AgendaItem | None:
    """The case that a decision is about: also that of an undoing."""
    return decision.item or (decision.undoes.item if decision.undoes else None)


@register.filter
def item_group(item: AgendaItem) -> str:
    return names.group_of_item(item=item, language=page_language())


@register.filter
def choice_name(choice: str, proposal: Proposal | None = None) -> str:
    return names.choice_name(choice=choice, proposal=proposal, language=page_language())


@register.filter
def result_text(content: dict[str, Any]) -> str:
    """What a vote came to, with the amount."""
    return names.result_text(content=content, language=page_language())


@register.filter
def seat_name(record: SeatRecord | VoteRecord, policy: Policy) -> str:
    return names.seat_name(party=record.party, number=record.seat_number, policy=policy, language=page_language())


@register.filter
def party_name(party: str, policy: Policy) -> str:
    return names.party_name(party=party, policy=policy, language=page_language())


@register.filter
def basis_name(basis: Basis | str) -> str:
    """Why a member is recused, as a sentence."""
    return (
        basis.name(page_language())
        if isinstance(basis, Basis)
        else names.basis_name(basis=basis, language=page_language())
    )


@register.filter
def local_text(reason: CaseReason) -> str:
    """The sentence of a reason in the language of the page."""
    return reason.text(page_language())


@register.filter
def reason_sentences(codes: list[str], policy: Policy) -> list[str]:
    return names.reason_sentences(codes=codes, policy=policy, language=page_language())


@register.filter
def proposal_text(proposal: Proposal) -> str:
    return names.proposal_text(proposal=proposal, language=page_language())


@register.filter
def vote_text(vote: VoteRecord, item: ItemRecord) -> str:
    """What a seat voted for, with the amount where it is not the proposed one."""
    name = choice_name(vote.choice, item.item.proposal)
    return f"{name} · {won_text(vote.amount_won, page_language())}" if vote.amount_won else name


@register.filter
def local_reason(reason: Reason) -> str:
    """Why something cannot be, in the language of the page."""
    return told(reason)


@register.filter
def ticked_for(ticked: list[str], choice: str) -> list[str]:
    """The codes of the reasons that were ticked under a choice of the ballot."""
    return [entry.removeprefix(f"{choice} ") for entry in ticked or () if entry.startswith(f"{choice} ")]


@register.filter
def step_sentence(step: Step) -> str:
    """A step of the working."""
    return step.sentence(page_language())


@register.filter
def check_name(check: Check) -> str:
    return local_name(CHECKS[check.code])


@register.filter
def check_meaning(check: Check) -> str:
    """What a check asks; of one that did not pass the note says what was found."""
    return CHECKS[check.code].meaning(page_language())


@register.filter
def check_tone(check: Check) -> str:
    return {"passed": "good", "failed": "attention"}.get(check.outcome, "plain")


@register.filter
def likeness(step: int) -> str:
    """In what the cases are alike that stand beside a case."""
    return step_name(step, page_language())


@register.filter
def seat_of(seat: Seat, policy: Policy) -> str:
    """The name of a seat: 소비자 단체 1."""
    return names.seat_name(party=seat.party, number=seat.number, policy=policy, language=page_language())


@register.filter
def last_day_of_term(holder: SeatHolder) -> date | None:
    """The last day that is in the term."""
    return holder.term_until - timedelta(days=1) if holder.term_until else None


@register.filter
def at_key(values: dict[int, str], key: int) -> str:
    """What stands under this key; nothing where nothing does."""
    return values.get(key, "")
