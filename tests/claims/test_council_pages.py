"""The council's pages: who sees what, voting asked twice, recusal, what is shown before and after a vote is closed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from claims.models import AgendaItem, Claim, CouncilSession, Evidence, Recusal, Review, SeatHolder, Vote
from claims.selectors.evidence_files import evidence_seen_by
from compensation.audit.models import AccessRecord
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme, Role
from merchants.models import Merchant
from tests.cast import NOW, CouncilCast, a_council, a_session, person, referred_review
from tests.claims.council_cast import REASONS, step_aside, vote, vote_all
from users.models import Contact, User

pytestmark = pytest.mark.django_db

COUNCIL = "/programmes/1015/council/"
PHONE = "+821012345678"
ROLES = (Role.OFFICER, Role.OPS, Role.AUDITOR, Role.AGENT, Role.MERCHANT)


@pytest.fixture
def council(programme: Programme) -> CouncilCast:
    return a_council(programme)


@pytest.fixture
def item(programme: Programme, council: CouncilCast) -> AgendaItem:
    """A case of 9,000,000 won of loss, of which 2,000,000 are proposed; the vote is open now."""
    return a_session(programme, referred_review(programme), at=timezone.now()).items.get()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def session_of(item: AgendaItem) -> str:
    return f"{COUNCIL}{item.session.reference}/"


def case_of(item: AgendaItem) -> str:
    return f"{session_of(item)}{item.position}/"


def ballot(choice: str, **more: object) -> dict[str, object]:
    return {"choice": choice, f"reasons-{choice}": REASONS.get(choice, [])} | more


def decide(item: AgendaItem, council: CouncilCast) -> None:
    """Four for the proposal, one against."""
    vote_all(item, council, "support", "support", "refuse", "support", "support", at=timezone.now())


def paper_of(claim: Claim) -> Evidence:
    file = {"kind": "sales_loss_proof", "file_name": "매출.jpg", "content_type": "image/jpeg", "size_bytes": 1}
    return Evidence.objects.create(claim=claim, sha256=f"{claim.pk:064}", received_at=NOW, **file)


def words(answer: object) -> str:
    return " ".join(answer.content.decode().split())


def test_every_role_finds_its_pages_and_no_other_is_there(programme, item, council):
    decide(item, council)
    shown = [COUNCIL, f"{COUNCIL}seats/", f"{COUNCIL}decisions/", case_of(item)]
    shown += [f"{session_of(item)}{page}" for page in ("", "pack/", "pack/file/", "minutes/", "minutes/file/")]
    secretary = [f"{COUNCIL}new/", f"{COUNCIL}decisions/1/undo/"]
    people = {role: person(role, programme, role) for role in ROLES} | {Role.COUNCIL: council.members[0]}
    expected = dict.fromkeys((Role.OPS, Role.AUDITOR, Role.COUNCIL), shown) | {Role.OFFICER: shown + secretary}
    for role, user in people.items():
        client = signed_in(user)
        answers = {path: client.get(path).status_code for path in shown + secretary}
        assert {path for path, status in answers.items() if status == 200} == set(expected.get(role, [])), role
        assert set(answers.values()) <= {200, 404}


def test_a_member_looks_at_the_sessions_of_the_own_term_only(item, council):
    member, today = council.members[0], day_in_seoul(timezone.now())
    terms = SeatHolder.objects.filter(user=member)
    for began, ended, status in ((-9, None, 200), (-9, 0, 404), (0, 30, 200), (-9, 1, 200), (-2, -1, 404)):
        until = None if ended is None else today + timedelta(days=ended)
        terms.update(term_from=today + timedelta(days=began), term_until=until)
        assert signed_in(member).get(case_of(item)).status_code == status, (began, ended)
    AgendaItem.objects.filter(pk=item.pk).update(state="dropped")
    then = timezone.now() - timedelta(days=5)
    CouncilSession.objects.update(opens_at=then - timedelta(days=1), due_at=then)
    terms.update(term_from=today - timedelta(days=1), term_until=None)
    assert signed_in(member).get(session_of(item)).status_code == 404


def test_a_member_reads_the_case_without_phone_or_account_and_that_is_noted(item, council):
    merchant = item.review.claim.merchant
    Merchant.objects.filter(pk=merchant.pk).update(phone=PHONE, email="hong@example.kr", representative_name="홍길동")
    shown = words(signed_in(council.members[0]).get(case_of(item)))
    assert merchant.trade_name in shown
    assert "홍*동" in shown
    for hidden in ("홍길동", "5678", "hong@", merchant.business_number):
        assert hidden not in shown
    record = AccessRecord.objects.get()
    assert (record.subject, record.task) == (f"claim {item.review.claim.reference}", "council_case_read")


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        ({}, "choice-support"),
        (ballot("support_other"), "amount"),
        (ballot("support_other", amount="35만"), "amount"),
        (ballot("support_other", amount="9,000,001"), "amount"),
        (ballot("support_other", amount="2,000,000원"), "amount"),
        (ballot("refuse", **{"reasons-refuse": []}), "reasons-refuse"),
        (ballot("refuse", **{"reasons-refuse": ["season"]}), "reasons-refuse"),
        (ballot("send_back", text="가" * 3_001), "text"),
    ],
)
def test_a_ballot_that_is_not_complete_comes_back_with_a_sentence_and_all_that_was_typed(item, council, sent, target):
    answer = signed_in(council.members[0]).post(f"{case_of(item)}vote/", sent)
    assert answer.status_code == 422
    assert [problem.target for problem in answer.context["problems"]] == [target]
    assert f'id="{target}"' in words(answer)
    assert all(answer.context["typed"][name] == value for name, value in sent.items() if name in ("choice", "amount"))
    assert not Vote.objects.exists()


def test_a_vote_is_asked_twice_can_be_changed_before_and_counts_once(item, council):
    client, path = signed_in(council.members[0]), f"{case_of(item)}vote/"
    sent = ballot("support_other", amount="1,500,000원", text="절반만 보입니다.")
    sent |= {"reasons-refuse": ["loss_not_proven"]}
    asked = client.post(path, sent)
    assert "1,500,000원" in words(asked)
    assert not Vote.objects.exists()
    changed = words(client.post(path, sent | {"change": "yes"}))
    assert 'value="1,500,000원"' in changed
    assert 'value="loss_partly_proven" checked' in changed
    for _click in range(2):
        client.post(path, sent | {"confirm": "yes"})
    cast = Vote.objects.get()
    assert (cast.choice, cast.amount_won, cast.reasons) == ("support_other", 1_500_000, ["loss_partly_proven"])
    assert "내 의결" in words(client.get(case_of(item)))
    assert client.post(path, ballot("refuse", confirm="yes")).headers["Location"] == case_of(item)
    assert Vote.objects.count() == 1


def test_before_the_end_nobody_sees_how_others_voted_after_it_everybody_does(programme, item, council):
    vote(item, council.members[2], "refuse", at=timezone.now())
    readers = [council.members[0], person("reader", programme, Role.OFFICER)]
    for reader in readers:
        for path in (case_of(item), session_of(item), f"{session_of(item)}pack/"):
            shown = words(signed_in(reader).get(path))
            assert "매출 손실을 확인할 수 없습니다" not in shown.split('id="vote"')[0], path
    assert "5자리 가운데 1자리가 의결했습니다." in words(signed_in(readers[0]).get(case_of(item)))
    for place in (0, 1, 3, 4):
        vote(item, council.members[place], at=timezone.now())
    for reader in readers:
        shown = words(signed_in(reader).get(case_of(item)))
        assert "지원 2,000,000원" in shown
        assert '<span class="votes__seat">소상공인 단체 2</span><span>지원하지 않음 <span class="tag' in shown
        assert "의결했습니다. 의결은 바꿀 수 없습니다" in shown or reader == readers[1]


def test_the_system_proposes_a_recusal_which_is_asked_twice_and_hides_the_case(item, council):
    member = council.members[0]
    Merchant.objects.filter(pk=item.review.claim.merchant_id).update(phone=PHONE)
    Contact.objects.create(user=member, kind="phone", value=PHONE, value_index="x", verified_at=timezone.now())
    client, path = signed_in(member), f"{case_of(item)}recusal/"
    shown = words(client.get(case_of(item)))
    assert shown.index("이 소상공인과 연락처가 같습니다.") < shown.index("어떻게 의결하시겠습니까?")
    assert "이 소상공인과 연락처가" not in words(signed_in(council.members[1]).get(case_of(item))).split("<details")[0]
    assert client.post(path, {"basis": "boredom"}).status_code == 422
    client.post(path, {"basis": "same_contact"})
    assert not Recusal.objects.exists()
    client.post(path, {"basis": "same_contact", "confirm": "yes"})
    assert Recusal.objects.get().member == member
    for hidden in (case_of(item), f"{session_of(item)}pack/"):
        assert "9,000,000원입니다" not in words(client.get(hidden))
    assert client.post(f"{case_of(item)}vote/", ballot("support", confirm="yes")).status_code == 302
    assert not Vote.objects.exists()


def test_whoever_cannot_vote_reads_why_instead_of_a_ballot(item, council):
    Review.objects.filter(pk=item.review_id).update(officer=council.members[3])
    step_aside(item, council.members[0], at=timezone.now())
    for member, told in ((council.members[3], "준비한 사건은 의결할 수 없습니다"), (council.substitute, None)):
        shown = words(signed_in(member).get(case_of(item)))
        assert ("어떻게 의결하시겠습니까?" in shown) == (told is None)
        assert told is None or told in shown


def test_the_number_of_queries_of_a_session_does_not_grow_with_its_cases(
    programme, item, council, django_assert_max_num_queries
):
    three = a_session(programme, *(referred_review(programme) for _case in range(3)), at=timezone.now())
    client = signed_in(council.members[0])
    for path, queries in ((f"{COUNCIL}{three.reference}/", 22), (f"{COUNCIL}{three.reference}/pack/", 24)):
        with django_assert_max_num_queries(queries):
            assert client.get(path).status_code == 200


def test_a_member_sees_the_documents_of_cases_on_the_own_agendas_until_recused(programme, item, council):
    waiting = referred_review(programme)
    papers = [paper_of(review.claim) for review in (item.review, waiting)]
    member = council.members[0]

    def seen() -> set[Evidence]:
        return set(evidence_seen_by(user=member, programme=programme, at=timezone.now()))

    assert seen() == {papers[0]}
    step_aside(item, member, at=timezone.now())
    assert seen() == set()
    assert not evidence_seen_by(user=person("juror", programme, Role.COUNCIL), programme=programme, at=NOW).exists()
