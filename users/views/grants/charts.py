"""The console's pictures: members per second over time, and the map of chunks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compensation.runtime.charts import Bin, Histogram, histogram
from users.selectors.grant_console import MapCell, PacePart

LARGE_SQUARES = 100  # in which a mark can be read; more are drawn half as large
STATES = ("done", "part", "pending", "failed")


@dataclass(frozen=True, slots=True)
class PaceChart:
    """The bars, the parts that they stand for, and the ends of the axis in seconds since the start."""

    bars: Histogram
    parts: Sequence[PacePart]
    seconds: float
    rate: float

    @property
    def highest(self) -> int:
        return self.bars.highest


def pace_chart(parts: Sequence[PacePart]) -> PaceChart | None:
    """None before a chunk is done. `rate` is that of the last part: how fast it goes now."""
    if not any(part.members for part in parts):
        return None
    bins = [Bin(int(part.begins), int(part.ends), round(part.rate), "plain") for part in parts]
    return PaceChart(histogram(bins=bins, median=None), parts, parts[-1].ends, parts[-1].rate)


@dataclass(frozen=True, slots=True)
class ChunkPicture:
    """A square per cell; how many there are of each state; for how many chunks one stands, at most."""

    cells: Sequence[MapCell]
    counts: Mapping[str, int]
    chunks_each: int

    @property
    def is_dense(self) -> bool:
        """Whether the squares have to be small."""
        return len(self.cells) > LARGE_SQUARES


def chunk_picture(cells: Sequence[MapCell]) -> ChunkPicture | None:
    """None before there are chunks."""
    if not cells:
        return None
    found = Counter(cell.state for cell in cells)
    counts = {state: found[state] for state in STATES if found[state] or state != "part"}
    return ChunkPicture(cells, counts, max(cell.last - cell.first + 1 for cell in cells))
