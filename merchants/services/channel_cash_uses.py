"""What the channel service reports of channel cash: what a merchant used on a day, and that the rest has expired.

All or nothing: every line is checked against the grants, which are held; one fault keeps everything out, and all are
named. What was used goes from the ledger's channel cash to its use, what expired goes back to the budget; never more
than was granted.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from compensation.audit.services import because
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme
from compensation.values.refused import ValueRefused
from merchants.models import ChannelCashGrant, ChannelCashReport, ChannelCashUse, UseKind
from users.models import User

KEEP_AND_BOOK = """
WITH kept AS (
    INSERT INTO merchants_channelcashuse (grant_id, kind, amount_won, "on", report_id, line, actor_id, at)
    SELECT said.grant_id, said.kind, said.amount_won, said."on", %(report)s, said.line, %(actor)s, %(at)s
    FROM unnest(%(grants)s::bigint[], %(kinds)s::text[], %(amounts)s::int[], %(days)s::date[], %(lines)s::int[])
        AS said(grant_id, kind, amount_won, "on", line)
    RETURNING id, grant_id, kind, amount_won
), booked AS (
    INSERT INTO ledger_transfer (programme_id, from_account, to_account, amount_won, kind, source_id, booked_at)
    SELECT %(programme)s, 'channel_cash', CASE kind WHEN 'used' THEN 'channel_cash_used' ELSE 'budget' END, amount_won,
        'channel_cash_' || kind, id, %(at)s
    FROM kept
)
UPDATE merchants_channelcashgrant AS grant_ SET
    used_won = grant_.used_won + sums.used_won, expired_won = grant_.expired_won + sums.expired_won
FROM (
    SELECT grant_id, coalesce(sum(amount_won) FILTER (WHERE kind = 'used'), 0) AS used_won,
        coalesce(sum(amount_won) FILTER (WHERE kind = 'expired'), 0) AS expired_won
    FROM kept GROUP BY grant_id
) AS sums
WHERE grant_.id = sums.grant_id
"""


@dataclass(frozen=True, slots=True)
class ReportedUse:
    """A line of a report: by our reference or, where that is blank, by business number. `line` from 1, None: the API.

    `amount_won` may be None for an expiry: the rest.
    """

    line: int | None
    reference: str
    business_number: str
    kind: str
    amount_won: int | None
    on: date


@dataclass(frozen=True, slots=True)
class UseFault:
    """What is wrong with a line. `named`: the merchant, as the line names it; '' where that could not be read."""

    line: int
    code: str
    message_ko: str
    message_en: str
    named: str = ""

    def as_json(self) -> dict[str, object]:
        return {"line": self.line, "code": self.code, "ko": self.message_ko, "en": self.message_en}


class UsesRefused(Exception):
    """Lines that cannot be booked; nothing was."""

    def __init__(self, faults: Sequence[UseFault]) -> None:
        super().__init__(", ".join(f"{fault.line}: {fault.code}" for fault in faults[:5]))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class BookedUses:
    """What was booked, in won. `report`: the file it came in, if any."""

    lines: int
    used_won: int
    expired_won: int
    report: ChannelCashReport | None = None


@dataclass(slots=True)
class _Standing:
    """A grant while lines are booked to it. One of them at fault, it is not known what the rest is."""

    grant: ChannelCashGrant
    left_won: int
    reported: set[tuple[str, date]]
    expired_on: date | None
    is_rest_known: bool = True


@dataclass(frozen=True, slots=True)
class _Entry:
    grant_id: int
    kind: str
    amount_won: int
    on: date
    line: int | None


MakeReport = Callable[[BookedUses], ChannelCashReport]


@transaction.atomic
def book_uses(
    *,
    programme: Programme,
    reported: Sequence[ReportedUse],
    actor: User,
    at: datetime,
    unread: Sequence[UseFault] = (),
    make_report: MakeReport | None = None,
) -> BookedUses:
    """Books all of it. `make_report` keeps the file's row, once its sums are known. Raises UsesRefused.

    `unread`: lines of the same report that could not be read, so that nothing is booked and every fault is named. The
    grants are held in the order of their ids: two reports of the same merchants come one after the other.
    """
    standings = _hold(programme, reported)
    for standing in _doubted(standings, unread):
        standing.is_rest_known = False
    faults = list(unread)
    entries: list[_Entry] = []
    # What was used goes before what expired, as a rest is known only then.
    for use in sorted(reported, key=lambda use: use.kind == UseKind.EXPIRED):
        named = use.reference or use.business_number
        entry = _checked(use, standings.get(named), at)
        if isinstance(entry, ValueRefused):
            faults.append(UseFault(use.line or 1, entry.code, entry.message_ko, entry.message_en, named))
        else:
            entries.append(entry)
    if faults:
        raise UsesRefused(sorted(faults, key=lambda fault: fault.line))
    booked = BookedUses(len(entries), _sum(entries, UseKind.USED), _sum(entries, UseKind.EXPIRED))
    report = make_report(booked) if make_report else None
    with because(actor=actor, reason="channel cash use reported"):
        _keep(programme, entries, report, actor, at)
    return BookedUses(booked.lines, booked.used_won, booked.expired_won, report)


def _hold(programme: Programme, reported: Sequence[ReportedUse]) -> dict[str, _Standing]:
    """The grants that are named, by what they are named by."""
    references = [use.reference for use in reported if use.reference]
    numbers = [use.business_number for use in reported if not use.reference]
    grants = ChannelCashGrant.objects.raw(
        """
        SELECT grant_.*, merchant.business_number FROM merchants_channelcashgrant AS grant_
        JOIN merchants_merchant AS merchant ON merchant.id = grant_.merchant_id
        WHERE grant_.programme_id = %s AND (grant_.reference = ANY(%s) OR merchant.business_number = ANY(%s))
        ORDER BY grant_.id FOR NO KEY UPDATE OF grant_
        """,
        [programme.pk, references, numbers],
    )
    found: dict[str, _Standing] = {}
    by_id: dict[int, _Standing] = {}
    for grant in grants:
        standing = _Standing(grant, grant.amount_won - grant.used_won - grant.expired_won, set(), None)
        by_id[grant.pk] = standing
        found[getattr(grant, "business_number")] = standing  # noqa: B009  (a column of the query, not of the model)
        if grant.reference:
            found[grant.reference] = standing
    for use in ChannelCashUse.objects.filter(grant__in=list(by_id)).iterator():
        by_id[use.grant_id].reported.add((use.kind, use.on))
        if use.kind == UseKind.EXPIRED:
            by_id[use.grant_id].expired_on = use.on
    return found


def _doubted(standings: Mapping[str, _Standing], unread: Sequence[UseFault]) -> Collection[_Standing]:
    """The grants that the lines may be about: all, where one names nobody."""
    names = {fault.named for fault in unread}
    return standings.values() if "" in names else [standings[name] for name in names & standings.keys()]


def _checked(use: ReportedUse, standing: _Standing | None, at: datetime) -> _Entry | ValueRefused:
    """The entry of a line, or what is wrong with it; an entry counts against the lines that follow."""
    if standing is None or standing.grant.list_id is None:
        return _unknown()
    refused = _unfit(use, standing, at)
    if refused is not None:
        standing.is_rest_known = False
        return refused
    amount_won = standing.left_won if use.amount_won is None else use.amount_won
    standing.left_won -= amount_won
    standing.reported.add((use.kind, use.on))
    if use.kind == UseKind.EXPIRED:
        standing.expired_on = use.on
    return _Entry(standing.grant.pk, use.kind, amount_won, use.on, use.line)


def _unfit(use: ReportedUse, standing: _Standing, at: datetime) -> ValueRefused | None:
    if not day_in_seoul(standing.grant.granted_at) <= use.on <= day_in_seoul(at):
        return _wrong_date()
    if (use.kind, use.on) in standing.reported:
        return _reported_already()
    if standing.expired_on is not None:
        return _expired_already()
    if use.kind == UseKind.EXPIRED and standing.is_rest_known and use.amount_won not in (None, standing.left_won):
        return _wrong_rest(standing.left_won)
    if use.kind == UseKind.EXPIRED and not standing.left_won:
        return _nothing_left()
    if use.kind == UseKind.EXPIRED and any(day > use.on for kind, day in standing.reported if kind == UseKind.USED):
        return _used_afterwards()
    if use.kind == UseKind.USED and not 0 < (use.amount_won or 0) <= standing.left_won:
        return _too_much(standing.left_won)
    return None


def _sum(entries: Sequence[_Entry], kind: UseKind) -> int:
    return sum(entry.amount_won for entry in entries if entry.kind == kind)


def _keep(
    programme: Programme, entries: Sequence[_Entry], report: ChannelCashReport | None, actor: User, at: datetime
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP_AND_BOOK,
            {
                "programme": programme.pk,
                "report": report.pk if report else None,
                "actor": actor.pk,
                "at": at,
                "grants": [entry.grant_id for entry in entries],
                "kinds": [str(entry.kind) for entry in entries],
                "amounts": [entry.amount_won for entry in entries],
                "days": [entry.on for entry in entries],
                "lines": [entry.line for entry in entries],
            },
        )


def _unknown() -> ValueRefused:
    return ValueRefused(
        "grant_unknown",
        "이 번호로 넘겨드린 채널 캐시가 없습니다.",
        "No channel cash was handed over under this number.",
    )


def _wrong_date() -> ValueRefused:
    return ValueRefused(
        "use_wrong_date",
        "날짜가 지급일보다 앞서거나 오늘보다 뒤입니다.",
        "The date is before the grant or after today.",
    )


def _reported_already() -> ValueRefused:
    return ValueRefused(
        "use_reported_already",
        "이 소상공인의 이 날짜 내역은 이미 받았습니다. 하루에 한 번, 합계로 알려 주세요.",
        "This merchant's day was reported already. Please report each day once, as its sum.",
    )


def _expired_already() -> ValueRefused:
    return ValueRefused(
        "use_expired_already",
        "이미 소멸된 채널 캐시입니다.",
        "This channel cash has expired already.",
    )


def _wrong_rest(left_won: int) -> ValueRefused:
    return ValueRefused(
        "use_wrong_rest",
        f"남은 금액은 {left_won:,}원입니다. 소멸은 남은 금액 전부여야 합니다.",
        f"{left_won:,} won are left; an expiry is of all that is left.",
    )


def _nothing_left() -> ValueRefused:
    return ValueRefused(
        "use_nothing_left",
        "남은 금액이 없어 소멸될 것이 없습니다.",
        "Nothing is left that could expire.",
    )


def _used_afterwards() -> ValueRefused:
    return ValueRefused(
        "use_after_expiry",
        "소멸된 날보다 뒤에 사용한 내역이 있습니다.",
        "Something was used after the day on which it expired.",
    )


def _too_much(left_won: int) -> ValueRefused:
    return ValueRefused(
        "use_too_much",
        f"사용액은 1원부터 남은 금액 {left_won:,}원까지여야 합니다.",
        f"The use has to be between 1 won and what is left, {left_won:,} won.",
    )
