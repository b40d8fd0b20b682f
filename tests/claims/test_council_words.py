"""What the merchant reads of the council's decisions: page, letter, timeline, API; reasons, never how anybody voted."""

import pytest

from claims.models import Determination, Objection
from claims.services.council.undoing import undo
from claims.services.letter_words import reason_text
from claims.services.letters import determination_letter
from compensation.messaging.models import Message
from compensation.programmes.models import Role
from tests.cast import NOW, a_session, person, refer
from tests.claims.council_cast import HOUR, claim_of, council, item, objected, vote_all
from tests.claims.pages_cast import merchant_with_account
from tests.claims.status_cast import hong
from tests.claims.test_letters import text_of
from users.models import User

pytestmark = pytest.mark.django_db
__all__ = ["council", "item"]

PROVEN = "제출하신 자료로 장애 기간의 매출 손실이 확인됩니다."
NOT_PROVEN = "제출하신 자료로는 장애로 인한 매출 손실을 확인할 수 없습니다."
PRESENT = "협의체를 이루는 주체 가운데 4곳이 의결에 참여했습니다."


def read(determination: Determination, language: str = "ko") -> str:
    return reason_text(determination=Determination.objects.get(pk=determination.pk), language=language)


@pytest.mark.parametrize(
    ("choices", "korean", "english"),
    [
        (
            ("support",) * 5,
            f"산정한 피해액은 9,000,000원이며, 협의체가 심사하여 지원금 2,000,000원을 결정했습니다. {PROVEN} {PRESENT}",
            "The council reviewed the claim and granted 2,000,000 won. The documents show that sales were lost during",
        ),
        (
            ("refuse",) * 5,
            f"산정한 피해액은 9,000,000원이며, 협의체가 심사하여 지원하지 않기로 결정했습니다. {NOT_PROVEN} {PRESENT}",
            "The council reviewed the claim and decided not to support it. The documents do not show",
        ),
        (
            ("support", "support", "send_back", "refuse", "refuse"),
            "지원하지 않기로 결정했습니다. 협의체에서 과반수의 찬성을 얻지 못했습니다. " + PRESENT,
            "No majority of the council was in favour. 4 of the parties on the council took part in the vote.",
        ),
    ],
)
def test_the_reasons_are_the_policys_sentences(item, council, choices, korean, english):
    determination = vote_all(item, council, *choices).determination
    assert korean in read(determination)
    assert english in read(determination, "en")


@pytest.mark.parametrize(
    ("choices", "korean", "english"),
    [
        (
            ("support",) * 5,
            "이의신청을 받아들여 지원금을 모두 100,000원으로 결정했습니다. "
            "먼저 결정된 30,000원에 70,000원을 더하여 지급합니다.",
            "Your objection was accepted: the payout is now 100,000 won in all. 70,000 won will be paid on top of",
        ),
        (("support_other 60000",) * 5, "이의신청을 일부 받아들여", "Your objection was partly accepted"),
        (("refuse",) * 5, "먼저 결정된 지원금 30,000원을 유지합니다.", "the payout of 30,000 won"),
    ],
)
def test_of_an_objection_it_is_said_what_came_of_it_and_what_is_paid_besides(
    programme, council, choices, korean, english
):
    determination = vote_all(objected(programme, council), council, *choices).determination
    assert korean in read(determination)
    assert english in read(determination, "en")
    assert korean[:20] in Message.objects.latest("id").body


def test_the_letter_says_it_and_names_nobody(item, council):
    merchant_with_account(item.review.claim)
    determination = vote_all(
        item, council, "support", "support", "support_other 3000000", "refuse", "support"
    ).determination
    words = text_of(determination_letter(determination=determination, language="ko", at=NOW + HOUR))
    for part in ("2,000,000원", PROVEN, PRESENT, "****1234"):
        assert part in words
    assert "Member" not in words
    assert "3,000,000원" not in words


def test_a_letter_about_what_was_undone_says_so_and_the_earlier_one_counts_again(programme, council, officer):
    case = objected(programme, council)
    old = claim_of(case).determination
    decision = vote_all(case, council)
    undo(decision=decision, reason="다시", actor=officer, at=NOW + 2 * HOUR)
    undone = text_of(determination_letter(determination=decision.determination, language="ko", at=NOW + 2 * HOUR))
    assert "이 결정은 2023년 1월 31일에 취소되어 더 이상 유효하지 않습니다." in undone
    assert "****1234" not in undone
    assert "더 이상 유효하지 않습니다" not in text_of(determination_letter(determination=old, language="ko", at=NOW))
    second = person("officer2", programme, Role.OFFICER)
    again = a_session(programme, refer(Objection.objects.get().review, amount_won=50_000, officer=second))
    vote_all(again.items.get(), council)
    assert "새 결정이 나왔습니다" in text_of(determination_letter(determination=old, language="ko", at=NOW))


def test_its_merchant_reads_old_and_new_on_the_page_and_through_the_api(client, programme, council, officer):
    case = objected(programme, council)
    decision = vote_all(case, council)
    claim = claim_of(case)
    client.force_login(hong(programme))
    page = client.get(f"/my/claims/{claim.reference}/").content.decode()
    assert "이의신청을 받아들여 지원금을 모두 100,000원으로 결정했습니다." in page
    assert "지원금(모두)" in client.get(f"/my/claims/{claim.reference}/determinations/2/").content.decode()
    answer = client.get(f"/api/v1/claims/{claim.reference}").json()
    rows = [(row["amount_won"], row["reason"]["code"], row["is_current"]) for row in answer["determinations"]]
    assert rows == [(30_000, "within_tier", False), (100_000, "objection_upheld", True)]
    undo(decision=decision, reason="다시", actor=officer, at=NOW + 2 * HOUR)
    assert "협의체의 결정이 취소되어 다시 심사합니다." in client.get(f"/my/claims/{claim.reference}/").content.decode()
    undone = client.get(f"/my/claims/{claim.reference}/determinations/2/").content.decode()
    assert "취소되어 더 이상 유효하지 않습니다." in undone


def test_a_claim_before_the_council_again_says_that_it_was_undone(client, item, council, officer, programme):
    claim = item.review.claim
    merchant_with_account(claim, user=hong(programme))
    undo(decision=vote_all(item, council), reason="다시", actor=officer, at=NOW + 2 * HOUR)
    client.force_login(User.objects.get(username="hong"))
    events = client.get(f"/api/v1/claims/{claim.reference}").json()["timeline"]
    codes = [event["code"] for event in events if not event["code"].startswith("message")]
    assert codes[:2] == ["decision_undone", "determined"]
    assert codes.count("awaiting_council") <= 1
