"""The shared cast: the programme 1015, the people who work on it, and claims in any number."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection

from claims.models import Claim, Council, CouncilSession, Proposal, Review
from claims.services.assessment import assess_next_batch
from claims.services.council.seats import appoint
from claims.services.council.sessions import call_session
from compensation.programmes.models import Programme, Role
from compensation.programmes.selectors import current_policy, programme_by_code
from compensation.programmes.services.loading import load_programme
from tests.database import ReadyMade, look_over_tables
from tests.services import is_own
from users.models import User
from users.services.people import give_role, system_user

SEOUL = ZoneInfo("Asia/Seoul")
FILE_1015 = Path(__file__).parent.parent / "programmes" / "1015.toml"
NOW = datetime(2023, 1, 31, 10, 0, tzinfo=SEOUL)  # inside the additional intake window
MANY_CLAIMS = 1_000
PASSWORD = "correct horse battery"  # of every person of the cast

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


def _load_1015() -> None:
    load_programme(path=FILE_1015, actor=system_user(), at=NOW)


@pytest.fixture(scope="session")
def put_in_1015(django_db_setup: None, django_db_blocker: Any) -> Callable[[], None]:
    """Loads the shipped programme 1015 into an empty database; from the second time on by putting in its rows."""
    if not is_own("DATABASE_URL"):
        return _load_1015
    with django_db_blocker.unblock():
        return ReadyMade(_load_1015).put_in


@pytest.fixture
def programme(put_in_1015: Callable[[], None], db: None) -> Programme:
    """The shipped programme 1015."""
    if User.objects.exists():
        _load_1015()
    else:
        put_in_1015()
    return programme_by_code(code="1015")


def ready_made(make: Callable[..., Any]) -> Callable[..., Any]:
    """`make(programme)`, of which the first of the process does the work, and the others put in its rows.

    For what many tests begin with. The work is done as ever at a time of its own, by another policy, and where there
    are claims already or one of its people.
    """
    done: dict[object, ReadyMade] = {}

    @wraps(make)
    def put_in(programme: Programme, **how: Any) -> Any:
        work = partial(make, programme, **how)
        if "at" in how or Claim.objects.exists() or not is_own("DATABASE_URL"):
            return work()
        key = current_policy(programme=programme).digest, *sorted(how.items())
        if key not in done:
            done[key] = ReadyMade(work)
        try:
            return done[key].put_in()
        except IntegrityError:
            return work()

    return put_in


def person(username: str, programme: Programme, *roles: Role) -> User:
    """A person who may sign in with the password 'correct horse battery' and works on the programme as `roles`."""
    user = User.objects.create_user(username=username, password=PASSWORD, name=username.title())
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
    if count >= MANY_CLAIMS:
        look_over_tables()


def one_claim(*, programme: Programme, lost_sales_won: int, margin_bp: int = 10_000) -> Claim:
    """One received claim whose assessed loss is `lost_sales_won`, unless the margin says otherwise."""
    make_claims(programme=programme, count=1, first=Claim.objects.count() + 1)
    claim = Claim.objects.latest("id")
    claim.losses.update(lost_sales_won=lost_sales_won, has_alternative=False)
    Claim.objects.filter(pk=claim.pk).update(lost_sales_won=lost_sales_won, reported_margin_bp=margin_bp)
    claim.refresh_from_db()
    return claim


# One member of each party, two of the merchant associations.
SEATED = ("consumer_groups", "merchant_associations", "merchant_associations", "academia", "company")
SENT_IN = timedelta(days=7)  # how long a session of the tests takes votes


@dataclass(frozen=True)
class CouncilCast:
    """The council with its members in the order of SEATED, and the substitute of the first."""

    council: Council
    members: tuple[User, ...]
    substitute: User


def seat(programme: Programme, user: User, party: str, number: int = 1, *, is_substitute: bool = False) -> None:
    """Gives a person the seat until further notice."""
    appoint(
        programme=programme,
        party=party,
        number=number,
        user=user,
        is_substitute=is_substitute,
        term_from=date(2023, 1, 1),
        term_until=None,
        actor=system_user(),
        at=NOW,
    )


@ready_made
def a_council(programme: Programme) -> CouncilCast:
    """Five members of four parties, and a substitute for the first of them."""
    members = [person(f"member{number}", programme) for number in range(1, 1 + len(SEATED))]
    for place, (party, member) in enumerate(zip(SEATED, members, strict=True)):
        seat(programme, member, party, 1 + SEATED[:place].count(party))
    substitute = person("substitute", programme)
    seat(programme, substitute, SEATED[0], is_substitute=True)
    return CouncilCast(Council.objects.get(programme=programme), tuple(members), substitute)


def refer(
    review: Review, *, verdict: str = "grant", amount_won: int = 2_000_000, officer: User | None = None
) -> Review:
    """The case as an officer refers it, with a proposal."""
    officer = officer or User.objects.filter(username="preparer").first()
    officer = officer or person("preparer", review.programme, Role.OFFICER)
    Review.objects.filter(pk=review.pk).update(state="referred", officer=officer, taken_at=NOW)
    reasons = ["loss_proven"] if verdict == "grant" else ["loss_not_proven"]
    amount_won = amount_won if verdict == "grant" else 0
    Proposal.objects.create(
        review=review, verdict=verdict, amount_won=amount_won, reasons=reasons, made_by=officer, made_at=NOW
    )
    return Review.objects.get(pk=review.pk)


@ready_made
def referred_review(
    programme: Programme, *, assessed_won: int = 9_000_000, verdict: str = "grant", amount_won: int = 2_000_000
) -> Review:
    """A claim over the last bound that is ready for an agenda."""
    claim = one_claim(programme=programme, lost_sales_won=assessed_won)
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    return refer(Review.objects.get(claim=claim), verdict=verdict, amount_won=amount_won)


def a_session(programme: Programme, *reviews: Review, at: datetime = NOW) -> CouncilSession:
    """A vote in writing on these cases that is open at once."""
    cases: Sequence[Review] = reviews or [referred_review(programme)]
    caller = User.objects.filter(username="secretary").first() or person("secretary", programme, Role.OFFICER)
    return call_session(
        programme=programme, kind="written", opens_at=at, due_at=at + SENT_IN, reviews=cases, actor=caller, at=at
    )
