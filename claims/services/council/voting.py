"""Votes (의결) and recusals (제척). Both are final; each may be what closes the case."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from claims.models import AgendaItem, Recusal, Seat, Vote
from claims.selectors.ballots import cap_won, choices_for, least_won, reasons_for
from claims.selectors.council import seat_for
from claims.selectors.voters import ALREADY_VOTED, CLOSED, NO_SEAT, why_no_vote
from claims.services.council.closing import close_held
from claims.services.council.holding import hold
from compensation import limits
from compensation.audit.services import because
from compensation.policy.council import NEEDS_REASONS, Choice
from compensation.policy.objections import Reason
from compensation.policy.recusals import BASES
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import AgendaItemState
from compensation.policy.wording import won_text
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User


class VoteRefused(ValueRefused):
    """A vote or a recusal that cannot be taken: not this member's, too late, or incomplete."""


@dataclass(frozen=True, slots=True)
class VoteDetails:
    """What a member votes for; the amount is 0 unless the vote supports one (whole won), reasons are codes."""

    choice: Choice
    amount_won: int
    reasons: list[str]
    text: str


@transaction.atomic
def cast_vote(
    *, item: AgendaItem, member: User, choice: str, amount_won: int, reasons: Sequence[str], text: str, at: datetime
) -> Vote:
    """Takes the vote of a member for the seat, and closes the case where the rules say so.

    `choice` is one of policy.council.Choice; `amount_won` counts for 'support_other' only, whole won. `reasons` are
    codes of the policy; all but plain support need one of a fitting kind, or a text where the policy lists none.
    The same vote sent again is the same vote. Raises VoteRefused; ValueRefused for a text that is too long.
    """
    item = hold(item)
    details = _details(item, choice, amount_won, reasons, text)
    if same := _sent_before(item, member, details.choice, details.amount_won):
        return same
    if why := why_no_vote(item=item, member=member, at=at):
        raise _refused(why)
    seat = _seat(item, member, at)
    with because(actor=member, reason="vote cast"):
        vote = Vote.objects.create(item=item, seat=seat, member=member, cast_at=at, **asdict(details))
    close_held(item=item, at=at)
    return vote


def check_vote(
    *, item: AgendaItem, member: User, choice: str, amount_won: int, reasons: Sequence[str], text: str, at: datetime
) -> VoteDetails:
    """What `cast_vote` would take, for the page on which a member looks at it once more; raises what that raises."""
    details = _details(item, choice, amount_won, reasons, text)
    if why := why_no_vote(item=item, member=member, at=at):
        raise _refused(why)
    return details


@transaction.atomic
def recuse(*, item: AgendaItem, member: User, basis: str, text: str, at: datetime) -> Recusal:
    """Notes that the member does not vote on the case; `basis` is a code of policy.recusals.BASES.

    From the call of the session until the case is closed, and before the member has voted. Twice is once. The case may
    close by it: nobody is left to wait for. Raises VoteRefused; ValueRefused for a text that is too long.
    """
    item = hold(item)
    said = parse_paragraphs(text, length_max=limits.REVIEW_NOTE_LENGTH_MAX)
    if known := Recusal.objects.filter(item=item, member=member).first():
        return known
    if basis not in BASES:
        raise VoteRefused("recusal_basis_unknown", "제척 사유를 골라 주세요.", "Please choose why you are recused.")
    if item.state != AgendaItemState.OPEN:
        raise _refused(CLOSED)
    if item.votes.filter(member=member).exists():
        raise _refused(ALREADY_VOTED)
    _seat(item, member, at)
    with because(actor=member, reason="recused"):
        recusal = Recusal.objects.create(item=item, member=member, basis=basis, text=said, at=at)
    close_held(item=item, at=at)
    return recusal


def _seat(item: AgendaItem, member: User, at: datetime) -> Seat:
    seat = seat_for(user=member, council=item.session.council, day=day_in_seoul(at))
    if seat is None:
        raise _refused(NO_SEAT)
    return seat


def _details(item: AgendaItem, choice: str, amount_won: int, reasons: Sequence[str], text: str) -> VoteDetails:
    said = parse_paragraphs(text)
    chosen = _choice(item, choice)
    amount = _amount(item, chosen, amount_won)
    return VoteDetails(chosen, amount, _reasons(item, chosen, reasons, said), said)


def _sent_before(item: AgendaItem, member: User, choice: Choice, amount_won: int) -> Vote | None:
    return item.votes.filter(member=member, choice=choice, amount_won=amount_won).first()


def _choice(item: AgendaItem, choice: str) -> Choice:
    if choice not in choices_for(item=item):
        raise VoteRefused("vote_choice_missing", "의결 내용을 하나 골라 주세요.", "Please choose how you vote.")
    return Choice(choice)


def _amount(item: AgendaItem, choice: Choice, amount_won: int) -> int:
    """What the vote supports, in whole won; 0 for one that supports nothing."""
    if choice == Choice.SUPPORT:
        return item.proposal.amount_won
    if choice != Choice.SUPPORT_OTHER:
        return 0
    least, most = least_won(item=item), cap_won(item=item)
    if least > most:
        raise VoteRefused(
            "vote_amount_none_possible",
            "이미 지원할 수 있는 가장 큰 금액이 결정되어 있어 다른 금액으로 지원할 수 없습니다.",
            "The most that can be granted was granted before, so no other amount can be supported.",
        )
    if not least <= amount_won <= most:
        raise VoteRefused(
            "vote_amount_out_of_bounds",
            f"금액은 {won_text(least, 'ko')} 이상 {won_text(most, 'ko')} 이하로 적어 주세요.",
            f"Please write an amount of {won_text(least, 'en')} to {won_text(most, 'en')}.",
        )
    if amount_won == item.proposal.amount_won:
        raise VoteRefused(
            "vote_amount_as_proposed",
            "제안된 금액과 같습니다. 그 금액으로 지원하려면 ‘제안대로 지원’을 골라 주세요.",
            "That is the amount that is proposed: please choose to support the proposal.",
        )
    return amount_won


def _reasons(item: AgendaItem, choice: Choice, codes: Sequence[str], text: str) -> list[str]:
    """In the policy's order, each once."""
    fitting = [reason.code for reason in reasons_for(item=item, choice=choice)]
    if set(codes) - set(fitting):
        raise VoteRefused(
            "vote_reason_unfit",
            "고른 이유가 의결 내용과 맞지 않습니다. 이유를 다시 골라 주세요.",
            "A reason does not fit the vote. Please choose the reasons again.",
        )
    if choice in NEEDS_REASONS and not codes and (fitting or not text):
        raise VoteRefused(
            "vote_reasons_missing",
            "이유를 하나 이상 골라 주세요." if fitting else "이유를 적어 주세요.",
            "Please choose at least one reason." if fitting else "Please write your reasons.",
        )
    return [code for code in fitting if code in codes]


def _refused(why: Reason) -> VoteRefused:
    return VoteRefused(why.code, why.message_ko, why.message_en)
