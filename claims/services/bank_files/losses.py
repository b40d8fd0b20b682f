"""What a bank's file would lose of a batch: names that its encoding cannot hold, texts that are cut. Shown before."""

from dataclasses import dataclass

from claims.models import BankProfile, PayoutBatch
from claims.selectors.bank_files import layout_of
from claims.services.bank_files.writing import transfers_of
from compensation.policy.bank_cells import CellLoss, losses_of, printed, printed_losses
from compensation.policy.bank_profiles import BankLayout
from compensation.programmes.selectors import current_policy

LISTED_MAX = 200
_FIELDS = {
    "holder": ("예금주 이름", "the holder's name"),
    "printed_text": ("통장 표시 문구", "the text in the statement"),
    "account_number": ("계좌번호", "the account number"),
    "amount_won": ("금액", "the amount"),
    "reference": ("지급 번호", "the reference"),
    "bank_code": ("은행 코드", "the bank's code"),
    "sequence": ("순번", "the sequence"),
}


@dataclass(frozen=True, slots=True)
class Loss:
    """What is lost in one row; `reference` is blank where it is the same in every row.

    `is_fatal`: the file must not be made with this profile.
    """

    reference: str
    field: str
    code: str
    is_fatal: bool
    message_ko: str
    message_en: str


def losses(profile: BankProfile, batch: PayoutBatch) -> list[Loss]:
    """The first LISTED_MAX losses, fatal ones first. Reads every holder: 100,000 rows take some seconds."""
    layout = layout_of(profile)
    version = batch.policy_version or current_policy(programme=batch.programme)
    text = version.policy.payouts.printed_text
    everywhere = [_loss("", loss, text, layout) for loss in printed_losses(text, layout=layout)]
    found: list[Loss] = []
    for transfer in transfers_of(batch, first=0, size=2**31):
        for loss in losses_of(transfer, layout=layout):
            if loss.is_fatal or len(found) < LISTED_MAX:
                found.append(_loss(transfer.reference, loss, transfer.holder, layout))
        if len(found) >= 2 * LISTED_MAX:
            break  # that many rows do not fit: the profile is the wrong one
    return sorted(everywhere + found, key=lambda loss: not loss.is_fatal)[:LISTED_MAX]


def _loss(reference: str, loss: CellLoss, text: str, layout: BankLayout) -> Loss:
    what_ko, what_en = _FIELDS[loss.field]
    if loss.is_fatal:
        said = (f"{what_ko}가 정해진 길이보다 깁니다.", f"{what_en.capitalize()} is longer than its column.")
    elif loss.code == "encoding":
        said = (
            f"{what_ko} 「{text}」에 이 파일의 글자 집합에 없는 글자가 있어 물음표로 적힙니다.",
            f"{what_en.capitalize()} {text!r} has characters that the file cannot hold; they become question marks.",
        )
    elif loss.code == "characters":
        said = (
            f"{what_ko} 「{text}」에 이체 파일에 쓸 수 없는 기호가 있어 뺍니다.",
            f"{what_en.capitalize()} {text!r} has marks that must not be in a bank's file; they are left out.",
        )
    else:
        kept = printed(text, layout=layout) if loss.field == "printed_text" else ""
        said = (
            f"{what_ko} 「{text}」가 길어서 잘립니다." + (f" (「{kept}」까지)" if kept else ""),
            f"{what_en.capitalize()} {text!r} is too long and will be cut." + (f" ({kept!r} stays)" if kept else ""),
        )
    return Loss(reference, loss.field, loss.code, loss.is_fatal, *said)
