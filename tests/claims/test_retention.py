"""What is no longer needed is destroyed: at its time and not before, once, and with a record of how many."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command

from claims.models import ClaimDraft, ClaimOrigin, Evidence
from claims.services.retention import count_expired, destroy_expired
from compensation.audit.models import Destruction
from compensation.messaging.models import Message
from compensation.messaging.selectors import message_by_check_code
from compensation.messaging.services.outbox import NotToBeSentAgain, send_again
from compensation.runtime.models import IdempotencyKey
from tests.cast import NOW, one_claim
from tests.claims.evidence_cast import draft_of, files_in, receive
from tests.claims.form_cast import filled_draft, merchant_user, send
from tests.concurrency.waiting import at_once
from users.models import SignInCode
from users.services.api_tokens import issue_token, revoke_token
from users.services.people import system_user
from users.services.sign_in_codes import send_code

DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


def destroyed(at) -> dict[str, int]:
    run = destroy_expired(actor=system_user(), at=at, batch=2)
    assert run.is_finished
    return run.counts


def made(kind: str, programme) -> None:
    """One thing of this kind, from NOW on."""
    user = merchant_user()
    if kind == "drafts":
        draft_of(user, programme)
    elif kind == "api_tokens":
        _, token = issue_token(user=user, label="가게", at=NOW)
        revoke_token(user=user, reference=token.reference, at=NOW)
    elif kind == "sessions":
        Session.objects.create(session_key="one", session_data="", expire_date=NOW)
    elif kind == "idempotency_keys":
        IdempotencyKey.objects.create(user=user, key="one", status=201, answer="{}", created_at=NOW)
    elif kind == "claim_origins":
        claim = one_claim(programme=programme, lost_sales_won=1)
        ClaimOrigin.objects.create(claim=claim, address_index="one")
    else:
        send_code(contact="010-1234-5678", purpose="sign_in", at=NOW, address="")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("drafts", timedelta(days=13 + 30) - timedelta(hours=10)),  # the window closes on 13 February at 0:00
        ("claim_origins", timedelta(days=180)),
        ("sign_in_codes", timedelta(days=7, minutes=10) + MOMENT),
        ("api_tokens", timedelta(days=30) + MOMENT),
        ("sessions", MOMENT),
        ("idempotency_keys", timedelta(hours=48) + MOMENT),
    ],
)
def test_a_thing_is_destroyed_when_its_time_is_over_and_not_before(programme, kind, kept):
    made(kind, programme)
    assert kind not in destroyed(NOW + kept - MOMENT)
    assert count_expired(at=NOW + kept)[kind] == 1
    assert destroyed(NOW + kept)[kind] == 1
    assert destroyed(NOW + kept) == {}


@pytest.mark.django_db
def test_a_draft_goes_with_its_papers_and_a_claim_keeps_its_own(
    programme, kept, tmp_path, django_capture_on_commit_callbacks
):
    user = merchant_user()
    claim = send(filled_draft(user, programme))
    of_claim, _ = (receive(owner, tmp_path, actor=user) for owner in (claim, draft_of(user, programme)))
    assert len(files_in(kept)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert destroyed(NOW + 90 * DAY) | {"sign_in_codes": 0} == {"drafts": 1, "draft_files": 1, "sign_in_codes": 0}
    assert ClaimDraft.objects.get().claim == claim
    assert Evidence.objects.get() == of_claim
    assert files_in(kept) == {of_claim.storage_key}


@pytest.mark.django_db
def test_what_a_message_said_goes_and_that_we_sent_it_stays(programme, ops):
    claim = send(filled_draft(merchant_user(), programme))
    message = Message.objects.get(subject=f"claim {claim.reference}")
    for state in ("sending", "failed"):
        Message.objects.update(state=state)
    assert destroyed(NOW + 365 * DAY + MOMENT)["message_bodies"] == 1
    message.refresh_from_db()
    assert message.body == ""
    assert "접수" in message.public_body
    with pytest.raises(NotToBeSentAgain):
        send_again(message=message, actor=ops, at=NOW)
    Message.objects.filter(pk=message.pk).update(state="waiting")
    Message.objects.filter(pk=message.pk).update(state="sending")
    assert message_by_check_code(code=message.check_code).body == message.public_body


@pytest.mark.django_db
def test_the_record_of_a_run_says_how_many_and_cannot_be_altered(programme):
    made("sign_in_codes", programme)
    run = destroy_expired(actor=system_user(), at=NOW + 30 * DAY)
    assert Destruction.objects.get().counts == {"sign_in_codes": 1}
    with pytest.raises(Exception, match="Cannot update"):
        Destruction.objects.filter(pk=run.pk).update(counts={})


@pytest.mark.django_db
def test_a_run_that_is_stopped_says_so_and_the_next_one_goes_on(programme):
    for number in range(5):
        Session.objects.create(session_key=str(number), session_data="", expire_date=NOW)
    run = destroy_expired(actor=system_user(), at=NOW + DAY, stop=lambda: True, batch=2)
    assert (run.is_finished, run.counts) == (False, {"sessions": 2})
    assert destroyed(NOW + DAY) == {"sessions": 3}


@pytest.mark.django_db
def test_the_command_counts_without_destroying(programme, capsys):
    made("sign_in_codes", programme)
    SignInCode.objects.update(expires_at=NOW)
    call_command("destroy_expired", "--dry-run", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["dry_run"], answer["counts"]["sign_in_codes"]) == (True, 1)
    assert not Destruction.objects.exists()
    call_command("destroy_expired")
    assert "sign_in_codes" in capsys.readouterr().out
    assert not SignInCode.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_share_the_work(programme):
    user = merchant_user()
    for _ in range(40):
        draft_of(user, programme)
    run, other = at_once(*[lambda: destroyed(NOW + 90 * DAY)] * 2)
    assert run.get("drafts", 0) + other.get("drafts", 0) == 40
    assert not ClaimDraft.objects.exists()
