"""From the cells of one row to a submission, or to everything that is wrong with the row."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from claims.services.association_files.columns import HEADERS, Column
from claims.services.association_files.rows import Cell, Fault, SourceRow, UnreadableCell, fault_of
from claims.services.intake import LossDetails, Submission
from claims.services.intake_rules import IntakeRules
from compensation.policy.seoul import end_of_day
from compensation.runtime.encryption import blind_index
from compensation.values.bank_accounts import check_account_length
from compensation.values.dates import DateValue
from compensation.values.refused import ValueRefused
from compensation.values.text import is_blank
from merchants.services.bank_accounts import BankAccountDetails
from merchants.services.registration import MerchantDetails

DIGEST_CONTEXT = "claims_claim.content_digest"
_ACCOUNT_KEYS = ("bank", "account_number", "account_holder")


class RowRefused(Exception):
    """A row that does not go in. `faults` has everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.code for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class RowParser:
    """Turns rows of one file into submissions.

    `service` and `received_at` stand in where a row does not say; `at` is now: nothing is received later.
    """

    columns: list[tuple[int, Column]]
    rules: IntakeRules
    service: str
    received_at: datetime
    at: datetime

    def parse(self, row: SourceRow) -> Submission:
        """Raises RowRefused."""
        if row.refusal:
            raise RowRefused([fault_of(row.refusal)])
        reading = _Reading(row.cells, self.columns)
        service = reading.service(self.rules, self.service)
        industry_code = reading.industry(self.rules)
        began, ended = reading.period(self.rules)
        received = reading.received(self.at)
        window_id = reading.window_id(self.rules, received, self.received_at)
        account = reading.account()
        if reading.faults:
            raise RowRefused(reading.faults)
        values = reading.values
        return Submission(
            merchant=_merchant(values, industry_code),
            bank_account=account,
            window_id=window_id,
            received_at=received or self.received_at,
            losses=(LossDetails(service, began, ended, values["lost_sales_won"], values["has_alternative"]),),
            reported_margin_bp=values.get("margin_bp"),
            industry_code=industry_code,
            external_reference=values["external_reference"],
            content_digest=_digest(values, service, began, ended, received),
        )


class _Reading:
    """The values of a row as far as they could be read, and the faults found so far."""

    def __init__(self, cells: list[Cell], columns: list[tuple[int, Column]]) -> None:
        self.values: dict[str, Any] = {}
        self.faults: list[Fault] = []
        self._cells = {column.key: cells[index] for index, column in columns}
        for index, column in columns:
            cell = cells[index]
            if not is_blank(cell):
                self._attempt(column.key, column.parse, cell)
            elif column.required:
                self._note(column.key, _required())

    def service(self, rules: IntakeRules, default: str) -> Any:
        """The code of the service; `default` (blank: none) where the row does not say."""
        if "service" in self.values:
            return self._attempt("service", rules.service, self.values["service"])
        if not default and is_blank(self._cells.get("service")):
            self._note("service", _required())
        return default

    def industry(self, rules: IntakeRules) -> Any:
        return self._attempt("industry", rules.industry, self.values["industry"]) if "industry" in self.values else ""

    def period(self, rules: IntakeRules) -> tuple[Any, Any]:
        """When the loss began and ended. A date without a time begins at 0:00 and ends at 24:00."""
        began: DateValue | None = self.values.get("began")
        ended: DateValue | None = self.values.get("ended")
        if began is None or ended is None:
            return None, None
        ended_at = ended.moment if ended.has_time else end_of_day(ended.day)
        try:
            rules.check_period(began_at=began.moment, ended_at=ended_at)
        except ValueRefused as refusal:
            self._note("began" if began.moment < rules.reach_from else "ended", refusal)
        return began.moment, ended_at

    def received(self, at: datetime) -> datetime | None:
        """When the row says that it was received."""
        received: DateValue | None = self.values.get("received")
        if received is not None and received.moment > at:
            self._note("received", _in_the_future())
            return None
        return received.moment if received else None

    def window_id(self, rules: IntakeRules, received: datetime | None, default: datetime) -> Any:
        """The window of the time at which the row was received; `default` where the row does not say."""
        if received is None and not is_blank(self._cells.get("received")):
            return None  # it says something that was refused already
        try:
            return rules.window_at(received or default).pk
        except ValueRefused as refusal:
            return self._note("received", refusal)

    def account(self) -> BankAccountDetails | None:
        """The bank account: all three columns or none."""
        given = [key for key in _ACCOUNT_KEYS if not is_blank(self._cells.get(key))]
        if given and len(given) < len(_ACCOUNT_KEYS):
            missing = next(key for key in _ACCOUNT_KEYS if key not in given)
            self._note(missing, _account_incomplete())
        if any(key not in self.values for key in _ACCOUNT_KEYS):
            return None
        bank, number, holder = (self.values[key] for key in _ACCOUNT_KEYS)
        try:
            check_account_length(bank=bank, number=number)
        except ValueRefused as refusal:
            self._note("account_number", refusal)
        return BankAccountDetails(bank.code, number, holder)

    def _attempt(self, key: str, parse: Callable[[object], Any], value: Any) -> Any:
        if isinstance(value, UnreadableCell):
            return self._note(key, value.refusal)
        try:
            self.values[key] = parse(value)
        except ValueRefused as refusal:
            return self._note(key, refusal)
        return self.values[key]

    def _note(self, key: str, refusal: ValueRefused) -> None:
        self.faults.append(fault_of(refusal, column=HEADERS[key], value=self._cells.get(key)))


def _merchant(values: dict[str, Any], industry_code: str) -> MerchantDetails:
    return MerchantDetails(
        business_number=values["business_number"],
        trade_name=values["trade_name"],
        representative_name=values["representative_name"],
        phone=values["phone"],
        email=values.get("email", ""),
        industry_code=industry_code,
        on_channel=values.get("on_channel"),
    )


def _digest(values: dict[str, Any], service: str, began: datetime, ended: datetime, received: datetime | None) -> str:
    """Tells a repeated row from one with other content: the same for the same values, however they were written.

    Only what stands in the row counts (and the service that its file is for): not the time at which it happened to be
    imported. Keyed, because it is made of phone and account numbers that could be guessed from a plain digest.
    """
    bank = values.get("bank")
    parts = (
        *(values.get(key) for key in _DIGESTED),
        bank and bank.code,
        service,
        began.isoformat(),
        ended.isoformat(),
        received and received.isoformat(),
    )
    return blind_index("\x1f".join("" if part is None else str(part) for part in parts), context=DIGEST_CONTEXT)


_DIGESTED = (
    "business_number",
    "trade_name",
    "representative_name",
    "phone",
    "email",
    "industry",
    "lost_sales_won",
    "margin_bp",
    "has_alternative",
    "on_channel",
    "account_number",
    "account_holder",
)


def _required() -> ValueRefused:
    return ValueRefused("required", "꼭 필요한 값입니다. 적어 주세요.", "This value is required. Please fill it in.")


def _in_the_future() -> ValueRefused:
    return ValueRefused(
        "received_in_the_future", "접수일시가 지금보다 나중입니다.", "The claim would have been received in the future."
    )


def _account_incomplete() -> ValueRefused:
    return ValueRefused(
        "account_incomplete",
        "은행, 계좌번호, 예금주는 세 가지를 모두 적거나 모두 비워 주세요.",
        "Please fill in bank, account number and holder, or leave all three blank.",
    )
