"""The pages on which a merchant follows a claim: what they take and refuse, and who sees them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from claims.models import Answer, Claim, Evidence, Objection, Payout, Question
from claims.selectors.paging import PAGE_SIZE
from claims.services.questions import ask
from compensation.programmes.models import Role
from merchants.models import BankAccount, Merchant, Representative
from tests.cast import NOW, make_claims, person
from tests.claims.evidence_samples import picture
from tests.claims.status_cast import (
    BEFORE_THE_COUNCIL,
    CERTIFICATE,
    SALES,
    WITHOUT_SUPPORT,
    assessed_claim,
    hong,
    received_claim,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]

NASTY = ["a\0b", "😀 이모지", "\u202eabc", "<script>alert(1)</script>", "=1+1", "-5", "１２３", "1e5", "x" * 3_000, " "]


@pytest.fixture
def me(client, programme):
    """Hong is signed in."""
    user = hong(programme)
    client.force_login(user)
    return user


def now_claim(programme, *, lost_sales_won) -> Claim:
    """A claim assessed now: the pages go by the clock."""
    return assessed_claim(programme, lost_sales_won=lost_sales_won, at=timezone.now())


def file(name="매출.jpg", size=(320, 240)) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(size=size), content_type="image/jpeg")


def asked(claim, officer, kinds=(SALES,), text="") -> tuple[Question, str]:
    question = ask(claim=claim, kinds=kinds, text=text, actor=officer, at=timezone.now())
    return question, f"/my/claims/{claim.reference}/questions/{question.reference}/"


@pytest.mark.parametrize("lost_sales_won", [200_000, WITHOUT_SUPPORT, BEFORE_THE_COUNCIL])
def test_every_outcome_has_its_page(client, programme, me, lost_sales_won):
    claim = now_claim(programme, lost_sales_won=lost_sales_won)
    page = client.get(f"/my/claims/{claim.reference}/").content.decode()
    expected = {200_000: "30,000원", WITHOUT_SUPPORT: "지원금 없음", BEFORE_THE_COUNCIL: "협의체 심사 중"}
    assert expected[lost_sales_won] in page
    assert "지금까지 있었던 일" in page
    assert client.get("/my/claims/").status_code == 200


def test_whoever_acts_for_many_pages_through_every_claim_once(client, programme, me):
    make_claims(programme=programme, count=PAGE_SIZE + 1)
    for merchant in Merchant.objects.all():
        Representative.objects.create(merchant=merchant, user=me, since=NOW)
    first, last = (client.get("/my/claims/", {"page": number}) for number in (1, 2))
    assert [len(page.context["rows"]) for page in (first, last)] == [PAGE_SIZE, 1]
    assert len({row["claim"].pk for page in (first, last) for row in page.context["rows"]}) == PAGE_SIZE + 1
    assert ('href="?page=2"' in first.content.decode(), 'href="?page=1"' in last.content.decode()) == (True, True)


def test_what_is_asked_stands_on_top_with_one_button(client, programme, me, officer):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    page = client.get(f"/my/claims/{claim.reference}/")
    assert page.context["asked"]["code"] == "papers"  # all papers of the council are still missing
    _, address = asked(claim, officer)
    page = client.get(f"/my/claims/{claim.reference}/")
    assert page.context["asked"]["code"] == "question"
    assert page.content.decode().count(address) == 1
    assert "답변 필요" in client.get("/my/claims/").content.decode()


def test_a_paid_claim_without_an_account_asks_for_one(client, programme, me):
    claim = now_claim(programme, lost_sales_won=200_000)
    Payout.objects.update(account=None)
    BankAccount.objects.all().delete()
    assert client.get(f"/my/claims/{claim.reference}/").context["asked"]["code"] == "account"


def test_papers_and_words_are_sent_in_one_form(client, programme, me, officer):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    question, address = asked(claim, officer, kinds=[SALES, CERTIFICATE])
    sent = {f"files-{SALES}": file(), f"files-{CERTIFICATE}": file("확인서.jpg", (640, 480)), "text": "보냅니다."}
    answer = client.post(address, sent, follow=True)
    assert answer.redirect_chain == [(f"/my/claims/{claim.reference}/", 302)]
    assert "답변을 보냈습니다." in answer.content.decode()
    given = Answer.objects.get(question=question)
    assert (given.text, given.evidence.count()) == ("보냅니다.", 2)


def test_a_bad_file_stands_next_to_its_field_and_nothing_else_is_lost(client, programme, me, officer):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    _, address = asked(claim, officer, kinds=[SALES, CERTIFICATE])
    bad = SimpleUploadedFile("그림.svg", b"<svg onload='x'/>")
    answer = client.post(address, {f"files-{SALES}": file(), f"files-{CERTIFICATE}": bad, "text": "보냅니다."})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#files-{CERTIFICATE}"' in page
    assert "매출.jpg" in page
    assert "보냅니다." in page
    assert not Answer.objects.exists()
    del bad
    answer = client.post(address, {f"files-{CERTIFICATE}": file("확인서.jpg", (640, 480)), "text": "보냅니다."})
    assert answer.status_code == 302  # the good file of the first try counts, and is not sent again
    assert Answer.objects.get().evidence.count() == 2


def test_files_can_be_uploaded_now_and_sent_later(client, programme, me, officer):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    _, address = asked(claim, officer)
    kept = client.post(address, {f"files-{SALES}": file(), "text": "아직 씁니다", "action": "upload"})
    assert (kept.status_code, Answer.objects.count(), Evidence.objects.count()) == (200, 0, 1)
    assert "아직 씁니다" in kept.content.decode()
    assert client.post(address, {"text": ""}).status_code == 302


def test_an_empty_answer_says_what_is_missing(client, programme, me, officer):
    _, address = asked(now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL), officer)
    answer = client.post(address, {})
    assert answer.status_code == 422
    assert "아직 올리지 않은 자료가 있습니다: 매출 피해 입증 자료." in answer.content.decode()


@pytest.mark.parametrize("text", NASTY)
def test_whatever_is_written_is_taken_as_text_or_refused_with_a_sentence(client, programme, me, officer, text):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    _, address = asked(claim, officer, kinds=[], text="?")
    assert client.post(address, {"text": text}).status_code in (302, 422)
    assert "<script>alert" not in client.get(f"/my/claims/{claim.reference}/").content.decode()


def test_an_answered_question_leads_back_to_the_claim(client, programme, me, officer):
    _, address = asked(now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL), officer, kinds=[], text="?")
    client.post(address, {"text": "네"})
    assert client.get(address).status_code == 302
    again = client.post(address, {"text": "아니요"})
    assert again.status_code == 422
    assert "이미 답변이 접수되었습니다" in again.content.decode()


@pytest.mark.parametrize("kind", ["objection", "confirmation"])
def test_objecting_and_taking_it_back(client, programme, me, kind):
    claim = now_claim(programme, lost_sales_won=200_000)
    address = f"/my/claims/{claim.reference}/file/{kind}/"
    assert client.get(address).status_code == 200
    assert client.post(address, {"reasons": ""}).status_code == 422
    assert client.post(address, {"reasons": "더 큽니다.", f"files-{SALES}": file()}).status_code == 302
    objection = Objection.objects.get()
    assert (objection.kind, objection.evidence.count()) == (kind, 1)
    page = client.get(f"/my/claims/{claim.reference}/").content.decode()
    assert f"objections/{objection.reference}/withdraw/" in page
    assert client.post(address, {"reasons": "다른 이유"}).status_code == 422
    assert client.post(address, {"reasons": "더 큽니다."}).status_code == 302  # a second click
    client.post(f"/my/claims/{claim.reference}/objections/{objection.reference}/withdraw/")
    assert Objection.objects.get().state == "withdrawn"


def test_too_late_says_so_before_anything_is_written(client, programme, me):
    claim = assessed_claim(programme)  # years ago
    answer = client.get(f"/my/claims/{claim.reference}/file/objection/")
    assert "신청할 수 있는 기간이 지났습니다." in answer.content.decode()
    assert "<textarea" not in answer.content.decode()
    assert client.post(answer.request["PATH_INFO"], {"reasons": "늦었습니다."}).status_code == 422
    assert (
        "이의신청은 2023년 3월 2일까지 할 수 있었습니다."
        in client.get(f"/my/claims/{claim.reference}/").content.decode()
    )


def test_withdrawing_needs_a_reason_and_says_what_it_means(client, programme, me):
    claim = received_claim(programme)
    address = f"/my/claims/{claim.reference}/withdraw/"
    assert "되돌릴 수 없습니다" in client.get(address).content.decode()
    assert client.post(address, {"reason": "<b>"}).status_code == 422
    assert client.post(address, {"reason": "withdrawn_mistake"}).status_code == 302
    page = client.get(f"/my/claims/{claim.reference}/")
    assert "철회한 접수" in page.content.decode()
    assert "이미 철회한 접수입니다." in client.get(address).content.decode()


def test_what_was_decided_cannot_be_withdrawn_by_its_page(client, programme, me):
    claim = now_claim(programme, lost_sales_won=200_000)
    answer = client.post(f"/my/claims/{claim.reference}/withdraw/", {"reason": "withdrawn_mistake"})
    assert answer.status_code == 422
    assert "이미 결정이 나와 철회할 수 없습니다." in answer.content.decode()


def test_changing_the_account(client, programme, me):
    claim = now_claim(programme, lost_sales_won=200_000)
    address = f"/my/claims/{claim.reference}/account/"
    page = client.get(address).content.decode()
    assert "****1234" in page
    assert "98765432101234" not in page
    typed = {"bank": "088", "number": "110-123-456789", "holder": "홍길동"}
    assert client.post(address, typed).status_code == 302
    assert claim.merchant.bank_accounts.latest().number == "110123456789"


@pytest.mark.parametrize("field", ["bank", "number", "holder"])
@pytest.mark.parametrize("text", NASTY[:6] + NASTY[7:])
def test_a_wrong_account_gets_a_sentence_next_to_its_field_and_nothing_is_lost(client, programme, me, field, text):
    claim = now_claim(programme, lost_sales_won=200_000)
    typed = {"bank": "088", "number": "110-123-456789", "holder": "홍길동"} | {field: text}
    answer = client.post(f"/my/claims/{claim.reference}/account/", typed)
    if answer.status_code == 302:  # a name may look like anything
        assert field == "holder"
        return
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="#{field}"' in page
    assert all(value in page for name, value in typed.items() if name not in (field, "bank"))
    assert "<script>alert" not in page


def test_an_officer_asks_and_takes_it_back(client, programme, officer):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    client.force_login(officer)
    base = f"/programmes/1015/claims/{claim.reference}/"
    page = client.get(base)
    assert sorted(page.context["chosen_kinds"]) == sorted(kind.code for kind in page.context["missing"])
    empty = client.post(f"{base}questions/", {"text": " "})
    assert empty.status_code == 422
    assert "필요한 자료를 고르거나" in empty.content.decode()
    assert client.post(f"{base}questions/", {"kinds": [SALES], "text": "날짜"}).status_code == 302
    question = Question.objects.get()
    assert "요청 취소" in client.get(base).content.decode()
    assert client.post(f"{base}questions/{question.reference}/cancel/").status_code == 302
    assert Question.objects.get().state == "cancelled"


@pytest.mark.parametrize("role", [Role.OPS, Role.AGENT, Role.AUDITOR, Role.COUNCIL, Role.MERCHANT])
def test_only_officers_ask(client, programme, role):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    client.force_login(person("somebody", programme, role))
    base = f"/programmes/1015/claims/{claim.reference}/"
    assert client.post(f"{base}questions/", {"kinds": [SALES]}).status_code == 404
    if role != Role.MERCHANT:
        assert f"{base}questions/" not in client.get(base).content.decode()


def test_nobody_but_a_representative_gets_to_any_of_the_pages(client, programme, officer):
    claim = now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)
    paid = now_claim(programme, lost_sales_won=200_000)
    _, address = asked(claim, officer)
    base = f"/my/claims/{claim.reference}/"
    paths = [base, address, f"{base}account/", f"{base}withdraw/", f"/my/claims/{paid.reference}/file/objection/"]
    paths += [f"/my/claims/{paid.reference}/determinations/1/", f"/my/claims/{paid.reference}/determinations/1/letter/"]
    for user in (person("stranger", programme), officer):
        client.force_login(user)
        assert {client.get(path).status_code for path in paths} == {404}
        assert {client.post(path).status_code for path in paths[1:5]} == {404}
    client.force_login(hong(programme))
    assert {client.get(path).status_code for path in paths} == {200}
    client.logout()
    assert {client.get(path).status_code for path in paths} == {302}


@pytest.mark.parametrize(
    "path",
    [
        "determinations/0/",
        "determinations/2/",
        "determinations/99999999999999999999/",
        "file/nonsense/",
        "questions/nope/",
        "objections/nope/withdraw/",
    ],
)
def test_what_is_not_there_is_not_there(client, programme, me, path):
    claim = now_claim(programme, lost_sales_won=200_000)
    method = client.post if path.endswith("withdraw/") else client.get
    assert method(f"/my/claims/{claim.reference}/{path}").status_code == 404


def test_a_question_of_one_claim_is_not_found_under_another(client, programme, me, officer):
    claim, other = (now_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL) for _ in range(2))
    question, _ = asked(claim, officer)
    assert client.get(f"/my/claims/{other.reference}/questions/{question.reference}/").status_code == 404


def test_pages_of_a_claim_are_not_kept_by_the_browser(client, programme, me):
    claim = now_claim(programme, lost_sales_won=200_000)
    answer = client.get(f"/my/claims/{claim.reference}/")
    assert "no-store" in answer.headers["Cache-Control"]
