"""Telling merchants what bulk work did to their claims: notices, left by set-based statements, become messages here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import override

from claims.models import Notice, Payout, TopUpClaim
from claims.selectors.bank_returns import return_reason
from claims.selectors.status import policy_for
from claims.services.telling import account_named, last_day, tell_merchant
from compensation.messaging.services.outbox import LANGUAGE
from compensation.policy.deadlines import Clock, due_at, objection_until
from compensation.policy.document import Policy
from compensation.values.working_days import working_calendar

BATCH_NOTICES = 200


class NoticeWithoutPayout(Exception):
    """A notice about a payout names none, or one that has no account or top-up to tell of."""


@transaction.atomic
def write_next_notices(*, at: datetime, size: int = BATCH_NOTICES) -> int:
    """Turns up to `size` notices into messages; returns how many, 0 when none is free.

    A merchant without a mobile number or address cannot be told: the notice is settled without a message. Notices that
    another worker holds are left to it, and a notice becomes one message however often this runs.
    """
    notices = list(
        Notice.objects.filter(written_at__isnull=True)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related(
            "claim__merchant",
            "claim__programme",
            "claim__determination",
            "claim__assessment__policy_version",
            "payout__account",
            "payout__top_up__top_up",
        )
        .order_by("id")[:size]
    )
    for notice in notices:
        _write(notice, policy_for(claim=notice.claim), at)
    Notice.objects.filter(pk__in=[notice.pk for notice in notices]).update(written_at=at)
    return len(notices)


def _write(notice: Notice, policy: Policy, at: datetime) -> None:
    tell_merchant(
        claim=notice.claim,
        template=notice.template,
        variables=_VARIABLES[notice.template](notice, policy),
        at=at,
        dedupe_key=f"notice {notice.pk}",
    )


def _paid(notice: Notice, policy: Policy) -> dict[str, Any]:
    amount_won = notice.claim.determination.amount_won if notice.claim.determination else 0
    return {"amount": amount_won, "objection_until": last_day(objection_until(determined_at=notice.at, policy=policy))}


def _nothing(notice: Notice, policy: Policy) -> dict[str, Any]:
    return {
        "reason": "산정한 피해액이 0원입니다.",
        "objection_until": last_day(objection_until(determined_at=notice.at, policy=policy)),
    }


def _to_council(notice: Notice, policy: Policy) -> dict[str, Any]:
    clock = Clock(started_at=notice.at, working_days=policy.deadlines.council_working_days)
    end = due_at(clock=clock, holidays=working_calendar())
    return {"due": last_day(end) if end else None}


def _payout_paid(notice: Notice, _policy: Policy) -> dict[str, Any]:
    payout = _payout_of(notice)
    return {"amount": payout.amount_won, "paid_on": payout.settled_on} | _account(payout)


def _payout_returned(notice: Notice, _policy: Policy) -> dict[str, Any]:
    payout = _payout_of(notice)
    reason = return_reason(code=payout.return_code).text(LANGUAGE)
    return {"amount": payout.amount_won, "reason": reason} | _account(payout)


def _topped_up(notice: Notice, _policy: Policy) -> dict[str, Any]:
    row = _top_up_of(notice)
    with override(LANGUAGE):
        reason = f"{row.top_up.get_reason_code_display()}. {row.top_up.reason}"
    return {"amount": row.amount_won, "reason": reason}


def _top_up_withdrawn(notice: Notice, _policy: Policy) -> dict[str, Any]:
    row = _top_up_of(notice)
    return {"amount": row.amount_won, "reason": row.withdrawn_because}


def _top_up_of(notice: Notice) -> TopUpClaim:
    row = _payout_of(notice).top_up
    if row is None:
        raise NoticeWithoutPayout(notice.pk)
    return row


def _payout_of(notice: Notice) -> Payout:
    if notice.payout is None:
        raise NoticeWithoutPayout(notice.pk)
    return notice.payout


def _account(payout: Payout) -> dict[str, Any]:
    """A payout that was at the bank has an account."""
    account = payout.account
    if account is None:
        raise NoticeWithoutPayout(payout.pk)
    return account_named(account)


_VARIABLES: dict[str, Callable[[Notice, Policy], dict[str, Any]]] = {
    "claim_determined_paid": _paid,
    "claim_determined_nothing": _nothing,
    "claim_to_council": _to_council,
    "payout_paid": _payout_paid,
    "payout_returned": _payout_returned,
    "payout_delayed": _payout_returned,
    "payout_topped_up": _topped_up,
    "top_up_withdrawn": _top_up_withdrawn,
}
