"""A programme's policy: the [policy] table of its file as frozen values, checked as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compensation import limits
from compensation.policy.checking import DocumentFaults, Fault, Table
from compensation.policy.consents import Consent, read_consents
from compensation.policy.council import CouncilRules
from compensation.policy.council_table import read_council
from compensation.policy.payouts import PayoutRules, read_payouts
from compensation.policy.procedure import (
    DeadlineRules,
    FilingDay,
    ObjectionRules,
    read_deadlines,
    read_filing_days,
    read_objections,
)
from compensation.policy.reasons import CaseReason, read_reasons
from compensation.policy.second_look import SecondLookRules, read_second_look
from compensation.policy.tiers import ROUTES, Tier, faults_in_tiers


@dataclass(frozen=True, slots=True)
class Service:
    """A service of the incident. `alternative` says whether one existed; None leaves that to the merchant's report."""

    code: str
    name_ko: str
    name_en: str
    platform_share_bp: int
    alternative: bool | None


@dataclass(frozen=True, slots=True)
class Industry:
    """A line of the reference table of operating margins."""

    code: str
    name_ko: str
    name_en: str
    margin_bp: int


@dataclass(frozen=True, slots=True)
class EvidenceKind:
    """A kind of document that a merchant can add to a claim, and who issues it."""

    code: str
    name_ko: str
    name_en: str
    required_for_council: bool
    issued_by_ko: str
    issued_by_en: str


@dataclass(frozen=True, slots=True)
class Policy:
    """Every rule that a programme has for claims. Amounts in won, ratios in basis points."""

    tiers: tuple[Tier, ...]
    services: Mapping[str, Service]
    industries: Mapping[str, Industry]
    general_margin_bp: int
    evidence_kinds: tuple[EvidenceKind, ...]
    council: CouncilRules
    channel_cash_won: int
    deadlines: DeadlineRules
    objections: ObjectionRules
    consents: tuple[Consent, ...]
    filing_days: tuple[FilingDay, ...]
    reasons: tuple[CaseReason, ...]
    second_look: SecondLookRules
    payouts: PayoutRules


class PolicyFaults(DocumentFaults):
    """The document is no valid policy; every fault is in `faults`."""


def parse_policy(document: Mapping[str, Any]) -> Policy:
    """The policy of a document as `tomllib` or `json` read it: the content of the [policy] table.

    Raises PolicyFaults with every fault; paths start at `policy`.
    """
    faults: list[Fault] = []
    table = Table(document, "policy", faults)
    policy = Policy(
        tiers=_tiers(table),
        services=dict(_services(table)),
        industries=dict(_industries(table)),
        general_margin_bp=table.whole("general_margin_bp", least=1, most=limits.RATIO_BP_MAX),
        evidence_kinds=_evidence_kinds(table),
        council=read_council(table.table("council")),
        channel_cash_won=table.whole("channel_cash_won", most=limits.ITEM_VALUE_WON_MAX),
        deadlines=read_deadlines(table.table("deadlines")),
        objections=read_objections(table.table("objections")),
        consents=read_consents(table),
        filing_days=read_filing_days(table),
        reasons=read_reasons(table),
        second_look=read_second_look(table),
        payouts=read_payouts(table),
    )
    table.close()
    if faults:
        raise PolicyFaults(faults)
    return policy


def _tiers(table: Table) -> tuple[Tier, ...]:
    read = [_tier(row) for row in table.tables("tiers")]
    for fault in faults_in_tiers(read):
        table.fault(fault.path, fault.message_ko, fault.message_en)
    return tuple(tier for tier in read if tier)


def _tier(row: Table) -> Tier | None:
    tier = Tier(
        code=row.text("code", length_max=limits.CODE_LENGTH_MAX),
        name_ko=row.text("name_ko"),
        name_en=row.text("name_en"),
        above_won=row.whole_if_given("above_won", most=limits.LOST_SALES_WON_MAX),
        up_to_won=row.whole_if_given("up_to_won", most=limits.LOST_SALES_WON_MAX),
        payout_won=row.whole("payout_won", most=limits.PAYOUT_WON_MAX),
        route=row.choice("route", ROUTES),
    )
    row.close()
    return tier if row.is_faultless else None


def _services(table: Table) -> list[tuple[str, Service]]:
    services = []
    for code, row in table.named_tables("services", name_length_max=limits.SERVICE_CODE_LENGTH_MAX):
        service = Service(
            code=code,
            name_ko=row.text("name_ko"),
            name_en=row.text("name_en"),
            platform_share_bp=row.whole("platform_share_bp", most=limits.RATIO_BP_MAX),
            alternative=row.flag_if_given("alternative"),
        )
        row.close()
        services.append((code, service))
    return services


def _industries(table: Table) -> list[tuple[str, Industry]]:
    industries = []
    for code, row in table.named_tables("industries", name_length_max=limits.INDUSTRY_CODE_LENGTH_MAX):
        industry = Industry(
            code=code,
            name_ko=row.text("name_ko"),
            name_en=row.text("name_en"),
            margin_bp=row.whole("margin_bp", least=1, most=limits.RATIO_BP_MAX),
        )
        row.close()
        industries.append((code, industry))
    return industries


def _evidence_kinds(table: Table) -> tuple[EvidenceKind, ...]:
    kinds: dict[str, EvidenceKind] = {}
    for row in table.tables("evidence"):
        kind = EvidenceKind(
            code=row.text("code", length_max=limits.EVIDENCE_CODE_LENGTH_MAX),
            name_ko=row.text("name_ko"),
            name_en=row.text("name_en"),
            required_for_council=row.flag("required_for_council"),
            issued_by_ko=row.text("issued_by_ko", length_max=limits.DESCRIPTION_LENGTH_MAX),
            issued_by_en=row.text("issued_by_en", length_max=limits.DESCRIPTION_LENGTH_MAX),
        )
        row.close()
        row.refuse_repeated(kind.code, kinds)
        kinds[kind.code] = kind
    return tuple(kinds.values())
