"""The officers' queue and bulk work in a real browser, from many cases to what could not be done."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from claims.models import BulkJob, Review
from claims.services import desk
from claims.services.bulk_jobs import work_on_next
from compensation.programmes.models import Role
from tests.cast import person
from tests.claims.desk_cast import another
from tests.claims.pages_cast import assessed_claims
from tests.web import faults_of, sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]

QUEUE = "/programmes/1015/review/"


@pytest.fixture
def reviews(programme) -> list[Review]:
    """Twelve cases: one late, with everything that is shown of a case, one that somebody else has."""
    assessed_claims(programme=programme, count=48)
    person("officer", programme, Role.OFFICER)
    first, second, *_rest = reviews = list(Review.objects.order_by("id"))
    desk.take(review=second, actor=another(programme), version=1, at=timezone.now())
    Review.objects.filter(pk=first.pk).update(
        marks=["duplicates", "shared_account"], tags=["급함", "현장 확인"], missing=3, due_at=timezone.now()
    )
    return reviews


@pytest.mark.parametrize("language", ["en"])
def test_cases_are_chosen_on_the_queue_previewed_and_done(page, reviews):
    sign_in(page, "officer")
    page.goto(QUEUE)
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.check("[name=scope][value=page]")
    page.click("button[value=refer]")
    page.click("button[value=preview]")
    expect(page.locator(".error-summary")).to_be_visible()
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.check("[value=loss_proven]")
    page.click("button[value=preview]")
    expect(page.locator("#preview")).to_be_focused()
    expect(page.locator(".bulk-faults li")).to_have_count(1)
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.click("button[value=start]")
    page.wait_for_url("**/bulk/*/")
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    desk.take(review=reviews[2], actor=another(reviews[0].programme), version=None, at=timezone.now())
    while work_on_next(job=BulkJob.objects.get(), at=timezone.now()):
        pass
    page.wait_for_selector("#failures")
    expect(page.locator(".bulk-faults li")).to_have_count(1)
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
    page.goto(f"{QUEUE}bulk/")
    assert [fault for fault in faults_of(page) if "422" not in fault] == []
