"""The money trace: what became of a claim's money, from the budget to the bank's word and back, with every entry."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from django.db import connection
from django.db.models import QuerySet

from claims.models import BankFile, BatchApproval, Claim, Determination, OverpaymentDecision, Payout, TopUpClaim
from claims.selectors.overpayments import Overpayment, decisions_of, overpayment_of
from claims.selectors.top_ups import top_ups_of_claim
from compensation.ledger.models import Transfer
from compensation.ledger.selectors import transfers_of
from merchants.models import ChannelCashGrant, ChannelCashUse

# The kinds of transfers that each row can have booked, in the order in which that happens.
OF_DETERMINATION = ("determination", "determination_superseded")
OF_PAYOUT = ("payout_again", "payout_released", "payout_paid", "payout_returned", "payout_not_owed")
OF_TOP_UP = ("top_up", "top_up_withdrawn")
OF_DECISION = ("overpayment_waived", "overpayment_repaid", "overpayment_waiver_ended")
OF_CHANNEL_CASH = ("channel_cash",)
OF_CHANNEL_CASH_USE = ("channel_cash_used", "channel_cash_expired")

PLACES = """
SELECT p.id, (SELECT count(*) FROM claims_payout b WHERE b.batch_id = p.batch_id AND b.id <= p.id)
FROM claims_payout p WHERE p.id = ANY(%s) AND p.batch_id IS NOT NULL
"""

Entries = tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class BankRow:
    """Where a payout stands in what went to the bank: its place in the batch, the file, and the row of data in it.

    All counted from 1; no file while none is made.
    """

    place: int
    file: BankFile | None
    row: int


@dataclass(frozen=True, slots=True)
class PayoutLeg:
    """A payout with its entries in the ledger, its row at the bank, and who approved its batch's list."""

    payout: Payout
    entries: Entries
    bank_row: BankRow | None
    approvals: tuple[BatchApproval, ...]


@dataclass(frozen=True, slots=True)
class DeterminationLeg:
    """The `number`-th determination of the claim, what it set aside, and the payouts made of it."""

    number: int
    determination: Determination
    is_current: bool
    entries: Entries
    payouts: tuple[PayoutLeg, ...]


@dataclass(frozen=True, slots=True)
class TopUpLeg:
    """What people decided to pay besides, what it set aside, and the payouts made of it."""

    row: TopUpClaim
    entries: Entries
    payouts: tuple[PayoutLeg, ...]


@dataclass(frozen=True, slots=True)
class ChannelCashUseLeg:
    """What the channel service reported of channel cash: used on a day, or expired."""

    row: ChannelCashUse
    entries: Entries


@dataclass(frozen=True, slots=True)
class ChannelCashLeg:
    """The merchant's channel cash, and what became of it."""

    row: ChannelCashGrant
    entries: Entries
    uses: tuple[ChannelCashUseLeg, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """All money of a claim: by determination, top-ups, what was decided of overpayments, the merchant's channel cash.

    `sums` are about determinations only; what was paid of top-ups stands at each of them.
    """

    claim: Claim
    legs: tuple[DeterminationLeg, ...]
    top_ups: tuple[TopUpLeg, ...]
    sums: Overpayment
    decisions: tuple[tuple[OverpaymentDecision, Entries], ...]
    channel_cash: tuple[ChannelCashLeg, ...]


def trace_of(*, claim: Claim) -> Trace:
    """The trace of a claim that was loaded with its merchant and programme. A constant number of queries."""
    rows = claim.determinations.select_related("actor", "assessment__policy_version").order_by("id")
    determinations, payouts, decisions = list(rows), _payouts(claim), decisions_of(claim=claim)
    top_ups = top_ups_of_claim(claim=claim)
    grants = list(ChannelCashGrant.objects.filter(merchant=claim.merchant_id, programme=claim.programme_id))
    uses = _uses(grants)
    booked = transfers_of(
        sources=[
            *_sources(OF_DETERMINATION, determinations),
            *_sources(OF_PAYOUT, payouts),
            *_sources(OF_TOP_UP, top_ups),
            *_sources(OF_DECISION, decisions),
            *_sources(OF_CHANNEL_CASH, grants),
            *_sources(OF_CHANNEL_CASH_USE, uses),
        ]
    )
    legs = _payout_legs(payouts, booked)
    return Trace(
        claim=claim,
        legs=tuple(
            DeterminationLeg(
                number,
                row,
                row.pk == claim.determination_id,
                _entries(booked, OF_DETERMINATION, row.pk),
                tuple(leg for leg in legs if leg.payout.top_up_id is None and leg.payout.determination_id == row.pk),
            )
            for number, row in enumerate(determinations, start=1)
        ),
        top_ups=tuple(
            TopUpLeg(
                row,
                _entries(booked, OF_TOP_UP, row.pk),
                tuple(leg for leg in legs if leg.payout.top_up_id == row.pk),
            )
            for row in top_ups
        ),
        sums=overpayment_of(claim=claim),
        decisions=tuple((row, _entries(booked, OF_DECISION, row.pk)) for row in decisions),
        channel_cash=tuple(
            ChannelCashLeg(
                row,
                _entries(booked, OF_CHANNEL_CASH, row.pk),
                tuple(
                    ChannelCashUseLeg(use, _entries(booked, OF_CHANNEL_CASH_USE, use.pk))
                    for use in uses
                    if use.grant_id == row.pk
                ),
            )
            for row in grants
        ),
    )


def payouts_at(*, batch_id: int, place: int) -> QuerySet[Payout]:
    """The payout at this place (from 1) of a batch's list: one, or none."""
    rows = Payout.objects.filter(batch=batch_id).order_by("id").values_list("pk", flat=True)
    return Payout.objects.filter(pk__in=list(rows[place - 1 : place]) if place > 0 else [])


def _payouts(claim: Claim) -> list[Payout]:
    related = ("account", "follows", "batch__profile", "batch__made_by", "batch__released_by", "result_file__read_by")
    rows = Payout.objects.filter(claim=claim).select_related(*related).order_by("id")
    return list(rows.prefetch_related("transitions__actor", "holds__held_by", "holds__lifted_by"))


def _uses(grants: Sequence[ChannelCashGrant]) -> list[ChannelCashUse]:
    rows = ChannelCashUse.objects.filter(grant__in=grants).select_related("report", "actor")
    return list(rows.order_by("on", "id"))


def _payout_legs(payouts: Sequence[Payout], booked: Mapping[tuple[str, int], Transfer]) -> list[PayoutLeg]:
    batches = {payout.batch_id: payout.batch for payout in payouts if payout.batch}
    approvals: dict[int, list[BatchApproval]] = defaultdict(list)
    for approval in BatchApproval.objects.filter(batch__in=batches).select_related("approver"):
        if approval.digest == batches[approval.batch_id].digest:
            approvals[approval.batch_id].append(approval)
    rows = _bank_rows(payouts)
    return [
        PayoutLeg(
            payout,
            _entries(booked, OF_PAYOUT, payout.pk),
            rows.get(payout.pk),
            tuple(approvals[payout.batch_id]) if payout.batch_id else (),
        )
        for payout in payouts
    ]


def _bank_rows(payouts: Sequence[Payout]) -> dict[int, BankRow]:
    """A batch's files hold its list in the order of ids, each as many rows as it says."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [[payout.pk for payout in payouts]])
        places = dict(cursor.fetchall())
    files: dict[int, list[BankFile]] = defaultdict(list)
    for file in BankFile.objects.filter(batch__in={payout.batch_id for payout in payouts}).order_by("number"):
        files[file.batch_id].append(file)
    return {
        payout.pk: _bank_row(places[payout.pk], files[payout.batch_id or 0])
        for payout in payouts
        if payout.pk in places
    }


def _bank_row(place: int, files: Sequence[BankFile]) -> BankRow:
    ends = accumulate(file.rows for file in files)
    for file, end in zip(files, ends, strict=True):
        if place <= end:
            return BankRow(place, file, place - (end - file.rows))
    return BankRow(place, None, 0)


def _sources(
    kinds: Iterable[str],
    rows: Iterable[Determination | Payout | TopUpClaim | OverpaymentDecision | ChannelCashGrant | ChannelCashUse],
) -> list[tuple[str, int]]:
    kinds = list(kinds)
    return [(kind, row.pk) for row in rows for kind in kinds]


def _entries(booked: Mapping[tuple[str, int], Transfer], kinds: Iterable[str], source_id: int) -> Entries:
    return tuple(booked[kind, source_id] for kind in kinds if (kind, source_id) in booked)
