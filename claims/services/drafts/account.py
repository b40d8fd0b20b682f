"""The step `account`: where the payout goes. An account on record is kept unless the merchant names another one."""

from dataclasses import dataclass

from claims.services.drafts.answers import Typed, scalars
from claims.services.drafts.context import StepContext
from claims.services.drafts.problems import Parsed, Reading, required
from compensation.values.bank_accounts import check_account_length, parse_account_number, parse_bank
from compensation.values.names import parse_name
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank, plain_text
from merchants.services.bank_accounts import BankAccountDetails

NAMES = ("use", "bank", "number", "holder")
RECORDED, OTHER = "recorded", "other"


@dataclass(frozen=True, slots=True)
class AccountAnswer:
    """The account that was named; None to keep the one on record."""

    named: BankAccountDetails | None


def shape(typed: object) -> Typed:
    """Raises AnswerTooLong, AnswerMisshapen."""
    return scalars(typed, NAMES)


def with_number_kept(typed: Typed, before: Typed) -> Typed:
    """The number is shown masked, so a blank one means the one that was typed before."""
    if is_blank(typed.get("number")) and not is_blank(before.get("number")):
        return typed | {"number": before["number"]}
    return typed


def keeps_the_recorded(typed: Typed, context: StepContext) -> bool:
    """Whether the account on record is to be used. An agent cannot name another one (ours): who calls is not proven."""
    if context.account_on_record is None:
        return False
    return context.by_agent or plain_text(typed.get("use", "")) == RECORDED


def parse(typed: Typed, context: StepContext) -> Parsed[AccountAnswer]:
    """The account that the person names, or that the one on record is kept."""
    if keeps_the_recorded(typed, context):
        return Parsed(AccountAnswer(None))
    reading, recorded = Reading(), context.account_on_record
    if recorded and all(is_blank(typed.get(name)) for name in NAMES):
        reading.note("use", _no_choice())
        return Parsed(None, tuple(reading.problems))
    bank = reading.read("bank", typed.get("bank"), parse_bank, missing=NO_BANK)
    number = reading.read("number", typed.get("number"), parse_account_number, missing=NO_NUMBER)
    holder = reading.read("holder", typed.get("holder"), parse_name, missing=NO_HOLDER)
    if bank and number:
        reading.read("number", number, lambda _: check_account_length(bank=bank, number=number), missing=NO_NUMBER)
    named = BankAccountDetails(bank.code, number, holder) if bank and number and holder else None
    if recorded and named != BankAccountDetails(recorded.bank_code, recorded.number, recorded.holder):
        reading.read("use", typed.get("use"), _use, missing=_no_choice())
    return reading.result(AccountAnswer(named))


def _use(typed: object) -> str:
    if plain_text(typed) != OTHER:
        raise _no_choice()
    return OTHER


def _no_choice() -> ValueRefused:
    return required("받을 계좌를 골라 주세요.", "Please choose the account.")


NO_BANK = required("은행을 골라 주세요.", "Please choose the bank.")
NO_NUMBER = required("계좌번호를 숫자로 적어 주세요.", "Please write the account number in digits.")
NO_HOLDER = required(
    "예금주 이름을 통장에 적힌 대로 적어 주세요.", "Please write the account holder's name as the bank has it."
)
