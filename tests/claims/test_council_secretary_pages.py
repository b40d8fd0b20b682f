"""The pages of the council's secretary: calling a session, minutes, seats, the chain of decisions, undoing."""

from datetime import datetime, timedelta

import pgtrigger
import pytest
from django.utils import timezone

from claims.models import CouncilDecision, CouncilSession, SeatHolder
from compensation.policy.seoul import SEOUL, day_in_seoul
from compensation.programmes.models import Role
from tests.cast import a_session, person, referred_review
from tests.claims.council_cast import step_aside, vote
from tests.claims.test_council_pages import COUNCIL, council, decide, item, session_of, signed_in, words
from tests.claims.test_letters import text_of

pytestmark = pytest.mark.django_db
__all__ = ["council", "item"]

NEW, SEATS, DECISIONS = f"{COUNCIL}new/", f"{COUNCIL}seats/", f"{COUNCIL}decisions/"


def clock(moment: datetime) -> str:
    return moment.astimezone(SEOUL).strftime("%Y-%m-%dT%H:%M")


def call(*reviews, begins: object = timedelta(0), ends: object = timedelta(days=3), **more) -> dict[str, object]:
    """What the form sends; a time is written as it is, or counted from now."""
    now = timezone.now()
    opens, due = (clock(now + at) if isinstance(at, timedelta) else at for at in (begins, ends))
    cases = [review.claim.reference for review in reviews]
    return {"kind": "written", "opens_at": opens, "due_at": due, "case": cases} | more


@pytest.mark.parametrize(
    ("changed", "target"),
    [
        ({"begins": "02/01/2023 10:00"}, "id_opens_at"),
        ({"begins": "2023-02-30 10:00"}, "id_opens_at"),
        ({"begins": ""}, "id_opens_at"),
        ({"ends": "2099-02-01"}, "id_due_at"),
        ({"ends": timedelta(hours=-1)}, "id_due_at"),
        ({"begins": timedelta(days=2), "ends": timedelta(days=1)}, "id_due_at"),
        ({"ends": timedelta(days=90)}, "id_due_at"),
        ({"kind": "party"}, "id_kind_0"),
        ({"case": []}, "cases"),
        ({"case": ["NOPE"]}, "cases"),
    ],
)
def test_a_session_that_cannot_be_called_comes_back_with_a_sentence(programme, council, changed, target):
    client = signed_in(person("caller", programme, Role.OFFICER))
    sent = call(referred_review(programme), **changed)
    answer = client.post(NEW, sent | {"call": "yes"})
    assert answer.status_code == 422
    assert [problem.target for problem in answer.context["problems"]] == [target]
    assert f'id="{target}"' in words(answer)
    assert f'value="{sent["opens_at"]}"' in words(answer) or not sent["opens_at"]
    assert not CouncilSession.objects.exists()


def test_calling_a_session_shows_the_agenda_in_groups_first(programme, council):
    client = signed_in(person("caller", programme, Role.OFFICER))
    cases = [referred_review(programme), referred_review(programme, assessed_won=800_000, amount_won=1)]
    preview = client.post(NEW, call(*cases))
    assert [name for name, _reviews in preview.context["groups"]] == [
        "카카오톡 · 피해액 1,000,000원 이하",
        "카카오톡 · 피해액 5,000,000원 초과 10,000,000원 이하",
    ]
    assert not CouncilSession.objects.exists()
    assert "checked" in words(client.post(NEW, call(*cases, change="yes")))
    client.post(NEW, call(*cases, call="yes"))
    assert CouncilSession.objects.get().items.count() == 2
    again = client.post(NEW, call(cases[0], call="yes", ends=timedelta(days=5)))
    assert cases[0].claim.reference in again.context["refusal"]


def test_the_minutes_say_who_took_part_who_was_recused_what_was_decided_and_its_digest(item, council):
    step_aside(item, council.members[1], at=timezone.now())
    client = signed_in(council.members[0])
    assert client.get(f"{session_of(item)}minutes/").status_code == 404
    for place, choice in ((0, "support"), (2, "refuse"), (3, "support"), (4, "support")):
        vote(item, council.members[place], choice, at=timezone.now())
    digest = CouncilDecision.objects.get().digest
    page = words(client.get(f"{session_of(item)}minutes/"))
    for part in (digest, "지원 2,000,000원", "Member2 (이 사건과 이해관계가 있습니다.)", "다른 의견", "Member1"):
        assert part in page
    for language, parts in {
        "ko": (
            "협의체 의사록",
            "지원 2,000,000원",
            "Member2 (이 사건과 이해관계가 있습니다.)",
            "다른 의견 소상공인 단체 2",
        ),
        "en": ("Minutes of the council", "Granted 2,000,000 won", "Dissent merchant associations 2"),
    }.items():
        pdf = client.get(f"{session_of(item)}minutes/file/?language={language}").content
        assert b"pdfuaid:part>1<" in pdf
        text = text_of(pdf)
        assert [part for part in (*parts, digest[:8]) if part not in text] == []


def test_the_pack_holds_facts_working_and_proposal_and_no_phone(item, council):
    pdf = signed_in(council.members[0]).get(f"{session_of(item)}pack/file/?language=ko").content
    text = text_of(pdf)
    for part in (
        "협의체 안건 자료집",
        item.review.claim.reference,
        "2,000,000원 지원",
        "신고한 매출 손실액은 9,000,000원입니다.",
    ):
        assert part in text
    assert "010" not in text


def test_operations_appoint_and_end_terms_and_nobody_else_does(programme, council):
    ops, today = signed_in(person("operator", programme, Role.OPS)), day_in_seoul(timezone.now())
    person("newcomer", programme)
    sent = {"party": "academia", "number": "2", "username": "newcomer", "role": "member", "term_from": "2023. 1. 1."}
    faults = {"party": "", "number": "x", "username": "nobody\0", "role": "", "term_from": "1/2/2023"}
    for name, value in faults.items():
        answer = ops.post(SEATS, sent | {name: value})
        assert answer.status_code == 422, name
        assert [problem.target.removesuffix("_0") for problem in answer.context["problems"]] == [f"id_{name}"]
    assert signed_in(council.members[0]).post(SEATS, sent).status_code == 404
    assert ops.post(SEATS, sent).status_code == 302
    holder = SeatHolder.objects.get(user__username="newcomer")
    for until, status in (("2023-01-01", 422), ("", 422), (today.isoformat(), 302)):
        assert ops.post(f"{SEATS}end/", {"holder": holder.pk, "term_until": until}).status_code == status
    assert ops.post(f"{SEATS}end/", {"holder": "99" * 20, "term_until": "2023-01-01"}).status_code == 404
    assert SeatHolder.objects.get(pk=holder.pk).term_until == today


def test_undoing_asks_for_a_reason_and_both_decisions_stay(programme, item, council):
    decide(item, council)
    preparer, other = signed_in(item.review.officer), signed_in(person("other", programme, Role.OFFICER))
    path = f"{DECISIONS}1/undo/"
    assert preparer.post(path, {"reason": "틀렸습니다."}).status_code == 422
    assert other.post(path, {"reason": " "}).status_code == 422
    assert CouncilDecision.objects.count() == 1
    for _click in range(2):
        assert other.post(path, {"reason": "금액을 잘못 읽었습니다."}).status_code == 302
    page = words(other.get(DECISIONS))
    assert "의결 1호를 취소" in page
    assert "취소됨" in page
    assert "금액을 잘못 읽었습니다." in words(other.get(f"{session_of(item)}minutes/"))


def test_a_decision_that_was_changed_afterwards_shows(programme, item, council):
    decide(item, council)
    client = signed_in(council.members[0])
    assert "모든 의결의 해시가 이어집니다." in words(client.get(DECISIONS))
    with pgtrigger.ignore("claims.CouncilDecision:council_decisions_are_append_only"):
        CouncilDecision.objects.update(content={**CouncilDecision.objects.get().content, "amount_won": 3})
    assert "의결 1호부터 해시가 맞지 않습니다." in words(client.get(DECISIONS))


def test_the_first_page_begins_with_what_waits_for_the_own_vote(programme, item, council):
    a_session(programme, referred_review(programme), at=timezone.now())
    client = signed_in(council.members[0])
    assert client.get("/home/").headers["Location"] == COUNCIL
    assert next(waiting.pk for waiting in client.get(COUNCIL).context["waiting"]) == item.pk
    vote(item, council.members[0], at=timezone.now())
    assert len(client.get(COUNCIL).context["waiting"]) == 1
