"""The shared cast: the programme 1015, the people who work on it, and claims in any number."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from claims.models import Claim
from compensation.programmes.models import Programme, Role
from compensation.programmes.selectors import programme_by_code
from compensation.programmes.services.loading import load_programme
from users.models import User
from users.services.people import give_role, system_user

SEOUL = ZoneInfo("Asia/Seoul")
FILE_1015 = Path(__file__).parent.parent / "programmes" / "1015.toml"
NOW = datetime(2023, 1, 31, 10, 0, tzinfo=SEOUL)  # inside the additional intake window

# A spread of losses that crosses every bound.
MAKE_CLAIMS = """
WITH made AS (
    INSERT INTO merchants_merchant (business_number, trade_name, representative_name, phone, phone_index, email,
        industry_code, region, on_channel, certificate_state, created_at)
    SELECT lpad((%(first)s + i)::text, 10, '0'), '가게 ' || i, '김소상', '', md5(i::text), '', '', '', true, 'none',
        %(at)s
    FROM generate_series(1, %(count)s) AS i RETURNING id
), claims AS (
    INSERT INTO claims_claim (reference, programme_id, merchant_id, window_id, channel, external_reference,
        content_digest, state, received_at, services, lost_sales_won, reported_margin_bp, industry_code, facts_version)
    SELECT 'T' || lpad(id::text, 9, '0'), %(programme)s, id, %(window)s, 'association', 'T-' || id, '', 'received',
        %(at)s, '{messenger}', (id * 7919) %% 2000000, 1250 + (id %% 50), '', 1 FROM made
    RETURNING id, lost_sales_won
)
INSERT INTO claims_claimloss (claim_id, service, began_at, ended_at, lost_sales_won, has_alternative)
SELECT id, 'messenger', %(began)s, %(ended)s, lost_sales_won, id %% 2 = 0 FROM claims
"""


@pytest.fixture
def programme(db: None) -> Programme:
    """The shipped programme 1015."""
    load_programme(path=FILE_1015, actor=system_user(), at=NOW)
    return programme_by_code(code="1015")


def person(username: str, programme: Programme, *roles: Role) -> User:
    """A person who may sign in with the password 'correct horse battery' and works on the programme as `roles`."""
    user = User.objects.create_user(username=username, password="correct horse battery", name=username.title())
    for role in roles:
        give_role(user=user, programme=programme, role=role, actor=system_user())
    return user


@pytest.fixture
def ops(programme: Programme) -> User:
    """Starts runs and grant jobs."""
    return person("ops", programme, Role.OPS)


@pytest.fixture
def second_ops(programme: Programme) -> User:
    """Approves what `ops` started."""
    return person("ops2", programme, Role.OPS)


@pytest.fixture
def officer(programme: Programme) -> User:
    """Prepares claims."""
    return person("officer", programme, Role.OFFICER)


def make_claims(*, programme: Programme, count: int, first: int = 0) -> None:
    """`count` received claims of as many merchants, made by one statement. `first` keeps two calls apart."""
    incident, window = programme.incident, programme.intake_windows.get(code="additional")
    with connection.cursor() as cursor:
        cursor.execute(
            MAKE_CLAIMS,
            {
                "first": first,
                "count": count,
                "programme": programme.pk,
                "window": window.pk,
                "at": NOW,
                "began": incident.began_at,
                "ended": incident.ended_at,
            },
        )


def one_claim(*, programme: Programme, lost_sales_won: int, margin_bp: int = 10_000) -> Claim:
    """One received claim whose assessed loss is `lost_sales_won`, unless the margin says otherwise."""
    make_claims(programme=programme, count=1, first=Claim.objects.count() + 1)
    claim = Claim.objects.latest("id")
    claim.losses.update(lost_sales_won=lost_sales_won, has_alternative=False)
    Claim.objects.filter(pk=claim.pk).update(lost_sales_won=lost_sales_won, reported_margin_bp=margin_bp)
    claim.refresh_from_db()
    return claim
