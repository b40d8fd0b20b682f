"""A money trace as lines for a terminal and for machines: what happened, when, by whom, and what was booked."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone

from claims.selectors.money_trace import ChannelCashLeg, DeterminationLeg, Entries, PayoutLeg, TopUpLeg, Trace
from compensation.runtime.masking import masked_account, masked_name


def trace_lines(trace: Trace) -> dict[str, Any]:
    """The claim, and one line for each thing that happened to its money, in order. Personal data is masked."""
    merchant = trace.claim.merchant
    return {
        "claim": trace.claim.reference,
        "merchant": f"{merchant.trade_name} ({masked_name(merchant.representative_name)})",
        "determined_won": trace.sums.determined_won,
        "paid_won": trace.sums.paid_won,
        "on_its_way_won": trace.sums.on_its_way_won,
        "overpaid_won": trace.sums.overpaid_won,
        "lines": list(_lines(trace)),
    }


def _lines(trace: Trace) -> Iterator[str]:
    for leg in trace.legs:
        yield from _determination(leg)
    for top_up in trace.top_ups:
        yield from _top_up(top_up)
    for decision, entries in trace.decisions:
        people = f"{decision.proposed_by} and {decision.decided_by}"
        yield f"  {_at(decision.at)} overpayment: {decision.choice} {decision.amount_won:,} won, by {people}"
        yield from _entries(entries)
    for leg in trace.channel_cash:
        yield from _channel_cash(leg)


def _determination(leg: DeterminationLeg) -> Iterator[str]:
    row = leg.determination
    mark = "" if leg.is_current else " (superseded)"
    yield f"  {_at(row.decided_at)} determination {leg.number}{mark}: {row.amount_won:,} won, by {row.actor}"
    yield from _entries(leg.entries)
    for payout in leg.payouts:
        yield from _payout(payout)


def _top_up(leg: TopUpLeg) -> Iterator[str]:
    top_up, row = leg.row.top_up, leg.row
    if top_up.closed_at:
        people = f"{top_up.proposed_by} and {top_up.closed_by}"
        yield f"  {_at(top_up.closed_at)} top-up {top_up} ({top_up.reason_code}): {row.amount_won:,} won, by {people}"
    if row.withdrawn_at:
        yield f"    {_at(row.withdrawn_at)} withdrawn, by {row.withdrawn_by}"
    yield from _entries(leg.entries)
    for payout in leg.payouts:
        yield from _payout(payout)


def _payout(leg: PayoutLeg) -> Iterator[str]:
    payout = leg.payout
    account = payout.account
    to = f" to {account.bank_code} {masked_account(account.number_last4)}" if account else ""
    after = f", after {payout.follows}" if payout.follows else ""
    yield f"  {_at(payout.made_at)} payout {payout} ({payout.origin}{after}): {payout.amount_won:,} won{to}"
    for move in payout.transitions.all():
        yield f"    {_at(move.at)} {move.from_state or '-'} -> {move.to_state}, by {move.actor}"
    if payout.batch:
        approved = ", ".join(str(approval.approver) for approval in leg.approvals) or "nobody"
        yield f"    batch {payout.batch}, made by {payout.batch.made_by}, approved by {approved}"
    if leg.bank_row and leg.bank_row.file:
        yield f"    bank file {leg.bank_row.file}, row {leg.bank_row.row:,}"
    if payout.result_file:
        code = f" {payout.return_code}" if payout.return_code else ""
        said = f"{payout.state}{code} on {payout.settled_on}"
        yield f"    result {payout.result_file}, line {payout.result_line or 0:,}: {said}"
    yield from _entries(leg.entries)


def _channel_cash(leg: ChannelCashLeg) -> Iterator[str]:
    yield f"  {_at(leg.row.granted_at)} channel cash: {leg.row.amount_won:,} won"
    yield from _entries(leg.entries)
    for use_leg in leg.uses:
        use = use_leg.row
        source = f"{use.report}, line {use.line or 0:,}" if use.report else "API"
        yield f"  {_at(use.at)} channel cash {use.kind} on {use.on}: {use.amount_won:,} won, {source}, by {use.actor}"
        yield from _entries(use_leg.entries)


def _entries(entries: Entries) -> Iterator[str]:
    for entry in entries:
        way = f"{entry.from_account} -> {entry.to_account}"
        yield f"    {_at(entry.booked_at)} ledger: {way} {entry.amount_won:,} won ({entry.kind})"


def _at(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(sep=" ", timespec="seconds")
