"""What everybody may know without signing in: which programmes there are, where the intake stands, one's own claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from claims.models import Claim
from compensation.policy.transitions import LIVE_CLAIM_STATES, ProgrammeState
from compensation.programmes.models import BenefitItem, BenefitPackage, IntakeWindow, Programme
from compensation.runtime.encryption import blind_index
from merchants.models import Merchant
from merchants.services.registration import PHONE_INDEX_CONTEXT

BEFORE, OPEN, CLOSED, NONE = "before", "open", "closed", "none"


@dataclass(frozen=True, slots=True)
class IntakeState:
    """Where the intake of a programme stands at the moment `at`, by the server's clock.

    `stage` is BEFORE (`window` is the next one), OPEN (the present one), CLOSED (the last one) or NONE (there is none).
    """

    stage: str
    window: IntakeWindow | None
    at: datetime

    @property
    def remaining(self) -> timedelta:
        """Until the window opens or closes; nothing where neither will happen."""
        if self.window is None or self.stage == CLOSED:
            return timedelta(0)
        return (self.window.opens_at if self.stage == BEFORE else self.window.closes_at) - self.at


def open_programmes() -> list[Programme]:
    """The programmes that the public is told of on the front page with their windows, the newest outage first."""
    programmes = Programme.objects.filter(status=ProgrammeState.OPEN).select_related("incident")
    return list(programmes.prefetch_related("intake_windows").order_by("-incident__began_at", "code"))


def public_programme(*, code: str) -> Programme:
    """A programme that has been announced: open, or closed since. Raises Programme.DoesNotExist, also for a draft."""
    announced = Programme.objects.exclude(status=ProgrammeState.DRAFT)
    return announced.select_related("incident").get(code=code)


def intake_state(*, programme: Programme, at: datetime, channel: str) -> IntakeState:
    """Where the intake by this channel stands. One query, where the programme does not come with its windows."""
    return intake_among(windows=[row for row in programme.intake_windows.all() if channel in row.channels], at=at)


def intake_among(*, windows: Sequence[IntakeWindow], at: datetime) -> IntakeState:
    """Where the intake stands by these windows (in order): the open one, else the next, else the last."""
    for window in windows:
        if window.opens_at <= at < window.closes_at:
            return IntakeState(OPEN, window, at)
    for window in windows:
        if at < window.opens_at:
            return IntakeState(BEFORE, window, at)
    if windows:
        return IntakeState(CLOSED, max(windows, key=lambda window: window.closes_at), at)
    return IntakeState(NONE, None, at)


def packages_of(*, programme: Programme) -> QuerySet[BenefitPackage]:
    """What the programme grants to members, with the items."""
    return programme.benefit_packages.prefetch_related("items").order_by("grants_from", "id")


def items_outside_packages(*, programme: Programme) -> QuerySet[BenefitItem]:
    """What a member has to apply for."""
    return programme.benefit_items.filter(packages=None)


def claims_on_record(*, business_number: str, phone: str) -> list[Claim]:
    """The live claims of the business, where this E.164 number is the one registered for it; else none.

    A business that is not on record, one with another phone and one without a claim give the same answer, by the same
    two queries.
    """
    merchants = Merchant.objects.filter(
        business_number=business_number, phone_index=blind_index(phone, context=PHONE_INDEX_CONTEXT)
    )
    merchant_id = merchants.values_list("pk", flat=True).first() or 0
    claims = Claim.objects.filter(merchant=merchant_id, state__in=LIVE_CLAIM_STATES)
    return list(claims.select_related("programme", "determination").order_by("-received_at", "-id"))
