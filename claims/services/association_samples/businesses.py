"""Businesses that do not exist: valid numbers, none twice, and names as shops and people have them here."""

from dataclasses import dataclass
from random import Random

# Tax offices 101 to 899, individual businesses 01 to 79, serials 0001 to 9999.
_OFFICES, _KINDS, _SERIALS = 799, 79, 9_999
_NUMBERS = _OFFICES * _KINDS * _SERIALS
_STEP = 104_729_017  # has no divisor in common with either range: i -> i * step mod range meets every number once
_PHONES = 40_000_000  # 010-6000-0000 to 010-9999-9999
_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)

_SURNAMES = "김김김김김이이이이박박박최최정정강조윤장임한오서신권황안송류홍전고문양손배백허남심노하곽성차주우구"
_GIVEN_FIRST = "민서지현하은수예준도윤영승재정동상경미선혜진성태유주소연"
_GIVEN_LAST = "준우진호연아영희수빈경민현서윤은정석훈철자순원규선미나"
_BEFORE = (
    "행복한 우리 새봄 한결 늘푸른 온누리 참좋은 정다운 햇살 미소 한아름 으뜸 "
    "가온 다온 소담 별빛 달빛 푸른 진주 서래 은하 대박 예쁜"
)
_SHOPS = {
    "47": "마트 편의점 반찬가게 꽃집 옷가게 문구 과일 정육점",
    "49": "택시 용달 퀵서비스 화물",
    "55": "펜션 게스트하우스 모텔",
    "56": "분식 김밥 식당 치킨 국수 카페 커피 베이커리 포차 횟집",
    "62": "소프트 정보기술",
    "68": "공인중개사",
    "73": "사진관 디자인 스튜디오",
    "85": "영어학원 수학학원 태권도 피아노교습소",
    "86": "의원 치과의원 한의원",
    "95": "카센터 타이어",
    "96": "미용실 헤어 네일 세탁소 피부관리실",
}
_ANY_SHOP = "상사 공방 스토어 스튜디오 하우스 상점"
_BANKS = (
    "국민은행",
    "신한은행",
    "우리은행",
    "하나은행",
    "농협",
    "기업은행",
    "카카오뱅크",
    "새마을금고",
    "토스뱅크",
    "부산은행",
)
_NUMBER_LENGTHS = {"카카오뱅크": 13, "토스뱅크": 12}  # digits, where not 14


@dataclass(frozen=True, slots=True)
class Business:
    """A business as the association's form has it. `account`: bank, number and holder, or None."""

    number: str
    trade_name: str
    representative_name: str
    phone: str
    email: str
    account: tuple[str, str, str] | None


def business(*, index: int, industry_code: str, random: Random) -> Business:
    """The business with this index. Number and phone follow from the index alone: no two indexes below 600 million
    (phones: 40 million) have one in common."""
    name = random.choice(_SURNAMES) + random.choice(_GIVEN_FIRST) + random.choice(_GIVEN_LAST)
    shop = random.choice(_SHOPS.get(industry_code[:2], _ANY_SHOP).split())
    place = f"{random.choice(_BEFORE.split())} {shop}"
    branch = random.random()
    return Business(
        number=business_number(index),
        trade_name=f"{place} {random.randint(1, 30)}호점"
        if branch < 0.1
        else f"(주){place}"
        if branch < 0.15
        else place,
        representative_name=name,
        phone=_phone(index),
        email=f"shop{index}@example.com" if random.random() < 0.6 else "",
        account=_account(name, random) if random.random() < 0.55 else None,
    )


def business_number(index: int) -> str:
    """Ten digits with the right check digit."""
    rest, serial = divmod(index * _STEP % _NUMBERS, _SERIALS)
    office, kind = divmod(rest, _KINDS)
    digits = f"{office + 101}{kind + 1:02}{serial + 1:04}"
    weighted = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return f"{digits}{-(weighted + int(digits[8]) * 5 // 10) % 10}"


def _phone(index: int) -> str:
    digits = f"{index * _STEP % _PHONES + 60_000_000}"
    return f"010-{digits[:4]}-{digits[4:]}"


def _account(holder: str, random: Random) -> tuple[str, str, str]:
    digits = f"{random.randint(100, 999)}{random.randint(0, 999_999):06}{random.randint(0, 99_999):05}"
    bank = random.choice(_BANKS)
    length = _NUMBER_LENGTHS.get(bank, len(digits))
    return bank, f"{digits[:3]}-{digits[3:9]}-{digits[9:length]}", holder
