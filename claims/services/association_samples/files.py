"""A programme's sample: one XLSX and one CSV file of claims, good rows and faulty ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle
from pathlib import Path
from random import Random

from claims.services.association_samples.businesses import Business, business
from claims.services.association_samples.faults import FAULTS, Cells
from claims.services.association_samples.losses import Loss, Losses
from claims.services.association_samples.offices import write_csv, write_xlsx
from compensation.programmes.models import Programme

CHANNEL = "association"
ON_THE_CHANNEL = 0.92  # ours: nearly every merchant that lost money by the outage uses the messaging channel
XLSX_ROWS_MAX = 50_000  # more good rows than these go into the CSV: spreadsheets of this kind are made by hand


class NoWindowForFiles(Exception):
    """The programme has no intake window that takes association files."""


@dataclass(frozen=True, slots=True)
class SampleFiles:
    xlsx: Path
    csv: Path
    good_rows: int
    faulty_rows: int


def make_association_files(*, programme: Programme, rows: int, faulty: float, seed: int, folder: Path) -> SampleFiles:
    """Writes two files that hold `rows` good rows together, and on top `faulty` (a share of them) that must come back.

    The same arguments make the same files. Written row by row, in constant memory. Raises NoWindowForFiles.
    """
    window = programme.intake_windows.filter(channels__contains=[CHANNEL]).order_by("opens_at").first()
    if window is None:
        raise NoWindowForFiles(programme.code)
    folder.mkdir(parents=True, exist_ok=True)
    files = SampleFiles(
        xlsx=folder / f"{programme.code}-association-1.xlsx",
        csv=folder / f"{programme.code}-association-2.csv",
        good_rows=rows,
        faulty_rows=round(rows * faulty),
    )
    in_xlsx = min(rows - rows // 2, XLSX_ROWS_MAX)
    spoil = cycle(FAULTS.values())
    losses, random = Losses(programme=programme, window=window), Random(seed)

    def drawn(first: int, last: int) -> Iterator[Cells]:
        """The good rows from one index to another, with the faulty ones evenly between them."""
        for index in range(first, last):
            before = _cells(index, losses, random)
            yield before
            faulty_so_far = index * files.faulty_rows // rows
            for extra in range(faulty_so_far, (index + 1) * files.faulty_rows // rows):
                yield next(spoil)(_cells(rows + extra, losses, random), before)

    write_xlsx(files.xlsx, drawn(0, in_xlsx), title=f"{programme.name_ko} 피해 접수 현황", created=window.opens_at)
    write_csv(files.csv, drawn(in_xlsx, rows))
    return files


def _cells(index: int, losses: Losses, random: Random) -> Cells:
    loss = losses.draw(random)
    firm = business(index=index, industry_code=loss.industry_code, random=random)
    return _as_cells(f"SBA-{loss.received_at:%y%m}-{index + 1:07}", firm, loss, random)


def _as_cells(reference: str, firm: Business, loss: Loss, random: Random) -> Cells:
    bank, number, holder = firm.account or ("", "", "")
    return {
        "접수번호": reference,
        "사업자등록번호": firm.number,
        "상호": firm.trade_name,
        "대표자명": firm.representative_name,
        "연락처": firm.phone,
        "이메일": firm.email,
        "업종코드": loss.industry_code,
        "서비스": loss.service,
        "피해 시작일시": loss.began_at,
        "피해 종료일시": loss.ended_at,
        "매출 손실액": loss.lost_sales_won,
        "영업이익률": None if loss.margin_bp is None else Decimal(loss.margin_bp) / 100,
        "대체 서비스 유무": loss.has_alternative,
        "채널 가입": random.random() < ON_THE_CHANNEL,
        "은행": bank,
        "계좌번호": number,
        "예금주": holder,
        "접수일시": loss.received_at,
    }
