"""Losses as they might have been: spread around the median from which the announcement chose its bounds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from random import Random

from compensation import limits
from compensation.policy import factors
from compensation.policy.assessment import ClaimFacts, assess_claim
from compensation.policy.document import Policy
from compensation.policy.seoul import SEOUL
from compensation.programmes.models import IntakeWindow, Programme
from compensation.programmes.selectors import current_policy, services_of

MEDIAN_ASSESSED_WON = 300_000  # announced: the bounds were chosen from the median of the reported losses
SPREAD = 0.4  # of the logarithm: one claim in ten is over 500,000 won
NOTHING_LOST = 0.005  # share of claims without a loss
# Reported elsewhere: reports came in from 19 October to 6 November, from the last day of the outage on.
REPORTING_DAYS = 18
USED_BY_BUSINESSES = {"messenger": 8, "channel": 6, "taxi": 4, "shop": 3, "pay": 2, "map": 2, "login": 2}


@dataclass(frozen=True, slots=True)
class Loss:
    """What a merchant lost by one service. `margin_bp` None: not reported."""

    service: str
    industry_code: str
    began_at: datetime
    ended_at: datetime
    lost_sales_won: int
    margin_bp: int | None
    has_alternative: bool
    received_at: datetime


class Losses:
    """Draws losses for a programme: the wanted assessed loss first, then the facts that lead to it by the policy."""

    def __init__(self, *, programme: Programme, window: IntakeWindow) -> None:
        self._policy: Policy = current_policy(programme).policy
        self._incident = programme.incident
        self._window = window
        self._services = services_of(programme)
        self._weights = [USED_BY_BUSINESSES.get(service.code, 1) for service in self._services]
        self._industries = [*self._policy.industries, ""]

    def draw(self, random: Random) -> Loss:
        [service] = random.choices(self._services, self._weights)
        industry_code = random.choice(self._industries)
        margin_bp = self._margin_bp(random)
        has_alternative = random.random() < 0.4
        began_at = _to_minutes(self._incident.began_at + timedelta(hours=random.uniform(0, 8)))
        restored_at = max(service.restored_at.astimezone(SEOUL), began_at + timedelta(hours=2))
        of_the_most = factors.Loss(service.code, limits.LOST_SALES_WON_MAX, has_alternative)
        facts = ClaimFacts(losses=(of_the_most,), reported_margin_bp=margin_bp, industry_code=industry_code)
        return Loss(
            service=service.name_ko,
            industry_code=industry_code,
            began_at=began_at,
            ended_at=_to_minutes(began_at + (restored_at - began_at) * random.uniform(0.5, 1)),
            lost_sales_won=self._lost_sales_won(facts, random),
            margin_bp=margin_bp,
            has_alternative=has_alternative,
            received_at=self._received_at(random),
        )

    def _margin_bp(self, random: Random) -> int | None:
        kind = random.random()
        if kind < 0.35:
            return None
        return random.choice((0, -250, -800)) if kind < 0.38 else random.randint(16, 70) * 50

    def _lost_sales_won(self, facts: ClaimFacts, random: Random) -> int:
        if random.random() < NOTHING_LOST:
            return 0
        assessed_won = exp(random.gauss(log(MEDIAN_ASSESSED_WON), SPREAD))
        # 0 where the policy counts nothing, such as a platform without a share: then any loss leads there.
        assessed_of_the_most = assess_claim(facts=facts, policy=self._policy).assessed_won or limits.LOST_SALES_WON_MAX
        lost_won = assessed_won * limits.LOST_SALES_WON_MAX / assessed_of_the_most
        return min(max(round(lost_won / 1_000) * 1_000, 1_000), limits.LOST_SALES_WON_MAX)

    def _received_at(self, random: Random) -> datetime:
        first = max(self._window.opens_at, self._incident.ended_at - timedelta(days=1))
        last = min(self._window.closes_at - timedelta(minutes=1), first + timedelta(days=REPORTING_DAYS))
        return _to_minutes(first + (last - first) * random.random())


def _to_minutes(moment: datetime) -> datetime:
    return moment.astimezone(SEOUL).replace(second=0, microsecond=0)
