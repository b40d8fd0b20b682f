"""Telling merchants what bulk work did to their claims: notices, left by set-based statements, become messages here."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from claims.models import Claim, Notice
from compensation.messaging.services.outbox import reachable_by, write
from compensation.policy.deadlines import Clock, due_at, objection_until
from compensation.policy.document import Policy
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.selectors import current_policy
from compensation.values.working_days import working_calendar

BATCH_NOTICES = 200


@transaction.atomic
def write_next_notices(*, at: datetime, size: int = BATCH_NOTICES) -> int:
    """Turns up to `size` notices into messages; returns how many, 0 when none is free.

    A merchant without a mobile number or address cannot be told: the notice is settled without a message. Notices that
    another worker holds are left to it, and a notice becomes one message however often this runs.
    """
    notices = list(
        Notice.objects.filter(written_at__isnull=True)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("claim__merchant", "claim__programme", "claim__determination")
        .order_by("id")[:size]
    )
    policies = {notice.claim.programme for notice in notices}
    policy_of = {programme.pk: current_policy(programme).policy for programme in policies}
    for notice in notices:
        _write(notice, policy_of[notice.claim.programme_id], at)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(written_at=at)
    return len(notices)


def _write(notice: Notice, policy: Policy, at: datetime) -> None:
    claim, merchant = notice.claim, notice.claim.merchant
    way = reachable_by(phone=merchant.phone, email=merchant.email)
    if way is None:
        return
    channel, to = way
    write(
        template=notice.template,
        to=to,
        channel=channel,
        variables=_common(claim) | _VARIABLES[notice.template](notice, policy),
        language="ko",
        at=at,
        dedupe_key=f"notice {notice.pk}",
        programme=claim.programme,
        subject=f"claim {claim.reference}",
    )


def _common(claim: Claim) -> dict[str, Any]:
    return {"name": claim.merchant.trade_name, "reference": claim.reference}


def _last_day(first_moment_after: datetime | None) -> Any:
    """The last day of a deadline, of which the policy gives the first moment after it."""
    return day_in_seoul(first_moment_after - timedelta(microseconds=1)) if first_moment_after else None


def _paid(notice: Notice, policy: Policy) -> dict[str, Any]:
    amount_won = notice.claim.determination.amount_won if notice.claim.determination else 0
    return {"amount": amount_won, "objection_until": _last_day(objection_until(determined_at=notice.at, policy=policy))}


def _nothing(notice: Notice, policy: Policy) -> dict[str, Any]:
    return {
        "reason": "산정한 피해액이 0원입니다.",
        "objection_until": _last_day(objection_until(determined_at=notice.at, policy=policy)),
    }


def _to_council(notice: Notice, policy: Policy) -> dict[str, Any]:
    clock = Clock(started_at=notice.at, working_days=policy.deadlines.council_working_days)
    return {"due": _last_day(due_at(clock=clock, holidays=working_calendar()))}


_VARIABLES: dict[str, Callable[[Notice, Policy], dict[str, Any]]] = {
    "claim_determined_paid": _paid,
    "claim_determined_nothing": _nothing,
    "claim_to_council": _to_council,
}
