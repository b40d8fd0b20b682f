"""The figures of the overview page: what came in, where it stands, what it costs. Constant numbers of queries."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Sum

from claims.models import AssociationFile, Claim
from compensation.ledger.models import Account
from compensation.ledger.selectors import balances
from compensation.programmes.models import Programme
from merchants.models import ChannelCashGrant
from users.models import GrantChunk

PAYOUT_ACCOUNTS = (
    Account.MERCHANT_PAYABLE,
    Account.PAYOUTS_RELEASED,
    Account.PAYOUTS_PAID,
    Account.PAYOUTS_RETURNED,
)


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """What everybody asks first. Amounts in won; `claims` counts by state; `balances` are the ledger's, by account."""

    claims: Mapping[str, int]
    refused_rows: int
    balances: Mapping[str, int]
    channel_cash_merchants: int
    members_granted: int

    @property
    def received(self) -> int:
        return sum(self.claims.values())

    @property
    def awaiting_council(self) -> int:
        return self.claims.get("awaiting_council", 0)

    @property
    def payouts_won(self) -> int:
        """Of all that was determined, wherever the money is."""
        return sum(self.balances[account] for account in PAYOUT_ACCOUNTS)

    @property
    def paid_won(self) -> int:
        return self.balances[Account.PAYOUTS_PAID]

    @property
    def channel_cash_won(self) -> int:
        return self.balances[Account.CHANNEL_CASH] + self.balances[Account.CHANNEL_CASH_USED]

    @property
    def member_benefits_won(self) -> int:
        return self.balances[Account.MEMBER_BENEFITS]

    @property
    def merchants_won(self) -> int:
        return self.payouts_won + self.channel_cash_won


def key_figures(*, programme: Programme) -> KeyFigures:
    """Five queries, each over an index or a small table but the first, which counts the programme's claims."""
    of_programme = Claim.objects.filter(programme=programme)
    files = AssociationFile.objects.filter(programme=programme).aggregate(refused=Sum("refused", default=0))
    chunks = GrantChunk.objects.filter(job__programme=programme).aggregate(granted=Sum("granted", default=0))
    return KeyFigures(
        claims=dict(of_programme.order_by().values_list("state").annotate(Count("id"))),
        refused_rows=files["refused"],
        balances=balances(programme=programme),
        channel_cash_merchants=ChannelCashGrant.objects.filter(programme=programme).count(),
        members_granted=chunks["granted"],
    )


def claims_by_state_and_tier(*, programme: Programme) -> Counter[tuple[str, str]]:
    """How many claims stand in each state, by the tier that they were assessed into ('' before that)."""
    rows = (
        Claim.objects.filter(programme=programme)
        .order_by()
        .values_list("state", "assessment__tier_code")
        .annotate(Count("id"))
    )
    return Counter({(state, tier or ""): count for state, tier, count in rows})
