"""The site that `benchmarks.load` loads: assessed claims, and people who are signed in, made by bulk statements.

Their sessions are rows that Django would have written at sign-in: a code by phone for each of them would measure the
sign-in, and its throttle.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from benchmarks.scratch import project_file
from claims.models import Claim, ClaimDraft
from claims.services.assessment import assess_next_batch
from claims.services.association_samples.businesses import Business, business
from claims.services.drafts import Answers, device_digest
from claims.services.sample import prepare_window
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy, programme_by_code
from compensation.programmes.services.loading import load_programme
from compensation.runtime.middleware import LAST_SEEN
from compensation.values.contacts import parse_contact
from merchants.models import Representative
from tests.cast import NOW, make_claims
from tests.claims.form_cast import declared, good_answers
from users.models import Contact, User
from users.services.people import system_user
from users.services.sign_in_codes import contact_index

PEOPLE_PER_STATEMENT = 500


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: the account, and the key of the session that a browser would send."""

    user: User
    session_key: str


def fill_site(*, claims: int) -> Programme:
    """The programme 1015 with an open window and `claims` assessed claims."""
    load_programme(path=project_file("programmes", "1015.toml"), actor=system_user(), at=NOW)
    programme = programme_by_code(code="1015")
    prepare_window(programme=programme, at=timezone.now())
    make_claims(programme=programme, count=claims)
    while assess_next_batch(programme=programme, actor=system_user(), at=timezone.now()):
        pass
    return programme


def make_people(*, programme: Programme, followers: int, savers: int, senders: int) -> dict[str, Any]:
    """What `benchmarks.load_people` needs to act as them (JSON)."""
    people = {
        "followers": _in_parts(followers, _followers),
        "savers": _in_parts(savers, lambda first, count: _writers(programme, first, count)),
        "senders": _in_parts(senders, lambda first, count: _writers(programme, savers + first, count)),
        "declared": declared(current_policy(programme=programme).policy),
    }
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    return people


def _in_parts(count: int, make: Callable[[int, int], list[dict[str, str]]]) -> list[dict[str, str]]:
    """`make(first, how many)` until there are `count`."""
    made: list[dict[str, str]] = []
    while len(made) < count:
        made += make(len(made), min(PEOPLE_PER_STATEMENT, count - len(made)))
    return made


def _followers(first: int, count: int) -> list[dict[str, str]]:
    """Merchants with a claim each, spread over all of them: every outcome occurs."""
    step = max(Claim.objects.count() // 4000, 1)
    claims = list(Claim.objects.order_by("id")[first * step : (first + count) * step : step])
    people = _signed_in([f"follower-{first + place}" for place in range(len(claims))])
    Representative.objects.bulk_create(
        Representative(merchant_id=claim.merchant_id, user=person.user, since=NOW)
        for claim, person in zip(claims, people, strict=True)
    )
    return [
        {"session": person.session_key, "claim": claim.reference} for claim, person in zip(claims, people, strict=True)
    ]


def _writers(programme: Programme, first: int, count: int) -> list[dict[str, str]]:
    """People with a business of their own that is not on record, and a draft in which everything is written."""
    draw = random.Random(first)
    businesses = [business(index=first + place, industry_code="5622", random=draw) for place in range(count)]
    people = _signed_in([f"writer-{first + place}" for place in range(count)])
    contacts = [parse_contact(each.phone) for each in businesses]
    Contact.objects.bulk_create(
        Contact(
            user=person.user,
            kind=contact.kind,
            value=contact.value,
            value_index=contact_index(contact),
            verified_at=NOW,
        )
        for person, contact in zip(people, contacts, strict=True)
    )
    at = timezone.now()
    answers = good_answers(current_policy(programme=programme).policy)
    drafts = ClaimDraft.objects.bulk_create(
        ClaimDraft(
            programme=programme,
            owner=person.user,
            answers=_answers_text(answers, each, person),
            created_at=at,
            updated_at=at,
        )
        for person, each in zip(people, businesses, strict=True)
    )
    return [
        {"session": person.session_key, "draft": draft.reference} for person, draft in zip(people, drafts, strict=True)
    ]


def _answers_text(answers: dict[str, dict[str, Any]], details: Business, person: Person) -> str:
    """The draft as it stands after each step was saved once by the person's own device."""
    named = {
        "business_number": details.number,
        "trade_name": details.trade_name,
        "representative_name": details.representative_name,
        "phone": details.phone,
        "email": details.email,
    }
    written = Answers()
    for step, typed in (answers | {"business": named, "evidence": {}}).items():
        written.put(step, typed, device=device_digest(person.session_key))
    return written.as_text()


def _signed_in(usernames: Sequence[str]) -> list[Person]:
    """Accounts with a session each."""
    accounts = [User(username=username, name=username) for username in usernames]
    for account in accounts:
        account.set_unusable_password()
    now, store = timezone.now(), SessionStore()
    people, rows = [], []
    for user in User.objects.bulk_create(accounts):
        key = store._get_new_session_key()  # type: ignore[attr-defined]
        content = {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[-1],
            HASH_SESSION_KEY: user.get_session_auth_hash(),
            LAST_SEEN: int(now.timestamp()),
        }
        rows.append(
            Session(
                session_key=key,
                session_data=store.encode(content),
                expire_date=now + timedelta(seconds=settings.SESSION_COOKIE_AGE),
            )
        )
        people.append(Person(user, key))
    Session.objects.bulk_create(rows)
    return people
