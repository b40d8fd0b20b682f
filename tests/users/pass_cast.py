"""Who and what the tests of the storage pass are about: a pass for three, Mina and Aram of operations, and members."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from compensation.policy.quota import Offer
from compensation.programmes.models import BenefitItem, Incident, Programme
from users.models import Member, PassApplication, StoragePass, User
from users.services import storage_pass as passes
from users.services.members import make_members

SEOUL = ZoneInfo("Asia/Seoul")
OPENS_AT = datetime(2023, 1, 5, 10, tzinfo=SEOUL)
NOON = datetime(2023, 1, 5, 12, tzinfo=SEOUL)


def storage_pass(*, quota: int = 3, opens_at: datetime = OPENS_AT) -> StoragePass:
    incident, _ = Incident.objects.get_or_create(
        code="outage", defaults={"began_at": OPENS_AT - timedelta(days=80), "ended_at": OPENS_AT - timedelta(days=75)}
    )
    programme, _ = Programme.objects.get_or_create(code="1015", defaults={"incident": incident})
    item, _ = BenefitItem.objects.get_or_create(
        programme=programme,
        code="storage-pass",
        defaults={
            "kind": "pass",
            "value_won": 990,
            "validity": {"kind": "month_from_activation"},
            "offer": Offer(quota, opens_at).as_json(),
        },
    )
    passes.keep_in_step(programme=programme)
    return StoragePass.objects.select_related("item", "programme").get(item=item)


def active_members(count: int) -> list[int]:
    """The ids of so many active members, lowest first."""
    make_members(count=count + count // 50 + 10)
    return list(Member.objects.filter(status=1).order_by("pk").values_list("pk", flat=True)[:count])


def apply(one: StoragePass, *members: int, at: datetime = NOON) -> list[passes.Outcome]:
    """Applications that come in this order and are put in line together; what became of each."""
    found = passes.put_in_line(
        storage_pass_id=one.pk, applicants=[passes.Applicant(member_id=member, at=at) for member in members]
    )
    return [found[member] for member in members]


def line(one: StoragePass) -> list[int]:
    """The members in line, first come first."""
    return list(PassApplication.objects.filter(storage_pass=one).order_by("place").values_list("member_id", flat=True))


def mina() -> User:
    return User.objects.get_or_create(username="mina")[0]


def aram() -> User:
    return User.objects.get_or_create(username="aram")[0]
