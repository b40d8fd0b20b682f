"""An objection on its road: another officer, the council again, and the new determination beside the old one."""

import pytest
from django.utils import timezone

from claims.models import Claim, Determination, Objection, Review
from claims.selectors.claims import claim_with_history
from claims.selectors.objections import objection_rows, objections_under_review
from claims.selectors.status import policy_for, status_of, why_not_open_to
from claims.services import desk
from claims.services.council.undoing import undo
from claims.services.objections import file_objection, withdraw_objection
from claims.services.questions import ask
from compensation.ledger.selectors import balances
from tests.cast import a_council, a_session, refer
from tests.claims.council_cast import HOUR, vote_all
from tests.claims.desk_cast import another, case, objection_after
from tests.claims.status_cast import SALES, assessed_claim, hong, told
from users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def objection(programme) -> Objection:
    """Hong objects to 30,000 won; the pages go by the clock, so it happens now."""
    at = timezone.now()
    claim = assessed_claim(programme, at=at)
    return file_objection(
        determination=claim.determination,
        kind="objection",
        reasons="다릅니다.",
        evidence=(),
        actor=hong(programme),
        at=at,
    )


def decided(objection: Objection, *choices: str, amount_won: int = 80_000):
    """The council's decision about it, of which the officer proposed `amount_won`."""
    review, at = Review.objects.get(objection=objection), timezone.now()
    council = a_council(review.programme)
    item = a_session(review.programme, refer(review, amount_won=amount_won), at=at).items.get()
    return vote_all(item, council, *choices, at=at)


def history_of(objection: Objection) -> Claim:
    return claim_with_history(claims=Claim.objects.all(), reference=objection.claim.reference)


def status(objection: Objection):
    claim = history_of(objection)
    return status_of(claim=claim, policy=policy_for(claim=claim), at=timezone.now())


def page(client, objection: Objection, rest: str = "") -> str:
    client.force_login(hong(objection.claim.programme))
    answer = client.get(f"/my/claims/{objection.claim.reference}/{rest}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_officer_of_the_first_decision_does_not_get_the_objection(programme, officer):
    review = objection_after(programme, officer)
    with pytest.raises(desk.DeskRefused) as refused:
        desk.take(review=review, actor=officer, version=None, at=timezone.now())
    assert refused.value.code == "case_decided_before"
    assert desk.take_next(programme=programme, actor=officer, at=timezone.now()) is None
    assert desk.take(review=review, actor=another(programme), version=None, at=timezone.now()).officer


def test_the_merchant_sees_who_has_it(client, programme, officer, objection):
    assert status(objection).objection_holder == "officer"
    assert "먼저 결정을 준비하지 않은 심사 담당이 살펴보고 있습니다." in page(client, objection)
    question = ask(claim=objection.claim, kinds=[SALES], text="", actor=officer, at=timezone.now())
    assert status(objection).objection_holder == "merchant"
    question.delete()
    refer(Review.objects.get(objection=objection))
    assert status(objection).objection_holder == "council"
    assert "이제 협의체가 심사합니다." in page(client, objection)


@pytest.mark.parametrize(
    ("choices", "reason", "amount_won"),
    [
        (("support",) * 5, "objection_upheld", 80_000),
        (("support_other 50000",) * 5, "objection_partly", 50_000),
        (("refuse",) * 5, "objection_rejected", 30_000),
    ],
)
def test_old_and_new_stand_side_by_side_and_the_difference_is_paid(
    client, programme, objection, choices, reason, amount_won
):
    decided(objection, *choices)
    claim = history_of(objection)
    assert (claim.determination.reason, claim.determination.amount_won) == (reason, amount_won)
    assert balances(programme=programme)["merchant_payable"] == amount_won
    for shown in (page(client, objection), page(client, objection, "determinations/2/")):
        side_by_side = shown.split("이의신청 결과")[1].split("</section>")[0]
        for won in ("30,000원", f"{amount_won:,}원", f"{amount_won - 30_000:,}원"):
            assert won in side_by_side
    assert f"/my/claims/{claim.reference}/determinations/1/" in page(client, objection)
    assert told(claim)[-1] == "objection_decided"


def test_the_history_and_the_api_tell_it_too(client, programme, objection):
    decided(objection)
    assert "이의신청을 받아들여 지원금을 모두 80,000원으로 결정했습니다." in page(client, objection)
    answer = client.get(f"/api/v1/claims/{objection.claim.reference}").json()
    [said] = answer["objections"]
    assert (said["state"], said["result"]) == (
        "decided",
        {"before_number": 1, "after_number": 2, "difference_won": 50_000},
    )
    assert [row["by_council"] for row in answer["determinations"]] == [False, True]


def test_after_an_undoing_the_first_determination_counts_and_the_objection_waits(client, programme, officer, objection):
    decision = decided(objection)
    undo(decision=decision, reason="금액을 잘못 옮겼습니다.", actor=officer, at=timezone.now())
    shown = page(client, objection)
    assert "objection-result" not in shown
    assert status(objection).objection == objection
    assert f"/my/claims/{objection.claim.reference}/determinations/1/" in shown  # the one that counts
    assert Determination.objects.count() == 2


def test_what_the_council_decided_can_be_objected_to_but_not_confirmed(programme):
    review, council = case(programme), a_council(programme)
    decision = vote_all(a_session(programme, refer(review)).items.get(), council)
    claim = claim_with_history(claims=Claim.objects.all(), reference=review.claim.reference)
    standing = {"claim": claim, "determination": decision.determination, "policy": policy_for(claim=claim)}
    at = decision.decided_at + HOUR
    assert why_not_open_to(kind="objection", at=at, **standing) is None
    assert why_not_open_to(kind="confirmation", at=at, **standing).code == "no_confirmation"


def test_a_confirmed_tier_is_decided_by_the_council_and_cannot_be_confirmed_again(programme, objection):
    decided(objection)
    claim = history_of(objection)
    assert claim.determination.assessment.route == "fast"
    standing = {"claim": claim, "determination": claim.determination, "policy": policy_for(claim=claim)}
    assert why_not_open_to(kind="confirmation", at=timezone.now(), **standing).code == "no_confirmation"


def test_withdrawn_it_leaves_the_queue_and_the_agenda(programme, objection):
    a_council(programme)
    session = a_session(programme, refer(Review.objects.get(objection=objection)), at=timezone.now())
    withdraw_objection(objection=objection, actor=hong(programme), at=timezone.now())
    assert session.items.get().state == "dropped"
    assert not objections_under_review(programme=programme, whose="", user=hong(programme)).exists()


def test_the_queue_says_what_is_objected_to_and_who_must_not_have_it(
    programme, officer, objection, django_assert_num_queries
):
    second = objection_after(programme, officer)
    with django_assert_num_queries(4):
        rows = objection_rows(reviews=list(objections_under_review(programme=programme, whose="", user=officer)))
    by_review = {row.review: row for row in rows}
    assert by_review[second].prepared_by == (officer,)
    first = by_review[objection.review]
    assert (first.determination.amount_won, first.short_won, first.prepared_by) == (30_000, 170_000, ())
    nobodys = objections_under_review(programme=programme, whose="nobody", user=officer)
    assert set(nobodys) == {second, objection.review}
    assert not objections_under_review(programme=programme, whose="mine", user=User(pk=officer.pk)).exists()
