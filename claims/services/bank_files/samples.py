"""A bank profile tried on made-up people and accounts: what the bank would get."""

from dataclasses import dataclass

from claims.services.bank_files.formats import cells_of, file_pieces
from compensation.policy.bank_cells import Transfer, losses_of, printed_losses
from compensation.policy.bank_profiles import BankLayout
from compensation.policy.references import reference_from

# A short name, one with a company's mark, one that is long, one with letters that not every encoding has.
_PEOPLE = (
    ("004", "KB국민은행", "11012345678901", "김소상", 30_000),
    ("088", "신한은행", "00112345678", "(주)한결식당", 50_000),
    ("071", "우체국", "70001234567890", "열두글자가넘는이름의협동조합", 1_250_000),
    ("090", "카카오뱅크", "3333012345678", "Café 똠방", 2_000_000),
)
_PRINTED_TEXT = "1015 피해지원금"


@dataclass(frozen=True, slots=True)
class SampleTable:
    """The sample as a table: titles, rows of cells, and how many names or texts lose something."""

    titles: list[str]
    rows: list[list[str]]
    losses: int


def sample_table(layout: BankLayout) -> SampleTable:
    """What the cells of the sample say, before they are padded."""
    transfers = list(_transfers())
    lost = sum(1 for transfer in transfers for _ in losses_of(transfer, layout=layout))
    return SampleTable(
        titles=[column.title for column in layout.file.columns],
        rows=[list(map(str, cells_of(transfer, layout=layout))) for transfer in transfers],
        losses=lost + sum(1 for _ in printed_losses(_PRINTED_TEXT, layout=layout)),
    )


def sample_file(layout: BankLayout) -> bytes:
    """The sample as the bank would get it."""
    return b"".join(file_pieces(layout=layout, transfers=_transfers()))


def _transfers() -> list[Transfer]:
    return [
        Transfer(
            sequence=number,
            bank_code=bank_code,
            bank_name=bank_name,
            account_number=account,
            holder=holder,
            amount_won=amount_won,
            printed_text=_PRINTED_TEXT,
            reference=reference_from(number),
            memo=reference_from(0),
        )
        for number, (bank_code, bank_name, account, holder, amount_won) in enumerate(_PEOPLE, start=1)
    ]
