"""What a loss is multiplied by: the operating margin of the business, and how much of a loss counts (announced)."""

from typing import Any, NamedTuple

from compensation.policy.document import Policy
from compensation.policy.working import ATTRIBUTION, LOST_SALES, MARGIN, Step

WHOLE_BP = 10_000


class Loss(NamedTuple):
    """Sales lost by one service, in won; several periods of one service are several losses."""

    service: str
    lost_sales_won: int
    has_alternative: bool


class ServiceUnknown(LookupError):
    """The policy has no such service."""


def margin_step(*, reported_margin_bp: int | None, industry_code: str, policy: Policy) -> Step:
    """The margin in basis points: the reported one if above 0, else the industry's, else the general one (ours)."""
    if reported_margin_bp is not None and reported_margin_bp > 0:
        return Step(MARGIN, {"source": "reported"}, reported_margin_bp)
    industry = policy.industries.get(industry_code)
    if industry is None:
        inputs = {"source": "general", "reported_bp": reported_margin_bp, "industry_code": industry_code}
        return Step(MARGIN, inputs, policy.general_margin_bp)
    inputs = {
        "source": "industry",
        "reported_bp": reported_margin_bp,
        "name_ko": industry.name_ko,
        "name_en": industry.name_en,
    }
    return Step(MARGIN, inputs, industry.margin_bp)


def attribution_step(*, service_code: str, has_alternative: bool, policy: Policy) -> Step:
    """The part of a loss that counts, in basis points.

    Where an alternative service existed it is the platform's share of the service, else the whole loss (ours). What the
    policy fixes about alternatives goes before the report. Raises ServiceUnknown.
    """
    service = policy.services.get(service_code)
    if service is None:
        raise ServiceUnknown(service_code)
    inputs: dict[str, Any] = {"source": "reported", "alternative": has_alternative}
    if service.alternative is not None:
        inputs = {"source": "policy", "alternative": service.alternative, "reported": has_alternative}
    inputs["name_ko"] = service.name_ko
    inputs["name_en"] = service.name_en
    return Step(ATTRIBUTION, inputs, service.platform_share_bp if inputs["alternative"] else WHOLE_BP)


def numbered_steps(*, number: int, loss: Loss, policy: Policy) -> tuple[Step, Step]:
    """The steps of one loss among several, which they name by its number and its service. Raises ServiceUnknown."""
    attribution = attribution_step(service_code=loss.service, has_alternative=loss.has_alternative, policy=policy)
    inputs = attribution.inputs
    inputs["number"] = number
    named = {"number": number, "name_ko": inputs["name_ko"], "name_en": inputs["name_en"]}
    return Step(LOST_SALES, named, loss.lost_sales_won), attribution
