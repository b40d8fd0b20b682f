"""The council by the API: sessions, reading a case, voting, being recused, decisions, undoing."""

import pytest
import time_machine

from claims.models import AgendaItem, Recusal, Vote
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.api.cast import Program, fields_of, on_the_site, problem_of
from tests.cast import NOW, CouncilCast, a_council, a_session, person, referred_review
from tests.claims.council_cast import HOUR, step_aside, vote, vote_all

pytestmark = pytest.mark.django_db
COUNCIL = "/programmes/1015/council"
OPTIONS = ("support", "support_other", "refuse", "send_back")


@pytest.fixture(autouse=True)
def _while_votes_are_taken():
    with time_machine.travel(NOW + HOUR, tick=False):
        yield


@pytest.fixture
def council(programme) -> CouncilCast:
    return a_council(programme)


@pytest.fixture
def item(programme, council) -> AgendaItem:
    return a_session(programme, referred_review(programme)).items.get()


@pytest.fixture
def path(item) -> str:
    return f"{COUNCIL}/sessions/{item.session.reference}/cases/1"


@pytest.fixture
def member(council) -> Program:
    return on_the_site(council.members[0])


def test_a_member_finds_the_session_and_reads_the_case(member, council, item, path):
    (session,) = member.get(f"{COUNCIL}/sessions").json()["results"]
    assert (session["reference"], session["open_cases"]) == (item.session.reference, 1)
    (listed,) = member.get(f"{COUNCIL}/sessions/{session['reference']}").json()["agenda"]
    assert (listed["own"], listed["spoken"], listed["proposed_won"]) == ("waits", 0, 2_000_000)
    told = member.get(path).json()
    assert told["papers"]["representative"] == "김*상"
    assert not {"phone", "account", "email", "business_number"} & told["papers"].keys()
    assert [option["choice"]["code"] for option in told["ballot"]["options"]] == list(OPTIONS)
    assert AccessRecord.objects.filter(user=council.members[0], task="council_case_read").count() == 1


def test_how_others_voted_is_not_told_before_the_end(member, council, item, path):
    vote(item, council.members[1], "refuse")
    told = member.get(path).json()
    assert (told["spoken"], told["result"]) == ({"spoken": 1, "seats": 5}, None)
    assert "loss_not_proven" not in str([told["papers"], told["spoken"], told["result"]])


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({}, {"choice": "vote_choice_missing"}),
        ({"choice": 5}, {"choice": "no_text"}),
        ({"choice": "refuse"}, {"reasons": "vote_reasons_missing"}),
        ({"choice": "refuse", "reasons": ["loss_proven"]}, {"reasons": "vote_reason_unfit"}),
        ({"choice": "support_other", "reasons": ["season"]}, {"amount": "vote_amount_missing"}),
        ({"choice": "support_other", "amount": "많이", "reasons": ["season"]}, {"amount": "won_malformed"}),
        (
            {"choice": "support_other", "amount": 9_000_001, "reasons": ["season"]},
            {"amount": "vote_amount_out_of_bounds"},
        ),
        (
            {"choice": "support_other", "amount": 2_000_000, "reasons": ["season"]},
            {"amount": "vote_amount_as_proposed"},
        ),
        ({"choice": "support", "text": "가" * 2_001}, {"text": "text_too_long"}),
    ],
)
def test_a_vote_that_is_not_taken_is_told_beside_its_field(member, path, content, fields):
    assert fields_of(member.post(f"{path}/vote", content)) == fields
    assert not Vote.objects.exists()


def test_a_vote_is_cast_once_and_final(member, path):
    said = {"choice": "support_other", "amount": "1,500,000원", "reasons": ["season"], "text": "일부"}
    cast = member.post(f"{path}/vote", said)
    assert (cast.status_code, cast.json()["amount_won"]) == (201, 1_500_000)
    assert member.get(path).json()["ballot"]["vote"] == cast.json()
    changed = member.post(f"{path}/vote", {"choice": "support"})
    assert problem_of(changed, 409)["code"] == "vote_cast"
    assert problem_of(member.post(f"{path}/recusal", {"basis": "own_interest"}), 409)["code"] == "vote_cast"


def test_a_recused_member_neither_votes_nor_reads(member, path):
    assert fields_of(member.post(f"{path}/recusal", {"basis": "x"})) == {"basis": "recusal_basis_unknown"}
    assert fields_of(member.post(f"{path}/recusal", {"basis": "filed", "text": "가" * 501})) == {
        "text": "text_too_long"
    }
    recused = member.post(f"{path}/recusal", {"basis": "own_interest", "text": "사촌의 가게입니다."})
    assert (recused.status_code, Recusal.objects.count()) == (201, 1)
    told = member.get(path).json()
    assert (told["papers"], told["ballot"]["why_no_vote"]["code"]) == (None, "vote_recused")
    assert problem_of(member.post(f"{path}/vote", {"choice": "support"}), 409)["code"] == "vote_recused"


def test_the_result_is_told_after_the_last_vote_and_can_be_undone(programme, member, council, item, path, officer):
    step_aside(item, council.members[4])
    for voter, choice in zip(council.members[1:4], ("refuse", "support", "support"), strict=True):
        vote(item, voter, choice)
    member.post(f"{path}/vote", {"choice": "support"})
    result = member.get(path).json()["result"]
    assert (result["outcome"]["code"], result["amount_won"]) == ("granted", 2_000_000)
    assert [row["dissents"] for row in result["votes"]] == [True, False, False, False]
    assert [row["basis"] for row in result["recusals"]] == ["own_interest"]
    desk = on_the_site(officer)
    undoing = f"{COUNCIL}/decisions/{result['decision']}/undoing"
    assert fields_of(desk.post(undoing, {})) == {"reason": "undo_reason_missing"}
    undone = desk.post(undoing, {"reason": "자료가 위조되었습니다."}).json()
    assert (undone["undoes"], undone["is_intact"]) == (1, True)
    first, second = desk.get(f"{COUNCIL}/decisions").json()["results"][::-1]
    assert (first["undone_by"], second["digest"], second["previous_digest"]) == (2, undone["digest"], first["digest"])


def test_whoever_prepared_the_case_cannot_undo_it(item, council):
    decision = vote_all(item, council)
    preparer = on_the_site(item.proposal.made_by)
    answer = preparer.post(f"{COUNCIL}/decisions/{decision.number}/undoing", {"reason": "x"})
    assert problem_of(answer, 409)["code"] == "undo_has_part"


@pytest.mark.parametrize(
    ("role", "looks", "votes"),
    [(Role.OFFICER, 200, 404), (Role.OPS, 200, 404), (Role.AUDITOR, 200, 404), (Role.COUNCIL, 404, 404)],
)
def test_who_reads_and_who_votes(programme, path, role, looks, votes):
    """A council member without a seat has no sessions."""
    program = on_the_site(person("somebody", programme, role))
    assert {program.get(place).status_code for place in (path, path.rsplit("/cases", 1)[0])} == {looks}
    acts = {"vote": {"choice": "support"}, "recusal": {"basis": "filed"}}
    assert {program.post(f"{path}/{act}", content).status_code for act, content in acts.items()} == {votes}
    assert program.get(f"{COUNCIL}/seats").status_code == 200


def test_agents_see_nothing_of_the_council(programme, path):
    agent = on_the_site(person("agent", programme, Role.AGENT))
    for place in (path, f"{COUNCIL}/sessions", f"{COUNCIL}/seats", f"{COUNCIL}/decisions"):
        problem_of(agent.get(place), 404)


def test_a_session_is_called_with_referred_cases(programme, council, officer):
    desk, review = on_the_site(officer), referred_review(programme)
    times = {"kind": "written", "opens_at": "2023-02-01 10:00", "due_at": "2023.02.10 18:00"}
    called = desk.post(f"{COUNCIL}/sessions", times | {"cases": [review.claim.reference]})
    assert (called.status_code, called.json()["cases"], called.json()["number"]) == (201, 1, 1)
    again = desk.post(f"{COUNCIL}/sessions", times | {"cases": [review.claim.reference], "kind": "meeting"})
    assert fields_of(again) == {"cases": "session_case_taken"}
    problem_of(on_the_site(council.members[0]).post(f"{COUNCIL}/sessions", times | {"cases": []}), 404)


@pytest.mark.parametrize(
    ("content", "fields"),
    [
        ({"cases": []}, {"cases": "session_empty"}),
        ({"cases": ["x"]}, {"cases[0]": "case_unknown"}),
        ({"kind": "x", "cases": []}, {"kind": "session_kind_missing"}),
        ({"opens_at": "", "cases": []}, {"opens_at": "opens_at_missing"}),
        ({"due_at": "2023-02-10", "cases": []}, {"due_at": "time_missing"}),
        ({"due_at": "2023-01-01 10:00", "cases": []}, {"due_at": "session_due_in_the_past"}),
    ],
)
def test_a_session_that_cannot_be_is_told(council, officer, content, fields):
    times = {"kind": "written", "opens_at": "2023-02-01 10:00", "due_at": "2023-02-10 18:00"}
    assert fields_of(on_the_site(officer).post(f"{COUNCIL}/sessions", times | content)) == fields


def test_the_seats_are_told_with_their_terms(council, member):
    seats = member.get(f"{COUNCIL}/seats").json()["results"]
    assert [(row["party"]["code"], row["is_substitute"]) for row in seats].count(("consumer_groups", True)) == 1
    assert {row["is_seated_today"] for row in seats} == {True}
