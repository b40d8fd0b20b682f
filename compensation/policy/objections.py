"""Objection (이의신청) to any determination, and confirmation for a merchant in a tier who proves a higher loss (ours).

Both are open until the same day, one at a time. Neither touches what was determined: it stands, and is paid, until a
new determination is made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from compensation.policy.deadlines import objection_until
from compensation.policy.document import Policy

PAYOUT_GOES_ON = (
    "이의신청이나 확인 요청을 해도 이미 결정된 지원금은 예정대로 지급합니다.",
    "What was already determined is paid as planned, even while an objection or a request for confirmation is open.",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the rules need to know of a determination. `route`: how it came about; 'council' if that decided."""

    determined_at: datetime
    route: str
    is_current: bool  # no later determination, and the claim is not withdrawn
    has_open_objection: bool  # an objection or a request for confirmation waits for its decision


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is not possible. `code` is stable, for machines; the sentences are for the merchant."""

    code: str
    message_ko: str
    message_en: str


NOT_CURRENT = Reason(
    "not_current",
    "이 결정은 더 이상 유효하지 않습니다. 가장 최근 결정을 확인해 주세요.",
    "This determination no longer counts. Please look at the latest one.",
)
ALREADY_OPEN = Reason(
    "already_open",
    "먼저 낸 이의신청이나 확인 요청을 처리하고 있습니다. 그 결정이 나온 뒤에 다시 신청할 수 있습니다.",
    "An earlier objection or request for confirmation is being handled. You can file again after its decision.",
)
TOO_LATE = Reason(
    "too_late",
    "신청할 수 있는 기간이 지났습니다.",
    "The time for this has passed.",
)
NO_OBJECTION = Reason(
    "no_objection",
    "이 결정에는 이의신청을 할 수 없습니다.",
    "This determination cannot be objected to.",
)
NO_CONFIRMATION = Reason(
    "no_confirmation",
    "확인 요청은 지원 구간에 따라 지원금이 결정된 경우에 할 수 있습니다. 다른 결정에는 이의신청을 해 주세요.",
    "Confirmation is for payouts that were determined by tier. Please object to any other determination.",
)


def why_no_objection(*, standing: Standing, at: datetime, policy: Policy) -> Reason | None:
    """The first rule that keeps the merchant from objecting at `at`; None if nothing does."""
    can_be = standing.route in policy.objections.routes
    return next(_reasons(standing, at, policy, None if can_be else NO_OBJECTION), None)


def why_no_confirmation(*, standing: Standing, at: datetime, policy: Policy) -> Reason | None:
    """The first rule that keeps the merchant from asking for confirmation at `at`; None if nothing does."""
    can_be = standing.route in policy.objections.confirmation_routes
    return next(_reasons(standing, at, policy, None if can_be else NO_CONFIRMATION), None)


def _reasons(standing: Standing, at: datetime, policy: Policy, wrong_route: Reason | None) -> Iterator[Reason]:
    if not standing.is_current:
        yield NOT_CURRENT
    if wrong_route:
        yield wrong_route
    if standing.has_open_objection:
        yield ALREADY_OPEN
    if at >= objection_until(determined_at=standing.determined_at, policy=policy):
        yield TOO_LATE
