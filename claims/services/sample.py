"""What a first day needs to be tried by a person: accounts for every role, and an intake window that is open today.

Passwords are made on the first run and kept under var/: nothing here is known to anyone who does not hold the machine.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from claims.models import Claim
from compensation.programmes.models import IntakeWindow, Programme, Role
from compensation.programmes.services.intake_windows import open_window
from merchants.models import Representative
from users.models import User
from users.services.people import give_role, system_user

SAMPLE_SEED = 1015
WINDOW_DAYS = 14

# The first of each role is printed. Four for operations: who makes a batch of payouts does not approve it, and a large
# sum takes three who do. Two officers: nobody looks again at the own work. Six for the council: five seats of its four
# parties, and a substitute.
PEOPLE = (
    ("ops", "운영 이서준", Role.OPS),
    ("ops2", "운영 박하은", Role.OPS),
    ("ops3", "운영 문지호", Role.OPS),
    ("ops4", "운영 배수현", Role.OPS),
    ("officer", "심사 김도윤", Role.OFFICER),
    ("officer2", "심사 윤서아", Role.OFFICER),
    ("council", "위원 최지우", Role.COUNCIL),
    ("council2", "위원 조하준", Role.COUNCIL),
    ("council3", "위원 임수아", Role.COUNCIL),
    ("council4", "위원 오시우", Role.COUNCIL),
    ("council5", "위원 서지안", Role.COUNCIL),
    ("council6", "위원 신유준", Role.COUNCIL),
    ("agent", "상담 정유진", Role.AGENT),
    ("auditor", "감사 한민재", Role.AUDITOR),
    ("merchant", "소상공인 강은우", Role.MERCHANT),
)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in as the first of the sample people of a role; `others` sign in the same way."""

    role: Role
    username: str
    password: str
    others: tuple[str, ...]


def password_file() -> Path:
    return Path(settings.VAR_DIR) / "secrets" / "sample-password"


def sample_password() -> str:
    """The password of all sample people, made on first use, readable by the owner of the machine only."""
    file = password_file()
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text("-".join(secrets.token_hex(2) for _ in range(4)))
    return file.read_text()


@transaction.atomic
def prepare_people(*, programme: Programme) -> None:
    """The accounts of PEOPLE. What is there stays as it is."""
    actor = system_user()
    hashed = make_password(sample_password())
    for username, name, role in PEOPLE:
        user, _ = User.objects.get_or_create(username=username, defaults={"name": name, "password": hashed})
        give_role(user=user, programme=programme, role=role, actor=actor)


def prepare_window(*, programme: Programme, at: datetime) -> None:
    """An intake window for two weeks from now, where none is open, so that a person can try the programme today."""
    if IntakeWindow.objects.filter(programme=programme, opens_at__lte=at, closes_at__gt=at).exists():
        return
    open_window(
        programme=programme,
        code=f"trial-{at:%Y%m%d}",
        names=("체험 접수", "Trial intake"),
        opens_at=at,
        closes_at=at + timedelta(days=WINDOW_DAYS),
        channels=["association", "web", "agent"],
        actor=system_user(),
    )


def prepare_representative(*, programme: Programme, at: datetime) -> None:
    """Lets the sample merchant's account act for the merchant of the first claim, so that its page shows something."""
    user = User.objects.get(username="merchant")
    first = Claim.objects.filter(programme=programme, assessment__isnull=False).order_by("id").first()
    if first and not user.represents.exists():
        Representative.objects.create(merchant_id=first.merchant_id, user=user, since=at)


def sign_ins() -> list[SignIn]:
    """One sign-in per role."""
    password = sample_password()
    names: dict[Role, list[str]] = {}
    for username, _, role in PEOPLE:
        names.setdefault(role, []).append(username)
    return [SignIn(role, first, password, tuple(others)) for role, (first, *others) in names.items()]
