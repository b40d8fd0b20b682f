"""A draft that changes on one device at the very moment at which another one sends a page of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections, transaction
from django.http import HttpResponse
from django.test import Client

from claims.models import ClaimDraft
from claims.services.drafts import Answers
from tests.claims.evidence_cast import KIND
from tests.claims.evidence_samples import pdf
from tests.claims.form_cast import first_draft
from tests.concurrency.waiting import somebody_waits_for_us, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kept")]


@pytest.fixture
def draft(programme) -> ClaimDraft:
    return first_draft(programme)


def sent_meanwhile(draft: ClaimDraft, page: str, content: dict, change: Callable[[ClaimDraft], object]) -> HttpResponse:
    """The answer to a page that waits for the draft while `change` is done to it."""
    browser = Client(raise_request_exception=False)
    browser.force_login(draft.owner)

    def send() -> HttpResponse:
        try:
            return browser.post(f"/my/drafts/{draft.reference}/{page}", content)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            held = ClaimDraft.objects.select_for_update().get(pk=draft.pk)
            answer = pool.submit(send)
            wait_until(somebody_waits_for_us, "the page waits for the draft")
            change(held)
        return answer.result()


@pytest.mark.parametrize("page", ["steps/margin/", "steps/check/", "discard/", "evidence/", "evidence/none/remove/"])
def test_a_page_of_a_draft_that_is_thrown_away_is_not_there(draft, page):
    file = {"kind": KIND, "files": SimpleUploadedFile("a.pdf", pdf())}
    assert sent_meanwhile(draft, page, file, ClaimDraft.delete).status_code == 404


def test_a_step_that_the_draft_no_longer_has_leads_to_the_next_one(draft):
    def settle(held: ClaimDraft) -> None:
        """Of the map the policy knows what else could be used."""
        answers = Answers(held.answers)
        line = {"key": "1", "service": "map", "began": "2022-10-15", "ended": "2022-10-16"}
        answers.put("periods", {"lines": [line]}, device="laptop")
        held.answers = answers.as_text()
        held.save()

    answer = sent_meanwhile(draft, "steps/alternative/", {"version": 1, "line-1-alternative": "yes"}, settle)
    assert (answer.status_code, answer["Location"]) == (302, f"/my/drafts/{draft.reference}/steps/account/")
