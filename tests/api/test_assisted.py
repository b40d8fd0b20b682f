"""Filing on a merchant's behalf by the API, and the letter about a determination."""

import pytest
import time_machine

from claims.models import Claim, Consent
from claims.services.assessment import assess_next_batch
from compensation.audit.models import AccessRecord
from compensation.programmes.models import ProgrammeRole, Role
from tests.api.cast import Program, fields_of, problem_of
from tests.api.test_drafts import fill_in
from tests.cast import NOW, person
from users.services.people import system_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]
DRAFTS = "/programmes/1015/assisted-drafts"
REASON = {"reason": "대표자 본인 통화, 생년월일 확인"}


@pytest.fixture(autouse=True)
def _while_claims_are_taken():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def agent(programme) -> Program:
    """Has signed in on the site: agents have no tokens."""
    program = Program()
    program.client.force_login(person("agent", programme, Role.AGENT))
    return program


def read_aloud(programme: dict) -> dict:
    """The programme with the texts of the telephone in place of those of the screen."""
    consents = [row | {"digest_ko": row["telephone_digest_ko"]} for row in programme["consents"]]
    return programme | {"consents": consents}


def test_an_agent_files_for_a_merchant_and_the_claim_says_so(agent):
    policy = read_aloud(agent.get("/programmes/1015").json())
    draft = agent.post(DRAFTS, REASON).json()
    assert (draft["by_agent"], draft["agent_reason"]) == (True, REASON["reason"])
    path = f"/drafts/{draft['reference']}"
    fill_in(agent, path, policy)
    truth = next(row["digest_ko"] for row in policy["consents"] if row["code"] == "truth")
    assert agent.post(f"{path}/submission", {"declared": truth}).status_code == 201
    claim = Claim.objects.get()
    assert (claim.channel, claim.draft.by_agent) == ("agent", True)
    given = Consent.objects.get(claim=claim, code="truth")
    assert (given.by_telephone, given.version, given.digest) == (True, 1, truth)
    assert AccessRecord.objects.filter(task="claim_assisted", subject=f"draft {draft['reference']}").exists()


def test_the_screens_text_does_not_do_on_the_telephone(agent):
    policy = agent.get("/programmes/1015").json()
    path = f"/drafts/{agent.post(DRAFTS, REASON).json()['reference']}"
    refused = agent.put(f"{path}/steps/consents", {"answers": {"personal_data": policy["consents"][0]["digest_ko"]}})
    assert "personal_data" in fields_of(refused)


def test_the_agents_drafts_are_listed_apart(agent):
    draft = agent.post(DRAFTS, REASON).json()
    assert [row["reference"] for row in agent.get(DRAFTS).json()["results"]] == [draft["reference"]]
    assert agent.get("/drafts").json()["results"] == []


@pytest.mark.parametrize("reason", ["", "  ", "가" * 201, 5, None])
def test_without_a_reason_nothing_begins(agent, reason):
    assert "reason" in fields_of(agent.post(DRAFTS, {"reason": reason}))


def test_only_agents_file_for_others_and_only_as_long_as_they_are(agent, program):
    problem_of(program.post(DRAFTS, REASON), 404)
    problem_of(program.get(DRAFTS), 404)
    path = f"/drafts/{agent.post(DRAFTS, REASON).json()['reference']}"
    problem_of(program.get(path), 404)
    ProgrammeRole.objects.filter(role=Role.AGENT).delete()
    problem_of(agent.get(path), 404)


def test_a_letter_comes_as_pdf_in_both_languages_and_is_recorded(program, merchant, programme):
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    path = f"/claims/{Claim.objects.get().reference}/determinations/1/letter"
    for asked in ({}, {"language": "en"}):
        letter = program.get(path, **asked)
        assert (letter.status_code, letter["Content-Type"]) == (200, "application/pdf")
        assert letter.content.startswith(b"%PDF-")
        assert letter["Cache-Control"] == "no-store"
    details = AccessRecord.objects.filter(user=merchant, task="letter_downloaded").values_list("detail", flat=True)
    assert set(details) == {"determination 1 ko", "determination 1 en"}
    assert fields_of(program.get(path, language="fr")) == {"language": "language_unknown"}


@pytest.mark.parametrize("number", ["0", "2", "9" * 40])
def test_a_letter_that_does_not_exist_is_not_there(program, stranger, programme, number):
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    claim = Claim.objects.get()
    problem_of(program.get(f"/claims/{claim.reference}/determinations/{number}/letter"), 404)
    problem_of(stranger.get(f"/claims/{claim.reference}/determinations/1/letter"), 404)
