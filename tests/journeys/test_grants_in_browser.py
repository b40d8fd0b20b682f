"""The console of grants, the capacity page and the pages of the pass in a real browser, in both languages."""

import os
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from compensation.programmes.models import Programme, Role
from tests.cast import person
from tests.users.pass_cast import active_members, apply
from tests.web import WIDE, faults_of, sign_in
from users.models import GrantJob, Member, MemberAccount, StoragePass, User
from users.selectors import storage_pass as selectors
from users.services import grant_jobs, grant_running, pass_batcher
from users.services.grant_chunks import grant_next_chunk
from users.services.members import make_members
from users.services.recalls import plan_recall
from users.services.storage_pass import keep_in_step, propose_quota

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("english_texts")]
SHOTS = os.environ.get("SHOTS")  # a folder for pictures of the pages, for people who want to look


def look_at(page: Page, address: str) -> None:
    """No fault at any width."""
    page.goto(address)
    found = faults_of(page)
    if SHOTS:
        name = address.strip("/").replace("/", "-")[-60:] + "-" + page.evaluate("document.documentElement.lang")
        for size in (page.viewport_size, WIDE):
            page.set_viewport_size(size)
            page.screenshot(path=f"{SHOTS}/{name}-{size['width']}.png", full_page=True)
        page.set_viewport_size({"width": 360, "height": 740})
    assert found == []


def a_job(programme: Programme, maker: User, approver: User, **wishes: Any) -> GrantJob:
    gift = programme.benefit_packages.get(code="members-all")
    job = grant_jobs.plan(
        programme=programme, package=gift, maker=maker, at=timezone.now(), chunk_size=100, note="1차 지급", **wishes
    )
    grant_jobs.rehearse(job=job, actor=maker, at=timezone.now())
    return grant_jobs.approve(job=job, approver=approver, at=timezone.now())


@pytest.fixture
def cast(programme: Programme) -> tuple[User, User]:
    make_members(count=5_000)
    return person("ops", programme, Role.OPS), person("ops2", programme, Role.OPS)


def test_every_page_of_the_console_is_clean_at_every_step(page, programme, cast):
    maker, approver = cast
    gift = programme.benefit_packages.get(code="members-all")
    draft = grant_jobs.plan(programme=programme, package=gift, maker=maker, at=timezone.now())
    rehearsed = grant_jobs.plan(programme=programme, package=gift, maker=maker, at=timezone.now())
    grant_jobs.rehearse(job=rehearsed, actor=maker, at=timezone.now())
    running = a_job(programme, maker, approver, members_per_second=100)
    grant_running.start(job=running, at=timezone.now() - timedelta(seconds=30))
    for second in range(25, 0, -2):
        grant_next_chunk(job=running, at=timezone.now() - timedelta(seconds=second))
    running.chunks.filter(number=30).update(
        state="failed", expected=100, failed=100, fault="canceling statement due to lock timeout"
    )
    over = a_job(programme, maker, approver)
    grant_running.start(job=over, at=timezone.now() - timedelta(seconds=10))
    grant_jobs.cancel(job=over, actor=maker, at=timezone.now())
    recall = plan_recall(of=over, maker=maker, at=timezone.now(), note="잘못 지급")
    sign_in(page, approver.username)
    jobs = "/programmes/1015/grants/"
    for address in ("", "new/", *(f"{job.reference}/" for job in (draft, rehearsed, running, over, recall))):
        look_at(page, jobs + address)
    look_at(page, f"{jobs}{over.reference}/proof/")
    page.goto(f"{jobs}new/")
    page.check("[name=audience][value=filter]")
    page.click("main form button")
    expect(page.locator(".error-summary")).to_be_visible()
    page.complaints.clear()  # the browser notes that what was sent is refused
    assert faults_of(page) == []
    page.goto(f"{jobs}{draft.reference}/")
    page.set_input_files("#id_out-file", {"name": "list.csv", "mimeType": "text/csv", "buffer": b"3\nabc\n3\n"})
    page.click("form[action$='/lists/out/'] button")
    expect(page.locator("#lists ~ table tbody tr")).to_have_count(2)
    page.complaints.clear()
    assert faults_of(page) == []
    look_at(page, "/programmes/1015/capacity/")


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_a_job_is_run_in_the_browser_and_its_progress_follows_it(page, programme, cast):
    maker, approver = cast
    job = a_job(programme, maker, approver)
    sign_in(page, maker.username)
    page.goto(f"/programmes/1015/grants/{job.reference}/")
    page.click("form[action$='/start/'] button")
    page.wait_for_selector("#live-job[hx-get]")
    job.refresh_from_db()
    grant_next_chunk(job=job, at=timezone.now())
    page.locator("#pace-summary").dispatch_event("click")  # a whole click, between two answers of the server
    while grant_next_chunk(job=job, at=timezone.now()):
        pass
    page.wait_for_selector("#live-job progress[value='5000']")
    expect(page.locator("#pace-table")).to_have_attribute("open", "")
    grant_running.finish_if_done(job=job, at=timezone.now())
    page.wait_for_selector("form[action$='/again/']")
    assert page.complaints == []


@pytest.mark.parametrize("language", ["ko"], indirect=True)
def test_a_doubled_click_makes_one_job_and_no_complaint(page, programme, cast):
    sign_in(page, cast[0].username)
    page.goto("/programmes/1015/grants/new/")
    page.dblclick("main form button")
    page.dblclick("form[action$='/rehearse/'] button")
    expect(page.locator("#rehearsal")).to_be_visible()
    expect(page.locator(".notice--error")).to_have_count(0)
    assert GrantJob.objects.count() == 1


def test_the_pages_of_the_pass_are_clean(page, programme, cast, settings):
    Programme.objects.update(status="open")
    keep_in_step(programme=programme)
    one = StoragePass.objects.select_related("item", "programme").get()
    StoragePass.objects.update(quota=30, opens_at=timezone.now() - timedelta(hours=1))
    members = active_members(100)
    for place, member in enumerate(members[:90]):
        apply(one, member, at=timezone.now() - timedelta(minutes=59) + timedelta(seconds=30 * place))
    one.refresh_from_db()
    sign_in(page, cast[0].username)
    look_at(page, "/programmes/1015/pass/")
    look_at(page, "/programmes/1015/pass/proof/")
    propose_quota(storage_pass=one, quota=60, note="수요가 많음", maker=cast[1], at=timezone.now())
    look_at(page, "/programmes/1015/pass/")
    for number in (members[0], members[80], members[95]):
        selectors._public_figures.cache_clear()
        MemberAccount.objects.update_or_create(
            user=cast[0], defaults={"member": Member.objects.get(pk=number), "linked_at": timezone.now()}
        )
        look_at(page, "/my/pass/1015/")
    settings.PASS_ADMISSIONS_PER_SECOND = 0.001
    page.context.clear_cookies(name="pass-ticket")
    look_at(page, "/my/pass/1015/?in=room")
    expect(page.locator("#live-room[hx-get]")).to_be_visible()
    pass_batcher.batcher.stop()


def test_before_the_opening_the_seconds_are_counted_down_and_then_one_is_called(page, programme, cast):
    Programme.objects.update(status="open")
    keep_in_step(programme=programme)
    (member,) = active_members(1)
    MemberAccount.objects.create(user=cast[0], member_id=member, linked_at=timezone.now())
    StoragePass.objects.update(opens_at=timezone.now() + timedelta(hours=23))
    sign_in(page, cast[0].username)
    look_at(page, "/my/pass/1015/")
    expect(page.get_by_role("timer")).to_contain_text("22:59:")
    StoragePass.objects.update(opens_at=timezone.now() + timedelta(seconds=3))
    page.reload()
    expect(page.get_by_role("timer")).to_contain_text("00:00:0")
    expect(page.locator("#opened")).not_to_be_empty()
    expect(page.get_by_role("timer")).to_be_hidden()
    page.locator("#again").click()
    expect(page.locator("#live-room form")).to_be_visible()
