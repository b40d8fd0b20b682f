"""The letter about a determination: what it says, that it is accessible, and who gets it."""

import pypdfium2
import pytest

from claims.models import Claim, Payout
from claims.services import letters
from claims.services.assessment import assess_next_batch
from claims.services.facts import correct_facts
from claims.services.letters import LetterFontsMissing, determination_letter
from compensation.audit.models import AccessRecord
from merchants.models import BankAccount, Merchant
from tests.cast import NOW, person
from tests.claims.status_cast import DAY, WITHOUT_SUPPORT, assessed_claim, hong

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    """The words of all pages, as a screen reader or a search finds them: lines joined."""
    pages = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in pages)


def letter(claim, language="ko") -> bytes:
    return determination_letter(determination=claim.determination, language=language, at=NOW)


def test_a_korean_letter_says_what_why_how_and_until_when(programme):
    claim = assessed_claim(programme)
    words = text_of(letter(claim))
    for part in (
        "피해 지원 결정 통지서",
        claim.reference,
        "1015 피해지원",
        "30,000원",
        "산정한 피해액이 200,000원이므로",
        "신고한 매출 손실액은 200,000원입니다.",
        "2023년 3월 2일까지",
        "이의신청이나 확인 요청을 해도 이미 결정된 지원금은 예정대로 지급합니다.",
        "****1234",
        "1015 피해지원 고객센터 070-0000-1015",
    ):
        assert part in words
    assert "98765432101234" not in words


def test_an_english_letter_says_the_same(programme):
    words = text_of(letter(assessed_claim(programme), "en"))
    assert "Notice of determination" in words
    assert "The reported loss of sales is 200,000 won." in words
    assert "you can object until 2 March 2023" in words


def test_a_letter_without_a_payout_promises_none(programme):
    words = text_of(letter(assessed_claim(programme, lost_sales_won=WITHOUT_SUPPORT)))
    assert "지원금 없음" in words
    assert "산정한 피해액이 0원이어서 지원금이 없습니다." in words
    assert "****1234" not in words
    assert "확인 요청’을" not in words


def test_a_letter_without_an_account_asks_for_one(programme):
    claim = assessed_claim(programme)
    Payout.objects.update(account=None)
    BankAccount.objects.all().delete()
    assert "받을 계좌가 아직 등록되어 있지 않습니다." in text_of(letter(claim))


def test_an_old_letter_says_that_it_no_longer_counts(programme, officer):
    claim = assessed_claim(programme)
    old = claim.determination
    correct_facts(claim=claim, changes={"reported_margin_bp": 9_000}, actor=officer, reason="고침", at=NOW + DAY)
    assess_next_batch(programme=programme, actor=officer, at=NOW + DAY)
    words = text_of(determination_letter(determination=old, language="ko", at=NOW + 2 * DAY))
    assert "이 결정은 더 이상 유효하지 않습니다. 2023년 2월 1일에 새 결정이 나왔습니다." in words


def test_the_file_is_tagged_has_a_title_a_language_and_its_own_typeface(programme):
    pdf = letter(assessed_claim(programme))
    for mark in (b"/MarkInfo", b"/StructTreeRoot", b"/Lang(ko)", b"pdfuaid:part>1<", b"pdfaid:part>2<"):
        assert mark in pdf, mark
    assert b"Pretendard" in pdf


@pytest.mark.parametrize(
    "name", ["#let x = 1", "$a$ *굵게* _기울임_", "<script>", "\\", "뷁쏼힣", "大成商會", "가" * 100, "😀 אב"]
)
def test_a_name_is_text_whatever_it_looks_like(programme, name):
    claim = assessed_claim(programme)
    Merchant.objects.filter(pk=claim.merchant_id).update(trade_name=name)
    assert len(letter(claim)) > 10_000


def test_without_the_typeface_no_letter_is_made(programme, settings, tmp_path):
    claim = assessed_claim(programme)
    settings.LETTER_FONTS_DIR = tmp_path
    letters._fonts.cache_clear()
    with pytest.raises(LetterFontsMissing):
        letter(claim)
    letters._fonts.cache_clear()


def test_its_merchant_downloads_it_and_that_is_noted(client, programme):
    claim = assessed_claim(programme)
    client.force_login(hong(programme))
    answer = client.get(f"/my/claims/{claim.reference}/determinations/1/letter/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="determination-{claim.reference}-1.pdf"'
    record = AccessRecord.objects.get()
    assert (record.task, record.subject, record.user) == (
        "letter_downloaded",
        f"claim {claim.reference}",
        hong(programme),
    )


def test_nobody_else_gets_it_and_there_is_none_before_the_decision(client, programme):
    claim, council = assessed_claim(programme), assessed_claim(programme, lost_sales_won=9_000_000)
    client.force_login(hong(programme))
    for path in (f"{council.reference}/determinations/1/letter/", f"{claim.reference}/determinations/2/letter/"):
        assert client.get(f"/my/claims/{path}").status_code == 404
    client.force_login(person("stranger", programme))
    assert client.get(f"/my/claims/{claim.reference}/determinations/1/letter/").status_code == 404
    assert Claim.objects.count() == 2
