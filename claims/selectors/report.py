"""The figures of a programme: what came in, what was decided, what it costs, and whether every sum adds up.

The keys are a contract (docs/report.md): they explain themselves and stay.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone

from claims.models import AssociationFile, Claim, CouncilDecision, Determination, Review
from claims.selectors.evidence import missing_document_counts
from claims.selectors.overpayments import waived_won
from claims.selectors.payouts import states_of_programme
from claims.selectors.top_ups import topped_up_won
from compensation.ledger.models import Account, Transfer
from compensation.ledger.selectors import balances
from compensation.policy.budget import Scenario, estimate
from compensation.policy.document import Policy
from compensation.policy.transitions import OPEN_REVIEW_STATES, PAYOUT
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from merchants.models import ChannelCashGrant
from users.selectors.package_totals import package_totals


@dataclass(frozen=True, slots=True)
class Check:
    """Two figures found in different ways that must be the same."""

    name: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        return self.left == self.right


def programme_report(*, programme: Programme, as_of: datetime) -> dict[str, Any]:
    """All figures of the programme in won and counts, as docs/report.md describes them. `checks_hold` sums them up."""
    version = current_policy(programme=programme)
    claims = _claims(programme=programme, policy=version.policy)
    by_tier_won = sum(tier["payout_won"] for tier in claims["determined_by_tier"].values())
    payouts_due_won = by_tier_won + claims["decided_by_council"]["payout_won"]
    channel_cash = _channel_cash(programme=programme)
    members = [asdict(totals) for totals in package_totals(programme=programme)]
    checks = _checks(programme, claims, payouts_due_won, channel_cash, members)
    return {
        "programme": programme.code,
        "as_of": timezone.localtime(as_of).isoformat(timespec="seconds"),
        "policy_version": version.number,
        "claims": claims,
        "payouts_due_won": payouts_due_won,
        "payouts": _payouts(programme),
        "channel_cash": channel_cash,
        "members": members,
        "this_run": {
            "members_won": sum(package["value_won"] for package in members),
            "merchants_won": payouts_due_won + channel_cash["total_won"],
        },
        "estimates": _estimates(programme),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks],
        "checks_hold": all(check.holds for check in checks),
    }


def _claims(*, programme: Programme, policy: Policy) -> dict[str, Any]:
    of_programme = Claim.objects.filter(programme=programme)
    by_state = Counter(dict(of_programme.values_list("state").annotate(Count("id"))))
    nothing = {"claims": 0, "payout_won": 0}
    decided, by_council = _determined(of_programme)
    paid = [tier for tier in policy.tiers if tier.route == "fast"]
    unpaid = [tier.code for tier in policy.tiers if tier.route == "no_support"]
    files = AssociationFile.objects.filter(programme=programme)
    refused_by_code: Counter[str] = Counter()
    for codes in files.values_list("refused_by_code", flat=True):
        refused_by_code.update(codes)
    return {
        "rows_in_files": files.aggregate(rows=Sum("rows", default=0))["rows"],
        "refused_rows": files.aggregate(rows=Sum("refused", default=0))["rows"],
        "refused_rows_by_code": dict(sorted(refused_by_code.items())),
        "received": by_state.total(),
        "determined_by_tier": {
            tier.code: {"name_ko": tier.name_ko, "name_en": tier.name_en} | decided.get(tier.code, nothing)
            for tier in paid
        },
        "no_support": sum(decided.get(code, nothing)["claims"] for code in unpaid),
        "decided_by_council": by_council,
        "reviews_open": _reviews_open(programme),
        "waiting_for_council": by_state["awaiting_council"],
        "waiting_for_council_missing_documents": {
            kind.code: {"name_ko": kind.name_ko, "name_en": kind.name_en, "claims": claims}
            for kind, claims in missing_document_counts(programme=programme).items()
        },
        "waiting_for_assessment": by_state["received"],
        "withdrawn": by_state["withdrawn"],
        "reported_loss_won": _distribution(programme=programme, column="c.lost_sales_won"),
        "assessed_loss_won": _distribution(programme=programme, column="a.assessed_won"),
    }


def _determined(claims: QuerySet[Claim]) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    """Claims and won of each tier that was determined by rule, and of what the council decided."""
    by_tier: dict[str, dict[str, int]] = {}
    council = {"claims": 0, "payout_won": 0}
    for tier, by_council, count, won in (
        claims.filter(state="determined")
        .values_list("determination__tier_code", "determination__by_council")
        .annotate(Count("id"), Sum("determination__amount_won"))
    ):
        if by_council:
            council = {"claims": council["claims"] + count, "payout_won": council["payout_won"] + won}
        else:
            by_tier[tier] = {"claims": count, "payout_won": won}
    return by_tier, council


def _reviews_open(programme: Programme) -> dict[str, int]:
    """How many reviews are in each state that is not the end, objections to determinations included."""
    found = Review.objects.filter(programme=programme, state__in=OPEN_REVIEW_STATES).values_list("state")
    counts = Counter(dict(found.annotate(Count("id"))))
    return {state: counts[state] for state in OPEN_REVIEW_STATES}


def _distribution(*, programme: Programme, column: str) -> dict[str, Any]:
    """Median, mean and the nine deciles in won, rounded down, of claims not withdrawn; None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT floor(percentile_cont(0.5) WITHIN GROUP (ORDER BY {column}))::bigint, floor(avg({column}))::bigint,
                percentile_cont(ARRAY[.1,.2,.3,.4,.5,.6,.7,.8,.9]) WITHIN GROUP (ORDER BY {column})
            FROM claims_claim c LEFT JOIN claims_assessment a ON a.id = c.assessment_id
            WHERE c.programme_id = %s AND c.state <> 'withdrawn' AND {column} IS NOT NULL
            """,  # noqa: S608 - `column` is one of two literals above
            [programme.pk],
        )
        median, mean, deciles = cursor.fetchone()
    return {"median": median, "mean": mean, "deciles": [int(value) for value in deciles or []]}


def _payouts(programme: Programme) -> dict[str, dict[str, int]]:
    """How many payouts are in each state, and their sums; states without one too."""
    found = states_of_programme(programme=programme)
    return {
        state: {"payouts": found[state].count, "won": found[state].won} if state in found else {"payouts": 0, "won": 0}
        for state in PAYOUT.states
    }


def _channel_cash(*, programme: Programme) -> dict[str, int]:
    found = ChannelCashGrant.objects.filter(programme=programme).aggregate(
        merchants=Count("id"), total_won=Sum("amount_won", default=0)
    )
    return {"merchants": found["merchants"], "total_won": found["total_won"]}


def _estimates(programme: Programme) -> list[dict[str, Any]]:
    """Each budget scenario of the programme, in won."""
    rows = []
    for scenario in programme.budget_scenarios.all():
        result = estimate(Scenario.from_json(scenario.figures))
        names = {"scenario": scenario.code, "name_ko": scenario.name_ko, "name_en": scenario.name_en}
        sums = {key: value for key, value in asdict(result).items() if key.endswith("_won")}
        rows.append(names | sums)
    return rows


def _checks(
    programme: Programme,
    claims: dict[str, Any],
    payouts_due_won: int,
    channel_cash: dict[str, int],
    members: list[dict[str, Any]],
) -> list[Check]:
    """What must be the same though it was found in different ways. An end that is missing shows here, not in a sum."""
    balance, topped_won = balances(programme=programme), topped_up_won(programme=programme)
    by_rule = sum(tier["claims"] for tier in claims["determined_by_tier"].values()) + claims["no_support"]
    ends = by_rule + claims["decided_by_council"]["claims"]
    waits = claims["waiting_for_council"] + claims["waiting_for_assessment"] + claims["withdrawn"]
    files = AssociationFile.objects.filter(programme=programme).aggregate(
        accepted=Sum("accepted", default=0), present=Sum("already_present", default=0)
    )
    from_files = Claim.objects.filter(programme=programme, association_file__isnull=False).count()
    checks = [
        Check("every_claim_has_one_end_or_waits", claims["received"], ends + waits),
        Check("claims_from_files_are_rows_accepted", from_files, files["accepted"]),
        Check(
            "rows_are_accepted_present_or_refused",
            claims["rows_in_files"],
            files["accepted"] + files["present"] + claims["refused_rows"],
        ),
        _council_check(programme),
        Check("payouts_due_are_in_the_ledger", payouts_due_won + topped_won, _set_aside_won(programme, balance)),
        Check("channel_cash_is_in_the_ledger", channel_cash["total_won"], _channel_cash_won(programme, balance)),
        Check(
            "member_benefits_are_in_the_ledger",
            sum(package["value_won"] for package in members),
            balance[Account.MEMBER_BENEFITS],
        ),
        Check("the_ledger_sums_to_zero", sum(balance.values()), 0),
    ]
    for package in members:
        parts = package["granted"] + sum(package["excluded"].values()) + package["failed"]
        checks.append(
            Check(f"{package['package']}:expected_are_granted_excluded_or_failed", package["expected"], parts)
        )
        checks.append(
            Check(f"{package['package']}:granted_are_rows_of_grants", package["granted_in_all"], package["grant_rows"])
        )
    return checks


def _set_aside_won(programme: Programme, balance: dict[str, int]) -> int:
    """What the ledger took from the budget for determinations and top-ups: due, on its way, paid, or came back.

    A sum that was paid too much stands against what is to be paid, until people waive it: then the budget bears it, and
    it is for no determination.
    """
    accounts = Account.MERCHANT_PAYABLE, Account.PAYOUTS_RELEASED, Account.PAYOUTS_PAID, Account.PAYOUTS_RETURNED
    return sum(balance[account] for account in accounts) - waived_won(programme=programme)


def _channel_cash_won(programme: Programme, balance: dict[str, int]) -> int:
    """What was granted is still there, was used, or expired and went back to the budget."""
    expired = Transfer.objects.filter(programme=programme, kind="channel_cash_expired")
    back_won = expired.aggregate(won=Sum("amount_won", default=0))["won"]
    return balance[Account.CHANNEL_CASH] + balance[Account.CHANNEL_CASH_USED] + int(back_won)


def _council_check(programme: Programme) -> Check:
    """Each determination by the council, also those that no longer count, came out of a decision in its chain."""
    determinations = Determination.objects.filter(claim__programme=programme, by_council=True)
    decisions = CouncilDecision.objects.filter(council__programme=programme, determination__isnull=False)
    return Check("council_determinations_are_decisions", determinations.count(), decisions.count())
