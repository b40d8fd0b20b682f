"""What is checked of a case before the council decides (ours): the list, and the pure rules of the machine's checks.

A check has passed, failed, or found nothing to look at. The machine says what it can; papers are read by people.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compensation.policy.wording import pick

BUSINESS_ACTIVE, CERTIFICATE_VALID = "business_active", "certificate_valid"
LOSS_PROOF, BUSINESS_USE, HOLDER_MATCHES = "loss_proof_period", "business_use", "holder_matches"
DUPLICATES = "duplicates"
SHARED_ACCOUNT, SHARED_PHONE, SHARED_ADDRESS = "shared_account", "shared_phone", "shared_address"
SHARED_DEVICE, SHARED_DOCUMENT = "shared_device", "shared_document"
SHARED = (SHARED_ACCOUNT, SHARED_PHONE, SHARED_DOCUMENT, SHARED_DEVICE, SHARED_ADDRESS)

# Businesses of one building, and whoever has the same mobile operator, send from one address: a few are no sign.
ADDRESS_CLAIMS_USUAL = 4  # other claims from the same line
ACTIVE = "01"  # the tax service's code of a business that goes on (계속사업자); 02: suspended, 03: closed


@dataclass(frozen=True, slots=True)
class CaseCheck:
    """A check: what it is called, and what it asks. One that the machine does not do is done by hand only."""

    code: str
    name_ko: str
    name_en: str
    meaning_ko: str
    meaning_en: str

    def meaning(self, language: str) -> str:
        return pick(language, self.meaning_ko, self.meaning_en)


CHECKS: Mapping[str, CaseCheck] = {
    check.code: check
    for check in (
        CaseCheck(
            BUSINESS_ACTIVE,
            "사업자 등록 상태",
            "business registration",
            "국세청에 계속사업자로 등록되어 있는지 봅니다.",
            "Whether the tax service lists the business as active.",
        ),
        CaseCheck(
            CERTIFICATE_VALID,
            "소상공인 확인서",
            "small-merchant certificate",
            "확인서가 접수한 때에 유효했는지 봅니다.",
            "Whether the certificate was valid when the claim was filed.",
        ),
        CaseCheck(
            LOSS_PROOF,
            "매출 피해 입증 자료",
            "proof of lost sales",
            "자료가 피해 기간과 비교 기간을 모두 담고 있는지 봅니다.",
            "Whether the documents cover the days of the loss and the days to compare with.",
        ),
        CaseCheck(
            BUSINESS_USE,
            "서비스 활용 영업",
            "business use of the service",
            "해당 서비스로 영업해 온 사실이 자료로 보이는지 봅니다.",
            "Whether the documents show that business was done through the service.",
        ),
        CaseCheck(
            HOLDER_MATCHES,
            "예금주",
            "account holder",
            "계좌의 예금주가 상호나 대표자 이름과 같은지 봅니다.",
            "Whether the account is held by the business or its representative.",
        ),
        CaseCheck(
            DUPLICATES,
            "중복 접수",
            "double claims",
            "같은 소상공인이 같은 기간의 같은 서비스 피해를 다시 접수했는지 봅니다.",
            "Whether the same merchant has another claim for the same service and days.",
        ),
        CaseCheck(
            SHARED_ACCOUNT,
            "같은 계좌",
            "same account",
            "다른 소상공인이 같은 계좌를 적었는지 봅니다.",
            "Whether another merchant named the same account.",
        ),
        CaseCheck(
            SHARED_PHONE,
            "같은 연락처",
            "same phone",
            "다른 소상공인이 같은 전화번호를 적었는지 봅니다.",
            "Whether another merchant named the same phone number.",
        ),
        CaseCheck(
            SHARED_DOCUMENT,
            "같은 자료",
            "same document",
            "다른 소상공인이 같은 파일을 냈는지 봅니다.",
            "Whether another merchant handed in the same file.",
        ),
        CaseCheck(
            SHARED_DEVICE,
            "같은 기기",
            "same device",
            "다른 소상공인의 접수가 같은 기기에서 왔는지 봅니다.",
            "Whether another merchant's claim was sent from the same device.",
        ),
        CaseCheck(
            SHARED_ADDRESS,
            "같은 접속 주소",
            "same network address",
            "다른 소상공인의 접수가 같은 접속 주소에서 많이 왔는지 봅니다.",
            "Whether many other merchants' claims were sent from the same network address.",
        ),
    )
}

_LEGAL_FORMS = re.compile(r"주식회사|유한회사|유한책임회사|합자회사|합명회사|\(주\)|\(유\)|\(합\)|㈜|㈔|\(사\)")
_NO_LETTERS = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[()\[\]]")


def holder_matches(*, holder: str, names: Iterable[str]) -> bool:
    """Whether an account's holder is one of these names (business, representative), as banks write them.

    Legal forms, spaces and punctuation do not count, nor what stands in brackets beside a name: 홍길동(길동분식).
    """
    known = {bare_name(name) for name in names} - {""}
    written = {bare_name(holder), *map(bare_name, _BRACKETS.split(_LEGAL_FORMS.sub("", holder)))} - {""}
    return not known.isdisjoint(written)


def bare_name(name: str) -> str:
    """A name without what does not make it another one: legal forms, spaces, punctuation, width, capitals."""
    plain = unicodedata.normalize("NFKC", _LEGAL_FORMS.sub("", unicodedata.normalize("NFC", name)))
    return _NO_LETTERS.sub("", plain).casefold()
