"""The same claim sent from everywhere at once: double clicks, two tabs, two representatives. It is one claim."""

from pathlib import Path

import pytest

from claims.models import Claim, ClaimDraft, Consent, Evidence
from claims.services.drafts import DraftBecameClaim, SavedElsewhere, SavedStep, start_draft
from claims.services.evidence_files.refusals import EvidenceRefused
from claims.services.submission import AlreadyFiled
from compensation.messaging.models import Message
from merchants.models import Merchant, Representative
from tests.cast import NOW
from tests.claims.evidence_cast import kept, receive
from tests.claims.form_cast import filled_draft, merchant_user, save, send
from tests.concurrency.waiting import at_once

pytestmark = pytest.mark.django_db(transaction=True)

__all__ = ["kept"]


def sending(draft: ClaimDraft):
    """Sends the draft as a request of its own would: with its own rows in memory."""
    return lambda: send(ClaimDraft.objects.select_related("programme__incident", "owner").get(pk=draft.pk))


def kinds_of(results: list) -> set[type]:
    return {type(result) for result in results}


def test_a_double_click_is_one_claim(programme):
    draft = filled_draft(merchant_user(), programme)
    results = at_once(*[sending(draft)] * 4)
    assert {result.reference for result in results} == {Claim.objects.get().reference}
    assert (Consent.objects.count(), Message.objects.count(), Representative.objects.count()) == (4, 1, 1)


def test_two_drafts_of_one_person_are_one_claim(programme):
    owner = merchant_user()
    drafts = [filled_draft(owner, programme) for _ in range(3)]
    results = at_once(*map(sending, drafts))
    assert Claim.objects.count() == 1
    assert sorted(type(result).__name__ for result in results) == ["AlreadyFiled", "AlreadyFiled", "Claim"]


def test_two_representatives_file_one_claim_between_them(programme):
    first, second = merchant_user(), merchant_user("010-9999-0000")
    drafts = [filled_draft(user, programme) for user in (first, second)]
    merchant = Merchant.objects.create(
        business_number="1234567891", trade_name="다정찻집", representative_name="이다정", phone="", created_at=NOW
    )
    for user in (first, second):
        Representative.objects.create(merchant=merchant, user=user, since=NOW)
    results = at_once(*map(sending, drafts))
    claim = Claim.objects.get()
    [refused] = [result for result in results if isinstance(result, AlreadyFiled)]
    assert refused.claim == claim
    assert claim in results


def test_a_file_that_comes_with_the_submission_is_in_the_claim_or_refused(programme, kept, tmp_path: Path):
    owner = merchant_user()
    draft = filled_draft(owner, programme)
    sent, received = at_once(sending(draft), lambda: receive(draft, tmp_path, actor=owner))
    if isinstance(received, EvidenceRefused):
        assert not Evidence.objects.exists()
    else:
        assert Evidence.objects.get().claim == sent


def test_an_answer_that_is_saved_beside_the_submission_is_in_the_claim_or_refused(programme):
    draft = filled_draft(merchant_user(), programme)
    margin = {"basis": "own", "margin": "20", "industry": ""}
    sent, saved = at_once(sending(draft), lambda: save(ClaimDraft.objects.get(pk=draft.pk), "margin", margin))
    expected = 1200 if isinstance(saved, DraftBecameClaim) else 2000
    assert Claim.objects.get(pk=sent.pk).reported_margin_bp == expected


def test_two_devices_that_save_a_step_at_once_do_not_overwrite_each_other_unknowingly(programme):
    draft = start_draft(programme=programme, owner=merchant_user(), at=NOW)
    works = [
        lambda number=number: save(
            ClaimDraft.objects.get(pk=draft.pk),
            "margin",
            {"basis": "own", "margin": str(number)},
            seen_version=0,
            device=f"device {number}",
        )
        for number in (1, 2)
    ]
    assert kinds_of(at_once(*works)) == {SavedStep, SavedElsewhere}


def test_a_double_click_on_start_begins_one_draft(programme):
    owner = merchant_user()
    at_once(*[lambda: start_draft(programme=programme, owner=owner, at=NOW)] * 3)
    assert ClaimDraft.objects.count() == 1
