"""What a programme takes in: which services, industries, days and windows. Loaded once, asked for every claim."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from compensation.policy.document import Policy
from compensation.policy.seoul import SEOUL, day_in_seoul, end_of_day
from compensation.programmes.models import IncidentService, IntakeWindow, Programme
from compensation.programmes.selectors import current_policy, services_of
from compensation.values.refused import ValueRefused
from compensation.values.text import plain_text


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """The checks of one programme and channel. Each raises ValueRefused with a sentence for the person who filed."""

    services: Mapping[str, str]  # code by code and by name
    service_names: str
    industries: frozenset[str]
    windows: tuple[IntakeWindow, ...]
    reach_from: datetime  # 0:00 in Seoul of the day on which the incident began (ours)
    reach_until: datetime  # 24:00 in Seoul of the day on which it ended (ours)

    def service(self, value: object) -> str:
        """The code of a service that the incident affected, from its code or its name in either language."""
        code = self.services.get(_key(plain_text(value)))
        if code is None:
            raise ValueRefused(
                "unknown_service",
                f"이번 장애의 대상 서비스가 아닙니다. {self.service_names} 중 하나를 적어 주세요.",
                f"The incident did not affect this service. Please write one of {self.service_names}.",
            )
        return code

    def industry(self, value: object) -> str:
        """A code of the policy's industry table."""
        code = plain_text(value)
        if code not in self.industries:
            raise ValueRefused(
                "unknown_industry",
                "업종 기준표에 없는 업종코드입니다. 기준표의 코드를 적거나 비워 주세요.",
                "The industry code is not in the reference table. Please write one of its codes or leave it blank.",
            )
        return code

    def check_period(self, *, began_at: datetime, ended_at: datetime) -> None:
        """A loss ends after it began, and lies within the incident's reach."""
        if ended_at <= began_at:
            raise ValueRefused(
                "ends_before_it_began",
                "피해 종료일시는 피해 시작일시보다 늦어야 합니다.",
                "The loss must end after it began.",
            )
        if began_at < self.reach_from or ended_at > self.reach_until:
            first, last = day_in_seoul(self.reach_from), day_in_seoul(self.reach_until - timedelta(microseconds=1))
            raise ValueRefused(
                "outside_incident",
                f"피해 기간은 장애가 있었던 {first}부터 {last}까지의 날짜여야 합니다.",
                f"The loss must lie within the days of the incident, {first} to {last}.",
            )

    def window_at(self, moment: datetime) -> IntakeWindow:
        """The window that a claim received at `moment` belongs to: `[opens_at, closes_at)`, no grace."""
        for window in self.windows:
            if window.opens_at <= moment < window.closes_at:
                return window
        minute = f"{moment.astimezone(SEOUL):%Y-%m-%d %H:%M}"
        raise ValueRefused(
            "outside_every_window",
            f"접수일시({minute})가 어느 접수 기간에도 들지 않습니다.",
            f"The claim was received at {minute}, outside every intake window.",
        )


def load_intake_rules(
    *,
    programme: Programme,
    channel: str,
    policy: Policy | None = None,
    services: Sequence[IncidentService] | None = None,
) -> IntakeRules:
    """The rules as they stand now; `policy` and `services` where the caller has read the current ones already.

    Raises PolicyVersion.DoesNotExist for a programme without a policy.
    """
    policy = policy or current_policy(programme).policy
    services = services_of(programme) if services is None else services
    incident = programme.incident
    return IntakeRules(
        services=_by_every_name(services),
        service_names=", ".join(service.name_ko for service in services),
        industries=frozenset(policy.industries),
        windows=tuple(programme.intake_windows.filter(channels__contains=[channel]).order_by("opens_at")),
        reach_from=datetime.combine(day_in_seoul(incident.began_at), time.min, SEOUL),
        reach_until=end_of_day(day_in_seoul(incident.ended_at)),
    )


def _by_every_name(services: Sequence[IncidentService]) -> dict[str, str]:
    return {
        _key(name): service.code for service in services for name in (service.name_ko, service.name_en, service.code)
    }


def _key(name: str) -> str:
    return "".join(name.split()).casefold()
