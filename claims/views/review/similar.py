"""How similar cases were decided, as a small plot with the proposal in it."""

from dataclasses import dataclass, replace

from claims.selectors.similar import SimilarCases, similar_cases
from claims.views.review.case_frame import Case
from compensation.policy.likeness import Range, ratio_bp, step_name
from compensation.runtime.charts import Bin, Histogram, Mark, histogram, place
from compensation.runtime.templatetags.wording import page_language

BIN_BP = 1_000  # a bar for each tenth of the assessed loss, and one for those that were refused
TICKS_BP = (0, 5_000, 10_000)


@dataclass(frozen=True, slots=True)
class Compared:
    """`ratio_bp`: what is proposed of the assessed loss, None where nothing is yet."""

    found: SimilarCases
    step_name: str
    chart: Histogram | None
    ratio_bp: int | None
    mark: Mark | None
    usual_from: str = "0"
    usual_width: str = "0"

    @property
    def is_unusual(self) -> bool:
        """Whether the proposal is outside of what is usual for such cases."""
        usual = self.found.usual
        return usual is not None and self.ratio_bp is not None and not usual.holds(self.ratio_bp)


def compared(case: Case, *, amount_won: int | None) -> Compared:
    """The decided cases most like this one, with what is proposed (whole won) among them."""
    assessed_won = case.review.assessed_won
    found = similar_cases(claim=case.claim, assessed_won=assessed_won)
    ratio = None if amount_won is None else ratio_bp(amount_won=amount_won, assessed_won=assessed_won)
    bins = _bins([row.ratio_bp for row in found.cases])
    chart = histogram(bins=bins, median=None, ticks=TICKS_BP)
    return Compared(
        found=found,
        step_name=step_name(found.step, page_language()),
        chart=chart if found.cases else None,
        ratio_bp=ratio,
        mark=None if ratio is None else _mark(bins, ratio),
        **_stretch(bins, found.usual),
    )


def _mark(bins: list[Bin], ratio: int) -> Mark:
    """What is refused has a bar of its own, and stands in its middle."""
    return place(bins=bins, value=ratio) if ratio else replace(place(bins=bins, value=-BIN_BP // 2), value=0)


def _stretch(bins: list[Bin], usual: Range | None) -> dict[str, str]:
    """Where the usual range begins and how wide it is, in percent of the width."""
    if usual is None:
        return {}
    low, high = (float(place(bins=bins, value=value).x.rstrip("%")) for value in (usual.low_bp, usual.high_bp))
    low = low if usual.low_bp else 0.0
    return {"usual_from": f"{low:.2f}", "usual_width": f"{max(high - low, 1.0):.2f}"}


def _bins(ratios_bp: list[int]) -> list[Bin]:
    edges = [(-BIN_BP, 0), *((low, low + BIN_BP) for low in range(0, 10_000, BIN_BP))]
    return [
        Bin(low, high, sum(low < ratio <= high for ratio in ratios_bp), "council" if high else "no_support")
        for low, high in edges
    ]
