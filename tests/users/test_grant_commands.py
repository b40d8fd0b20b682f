import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from tests.users.grant_cast import aram, mina, package
from users.models import Grant, Member


def run_grant_job(*options: str, approver: str = "aram") -> dict:
    out = StringIO()
    people = ["--maker", "mina", "--approver", approver]
    call_command("run_grant_job", "1015", "members-all", *people, "--json", *options, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


@pytest.fixture
def cast(db: None) -> None:
    call_command("make_members", count=5_000, stdout=StringIO(), stderr=StringIO())
    package(), mina(), aram()


def test_members_are_made_up_to_the_count(cast):
    out = StringIO()
    call_command("make_members", count=5_100, stdout=out, stderr=StringIO())
    assert Member.objects.count() == 5_100
    assert out.getvalue() == "100 members added, 5,100 wanted.\n"


@pytest.mark.django_db(transaction=True)
def test_a_job_is_run_by_workers_and_its_figures_are_printed(celery_worker_process, cast):
    celery_worker_process(queues=["grants"])
    figures = run_grant_job("--chunk-size", "500")
    assert figures["adds_up"]
    assert figures["progress"]["expected"] == figures["members"] == 5_000
    assert figures["progress"]["granted"] == Grant.objects.count()


@pytest.fixture(autouse=True)
def _in_korean():
    """Whatever language the page of an earlier test has left behind."""
    with translation.override("ko"):
        yield


@pytest.mark.parametrize(
    ("approver", "sentence"), [("mina", "작업을 만든 사람은 승인할 수 없습니다"), ("nobody", "does not exist")]
)
def test_a_job_that_cannot_begin_is_refused_with_a_sentence(cast, approver, sentence):
    with pytest.raises(CommandError, match=sentence):
        run_grant_job(approver=approver)
