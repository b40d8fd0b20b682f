"""How a member stands with the passes that one applies for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from compensation.policy.quota import Standing
from compensation.policy.seoul import day_in_seoul
from compensation.policy.transitions import PROGRAMME
from users.models import Member, PassActivation, PassApplication, StoragePass


@dataclass(frozen=True, slots=True)
class MemberPass:
    """A pass with one member: `standing` is None for who has not applied, `activation` for who has not started it."""

    storage_pass: StoragePass
    standing: Standing | None
    activation: PassActivation | None

    def is_open(self, at: datetime) -> bool:
        """Whether one can apply."""
        return at >= self.storage_pass.opens_at

    def is_over(self, at: datetime) -> bool:
        """Whether its month has passed."""
        return self.activation is not None and at >= self.activation.ends_at

    @property
    def last_day(self) -> date | None:
        """The last day of its month, in Seoul, once it was started."""
        return day_in_seoul(self.activation.ends_at - timedelta(microseconds=1)) if self.activation else None

    def days_left(self, at: datetime) -> int | None:
        """How many days it lasts after the one of `at`: 0 on the last day; None before it was started."""
        return (self.last_day - day_in_seoul(at)).days if self.last_day else None


def passes_of(*, member: Member) -> list[MemberPass]:
    """The passes of all announced programmes, newest outage first. Three queries."""
    announced = StoragePass.objects.exclude(programme__status=PROGRAMME.initial)
    passes = list(announced.select_related("item", "programme").order_by("-programme__incident__began_at", "pk"))
    ids = [storage_pass.pk for storage_pass in passes]  # named one by one: the keys begin with the pass
    applications = PassApplication.objects.filter(storage_pass__in=ids, member=member)
    places = dict(applications.values_list("storage_pass_id", "place"))
    started = PassActivation.objects.filter(storage_pass__in=ids, member=member)
    activations = {activation.storage_pass_id: activation for activation in started}
    return [
        MemberPass(storage_pass, _standing(storage_pass, places), activations.get(storage_pass.pk))
        for storage_pass in passes
    ]


def _standing(storage_pass: StoragePass, places: dict[int, int]) -> Standing | None:
    place = places.get(storage_pass.pk)
    return Standing(place=place, quota=storage_pass.quota) if place is not None else None
