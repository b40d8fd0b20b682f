"""A merchant who fills in the form, and the answers of a claim of 120,000 won assessed: the first tier."""

from datetime import datetime
from typing import Any

from claims.models import Claim, ClaimDraft
from claims.services.drafts import context_of, save_step, start_draft
from claims.services.drafts.consents import asked_consents, declaration_of
from claims.services.submission import submit_draft
from compensation.policy.document import Policy
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.values.contacts import parse_contact
from tests.cast import NOW, ready_made
from users.models import User
from users.services.sign_up import add_contact, arrive_by_contact

PHONE, BUSINESS_NUMBER, OTHER_NUMBER = "010-1234-5678", "123-45-67891", "220-81-62517"
DEVICE = "phone"


def merchant_user(phone: str = PHONE) -> User:
    """A person who came by this phone, and has proven it."""
    return arrive_by_contact(contact=parse_contact(phone), at=NOW).user


def another_phone(user: User, phone: str) -> None:
    """The person proves one more phone."""
    add_contact(user=user, contact=parse_contact(phone), at=NOW)


def policy_of(programme: Programme) -> Policy:
    return current_policy(programme=programme).policy


def all_consents(policy: Policy, *, by_telephone: bool = False) -> dict[str, str]:
    return {each.code: each.digest("ko", by_telephone=by_telephone) for each in asked_consents(policy)}


def declared(policy: Policy, *, by_telephone: bool = False) -> str:
    """The tick below everything."""
    consent = declaration_of(policy)
    assert consent
    return consent.digest("ko", by_telephone=by_telephone)


def good_answers(policy: Policy, *, by_telephone: bool = False) -> dict[str, dict[str, Any]]:
    """What a merchant with a tea house types: one loss of 1,000,000 won by the messenger, margin 12 %."""
    return {
        "business": {
            "business_number": BUSINESS_NUMBER,
            "trade_name": "다정찻집",
            "representative_name": "이다정",
            "phone": PHONE,
            "email": "",
        },
        "periods": {"lines": [{"key": "1", "service": "messenger", "began": "2022-10-15", "ended": "2022-10-16"}]},
        "losses": {"lines": {"1": {"lost_sales": "1,000,000원"}}},
        "margin": {"basis": "own", "margin": "12", "industry": "5622"},
        "alternative": {"lines": {"1": {"alternative": "no"}}},
        "account": {"bank": "004", "number": "123456-78-901234", "holder": "이다정"},
        "consents": all_consents(policy, by_telephone=by_telephone),
    }


def save(draft: ClaimDraft, step: str, typed: Any, *, seen_version: int | None = None, device: str = DEVICE) -> Any:
    """Saves a step as its owner does, who has seen the last version of it unless told otherwise."""
    draft.refresh_from_db()
    version = context_of(draft, user=draft.owner).answers.version(step) if seen_version is None else seen_version
    return save_step(
        draft=draft, step=step, typed=typed, seen_version=version, device=device, actor=draft.owner, at=NOW
    )


def filled_draft(user: User, programme: Programme, *, by_agent: bool = False, **changes: Any) -> ClaimDraft:
    """A draft that can be sent; `changes` are other answers by step."""
    draft = start_draft(
        programme=programme, owner=user, at=NOW, by_agent=by_agent, reason="대표자 본인 통화" if by_agent else ""
    )
    for step, typed in (good_answers(policy_of(programme), by_telephone=by_agent) | changes).items():
        save(draft, step, typed)
    draft.refresh_from_db()
    return draft


@ready_made
def first_draft(programme: Programme) -> ClaimDraft:
    """The one person of the programme has a draft that can be sent."""
    return filled_draft(merchant_user(), programme)


def send(draft: ClaimDraft, *, at: datetime = NOW, tick: str | None = None) -> Claim:
    """Sends a draft as its owner does."""
    policy = policy_of(draft.programme)
    return submit_draft(
        draft=draft,
        declared=declared(policy, by_telephone=draft.by_agent) if tick is None else tick,
        actor=draft.owner,
        request_received_at=at,
        at=at,
    )


def spread_over_two_days(programme: Programme) -> None:
    """On the day of the tests even numbers file, the odd one of the cast on the next day."""
    version = programme.policy_versions.get()
    version.document["filing_days"] = [
        {"day": "2023-01-31", "digits": [0, 2, 4, 6, 8]},
        {"day": "2023-02-01", "digits": [1, 3, 5, 7, 9]},
    ]
    version.digest = "spread"  # by which a process knows the policies that it has read
    version.save()
