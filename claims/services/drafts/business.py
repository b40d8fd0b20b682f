"""The step `business`: which business, and, where it is not on record yet, its name, representative and contact."""

from dataclasses import dataclass

from claims.selectors.drafts import Relation
from claims.services.drafts.answers import Typed, scalars
from claims.services.drafts.context import StepContext
from claims.services.drafts.problems import Parsed, Reading, required
from compensation.values.business_numbers import parse_business_number
from compensation.values.emails import parse_email
from compensation.values.names import parse_name
from compensation.values.phones import is_mobile, parse_phone
from compensation.values.refused import ValueRefused
from merchants.models import Merchant
from merchants.services.registration import MerchantDetails

NAMES = ("business_number", "trade_name", "representative_name", "phone", "email")


@dataclass(frozen=True, slots=True)
class BusinessAnswer:
    """The business as it would be filed; what is on record stands as it is there."""

    relation: Relation
    details: MerchantDetails


def shape(typed: object) -> Typed:
    """Raises AnswerTooLong, AnswerMisshapen."""
    return scalars(typed, NAMES)


def parse(typed: Typed, context: StepContext) -> Parsed[BusinessAnswer]:
    """The business, if the person may file for it."""
    reading = Reading()
    number = reading.read("business_number", typed.get("business_number"), parse_business_number, missing=NO_NUMBER)
    if number is None:
        # Not known to be on record: what is written already is checked, what is not is asked for later.
        _read_details(reading, typed, context, number="", missing_counts=False)
        return Parsed(None, tuple(reading.problems))
    business = context.business(number)
    if business.relation == Relation.OTHERS:
        reading.note("business_number", BUSINESS_OF_OTHERS)
        return Parsed(None, tuple(reading.problems))
    if business.merchant is not None:
        return Parsed(BusinessAnswer(business.relation, _on_record(business.merchant)))
    details = _read_details(reading, typed, context, number=number, missing_counts=True)
    return reading.result(BusinessAnswer(business.relation, details))


def _read_details(
    reading: Reading, typed: Typed, context: StepContext, *, number: str, missing_counts: bool
) -> MerchantDetails:
    def asked(sentence: ValueRefused) -> ValueRefused | None:
        return sentence if missing_counts else None

    trade_name = reading.read("trade_name", typed.get("trade_name"), parse_name, missing=asked(NO_TRADE_NAME))
    representative = reading.read(
        "representative_name", typed.get("representative_name"), parse_name, missing=asked(NO_REPRESENTATIVE)
    )
    phone = reading.read("phone", typed.get("phone"), parse_phone, missing=asked(NO_PHONE))
    if phone and is_mobile(phone) and not context.by_agent and phone not in context.proven_phones:
        reading.note("phone", PHONE_NOT_PROVEN)
    email = reading.read("email", typed.get("email"), parse_email, missing=None)
    return MerchantDetails(number, trade_name or "", representative or "", phone or "", email or "")


def _on_record(merchant: Merchant) -> MerchantDetails:
    return MerchantDetails(
        business_number=merchant.business_number,
        trade_name=merchant.trade_name,
        representative_name=merchant.representative_name,
        phone=merchant.phone,
        email=merchant.email,
        industry_code=merchant.industry_code,
    )


NO_NUMBER = required(
    "사업자등록번호를 적어 주세요. 사업자등록증의 숫자 10자리입니다.",
    "Please write the business registration number: the 10 digits on the certificate.",
)
NO_TRADE_NAME = required("상호를 적어 주세요.", "Please write the name of the business.")
NO_REPRESENTATIVE = required("대표자 이름을 적어 주세요.", "Please write the name of the representative.")
NO_PHONE = required("연락받을 전화번호를 적어 주세요.", "Please write a phone number at which we can reach you.")
PHONE_NOT_PROVEN = ValueRefused(
    "phone_not_proven",
    "아직 확인하지 않은 휴대전화 번호입니다. 로그인할 때 확인한 번호를 적거나, 이 번호를 먼저 확인해 주세요.",
    "This mobile number is not confirmed yet. Please write the one you signed in with, or confirm this one first.",
)
BUSINESS_OF_OTHERS = ValueRefused(
    "business_of_others",
    "이 사업자등록번호는 다른 전화번호로 등록되어 있습니다. 본인의 사업자라면 등록한 휴대전화를 먼저 확인하거나 "
    "고객센터에 문의해 주세요.",
    "This business registration number is on record with another phone. If the business is yours, please confirm the "
    "registered mobile phone first, or contact the customer centre.",
)
