"""Finding every won: by reference, bank row, name, business or account number, or amount. Each way has its index."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import QuerySet

from claims.models import BankFile, Claim, Payout, PayoutBatch, ResultFile, TopUp
from claims.selectors.money_trace import payouts_at
from claims.selectors.search_text import merchants_named, plain_search
from compensation.policy.references import ReferenceRefused, normalise_reference
from compensation.programmes.models import Programme
from compensation.runtime.encryption import blind_index
from compensation.values.bank_accounts import parse_account_number
from compensation.values.business_numbers import parse_business_number
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won
from merchants.models import BankAccount, Merchant
from merchants.services.bank_accounts import NUMBER_INDEX_CONTEXT, holder_index

HITS_MAX = 50  # claims that a search shows: who finds more, looks for something narrower

# "K7M4-9QXR-T2V5 17행", "payouts-01.csv#17": a batch or a file, and a row or line of it.
_ROW = re.compile(r"(?P<what>.+?)(?:\s*[#:]\s*|\s+)(?P<row>[0-9]{1,7})\s*(?:행|줄|번째 줄)?")


@dataclass(frozen=True, slots=True)
class Hit:
    """A claim that has something to do with what was looked for, how (codes), and the payout where it was one."""

    claim: Claim
    how: tuple[str, ...]
    payout: Payout | None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, newest first. `is_capped`: there is more than that."""

    hits: tuple[Hit, ...]
    is_capped: bool


def find_money(*, programme: Programme, text: str) -> Found:
    """The claims of the programme that the text leads to. Text that is nothing finds nothing."""
    text = plain_search(text)
    if not text:
        return Found((), is_capped=False)
    found: dict[int, tuple[list[str], int | None]] = {}
    for how, claim_id, payout_id in _everywhere(programme, text):
        ways, known = found.setdefault(claim_id, ([], payout_id))
        if how not in ways:
            ways.append(how)
        found[claim_id] = ways, known or payout_id
    return _hits(found)


def _hits(found: dict[int, tuple[list[str], int | None]]) -> Found:
    rows = Claim.objects.filter(pk__in=found).select_related("merchant", "determination").order_by("-id")
    claims = list(rows.defer("merchant__phone", "merchant__email")[: HITS_MAX + 1])
    payouts = Payout.objects.in_bulk([payout for _, payout in found.values() if payout])
    hits = (Hit(claim, tuple(found[claim.pk][0]), payouts.get(found[claim.pk][1] or 0)) for claim in claims[:HITS_MAX])
    return Found(tuple(hits), is_capped=len(claims) > HITS_MAX)


def _everywhere(programme: Programme, text: str) -> Iterator[tuple[str, int, int | None]]:
    """(how, claim, payout) of all that matches."""
    ways: tuple[tuple[str, Callable[[Programme, str], Iterable[tuple[int, int | None]]]], ...] = (
        ("reference", _by_reference),
        ("bank_row", _by_bank_row),
        ("business_number", _by_business_number),
        ("account", _by_account),
        ("amount", _by_amount),
        ("name", _by_name),
    )
    for how, find in ways:
        with suppress(ValueRefused):
            yield from ((how, claim, payout) for claim, payout in find(programme, text))


def _by_reference(programme: Programme, text: str) -> Iterator[tuple[int, int | None]]:
    wanted = {text.upper()}
    with suppress(ReferenceRefused):
        wanted.add(normalise_reference(text))
    yield from _without_payout(Claim.objects.filter(programme=programme, reference__in=wanted))
    yield from _claims_of(Payout.objects.filter(programme=programme, reference__in=wanted))
    if batch := PayoutBatch.objects.filter(programme=programme, reference__in=wanted).first():
        yield from _claims_of(Payout.objects.filter(batch=batch))
    if top_up := TopUp.objects.filter(programme=programme, reference__in=wanted).first():
        yield from _without_payout(Claim.objects.filter(top_ups__top_up=top_up))


def _by_bank_row(programme: Programme, text: str) -> Iterator[tuple[int, int | None]]:
    """A row of a batch or of one of its files, or a line of a result file."""
    said = _ROW.fullmatch(text)
    if said is None:
        return
    what, row = said["what"], int(said["row"])
    with suppress(ReferenceRefused):
        if batch := PayoutBatch.objects.filter(programme=programme, reference=normalise_reference(what)).first():
            yield from _claims_of(payouts_at(batch_id=batch.pk, place=row))
    for file in BankFile.objects.filter(batch__programme=programme, name=what)[:HITS_MAX]:
        before = sum(
            BankFile.objects.filter(batch=file.batch_id, number__lt=file.number).values_list("rows", flat=True)
        )
        if row <= file.rows:
            yield from _claims_of(payouts_at(batch_id=file.batch_id, place=before + row))
    for result in ResultFile.objects.filter(batch__programme=programme, name=what)[:HITS_MAX]:
        yield from _claims_of(Payout.objects.filter(batch=result.batch_id, result_file=result, result_line=row))


def _by_business_number(programme: Programme, text: str) -> Iterator[tuple[int, int | None]]:
    merchants = Merchant.objects.filter(business_number=parse_business_number(text))
    yield from _without_payout(Claim.objects.filter(programme=programme, merchant__in=merchants))


def _by_account(programme: Programme, text: str) -> Iterator[tuple[int, int | None]]:
    index = blind_index(parse_account_number(text), context=NUMBER_INDEX_CONTEXT)
    yield from _of_accounts(programme, BankAccount.objects.filter(number_index=index))


def _by_amount(programme: Programme, text: str) -> Iterator[tuple[int, int | None]]:
    amount_won = parse_won(text)
    yield from _claims_of(Payout.objects.filter(programme=programme, amount_won=amount_won))


def _by_name(programme: Programme, text: str) -> Iterator[tuple[int, int | None]]:
    """Names of businesses and representatives by their beginning, holders of accounts in full."""
    merchants = Merchant.objects.filter(merchants_named(text)).order_by().values("pk")
    yield from _without_payout(Claim.objects.filter(programme=programme, merchant__in=merchants))
    yield from _of_accounts(programme, BankAccount.objects.filter(holder_index=holder_index(text)))


def _of_accounts(programme: Programme, accounts: QuerySet[BankAccount]) -> Iterator[tuple[int, int | None]]:
    """What was paid to an account, and the claims of its merchant."""
    keys = list(accounts.order_by("-id").values_list("pk", "merchant_id")[:HITS_MAX])
    yield from _claims_of(Payout.objects.filter(programme=programme, account__in=[pk for pk, _ in keys]))
    merchants = [merchant for _, merchant in keys]
    yield from _without_payout(Claim.objects.filter(programme=programme, merchant__in=merchants))


def _claims_of(payouts: QuerySet[Payout]) -> Iterator[tuple[int, int | None]]:
    yield from payouts.order_by("-id").values_list("claim_id", "pk")[: HITS_MAX + 1]


def _without_payout(claims: QuerySet[Claim]) -> Iterator[tuple[int, int | None]]:
    yield from ((pk, None) for pk in claims.order_by("-id").values_list("pk", flat=True)[: HITS_MAX + 1])
