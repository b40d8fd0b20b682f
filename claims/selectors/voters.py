"""Whether a member may vote on a case now, and if not, why: said in words, before anything is written."""

from collections.abc import Iterator
from datetime import datetime

from claims.models import AgendaItem, Seat
from claims.selectors.ballots import RECUSED, barred_from, case_of, rules_of
from claims.selectors.council import holders_at, seat_for
from compensation.policy.objections import Reason
from compensation.policy.recusals import ACTS_FOR_MERCHANT, PREPARED
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import AgendaItemState
from users.models import User

CLOSED = Reason("vote_closed", "이 안건의 의결은 끝났습니다.", "The vote on this case is closed.")
NOT_YET = Reason("vote_not_open", "아직 의결이 시작되지 않았습니다.", "The vote has not begun yet.")
TIME_OVER = Reason("vote_time_over", "의결 기한이 지났습니다.", "The time for this vote is over.")
NO_SEAT = Reason(
    "vote_no_seat",
    "지금 이 협의체에 맡은 자리가 없어 의결할 수 없습니다.",
    "You have no seat on this council now, so you cannot vote.",
)
VOICE_ONLY = Reason(
    "vote_voice_only",
    "이 주체는 의견만 낼 수 있고 의결하지 않습니다.",
    "Your party has a voice on the council, but no vote.",
)
BARRED = {
    RECUSED: Reason(
        "vote_recused",
        "이 안건에서 제척되어 의결할 수 없습니다.",
        "You are recused from this case and cannot vote on it.",
    ),
    PREPARED.code: Reason(
        "vote_prepared",
        "심사 담당으로 준비한 사건은 의결할 수 없습니다.",
        "You prepared this case as an officer, so you cannot vote on it.",
    ),
    ACTS_FOR_MERCHANT.code: Reason(
        "vote_acts_for_merchant",
        "이 소상공인을 대표하므로 의결할 수 없습니다.",
        "You act for this merchant, so you cannot vote on the case.",
    ),
}
ALREADY_VOTED = Reason(
    "vote_cast", "이미 의결하셨습니다. 의결은 바꿀 수 없습니다.", "You have voted. A vote cannot be changed."
)
SEAT_HAS_VOTED = Reason(
    "vote_of_seat_cast",
    "같은 자리의 다른 위원이 이미 의결했습니다. 한 자리에서 한 번만 의결합니다.",
    "Somebody else has voted for this seat already; each seat has one vote.",
)
VOTED_BEFORE = Reason(
    "vote_cast_before",
    "이의신청의 대상이 된 결정에 의결하셨습니다. 이번에는 같은 자리의 다른 위원이 의결합니다.",
    "You voted on the determination that is objected to. This time somebody else votes for your seat.",
)


def why_no_vote(*, item: AgendaItem, member: User, at: datetime) -> Reason | None:
    """The first rule that keeps the member from voting on the case at `at`; None if nothing does."""
    seat = seat_for(user=member, council=item.session.council, day=day_in_seoul(at))
    return next(_reasons(item, seat, member, at), None)


def _reasons(item: AgendaItem, seat: Seat | None, member: User, at: datetime) -> Iterator[Reason]:
    if item.votes.filter(member=member).exists():
        yield ALREADY_VOTED
    if item.state != AgendaItemState.OPEN:
        yield CLOSED
    if at < item.session.opens_at:
        yield NOT_YET
    if at >= item.session.due_at:
        yield TIME_OVER
    if seat is None:
        yield NO_SEAT
        return
    if not rules_of(item=item).may_vote(seat.party):
        yield VOICE_ONLY
    if bar := barred_from(item=item).get(member.pk):
        yield BARRED[bar]
    if item.votes.filter(seat=seat).exists():
        yield SEAT_HAS_VOTED
    if _leaves_it_to_another(item, seat, member, at):
        yield VOTED_BEFORE


def _leaves_it_to_another(item: AgendaItem, seat: Seat, member: User, at: datetime) -> bool:
    """After an objection a seat is spoken for by somebody who did not vote the first time, where it has one (ours)."""
    voted_before = case_of(item=item).voted_before
    if member.pk not in voted_before:
        return False
    barred = barred_from(item=item)
    holders = holders_at(council=item.session.council, day=day_in_seoul(at)).filter(seat=seat)
    return any(holder.user_id not in voted_before and holder.user_id not in barred for holder in holders)
