"""The geometry of bar charts that templates draw as SVG: x in percent of the width, y in pixels from the top."""

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT = 224  # pixels of the plot; labels stand above and below it


@dataclass(frozen=True, slots=True)
class Bin:
    """The values over `above` up to and including `up_to` (None: no upper bound), and how many there are.

    `series` is the CSS name of the bar's colour.
    """

    above: int
    up_to: int | None
    count: int
    series: str


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    width: str
    y: float
    height: float
    bin: Bin


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the axis. `anchor` keeps its label inside the chart."""

    x: str
    value: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars of equal width, `bounds` and `median` as places between them, `ticks` to be labelled below.

    The highest bar stands for `highest`.
    """

    bars: tuple[Bar, ...]
    bounds: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    median: Mark | None
    count: int
    highest: int
    height: int = HEIGHT

    @property
    def middle(self) -> float:
        """Where half of the highest bar is; on half a pixel a line is sharp."""
        return self.height / 2 + 0.5


def histogram(
    *, bins: Sequence[Bin], median: int | None, bounds: Sequence[int] = (), ticks: Sequence[int] = ()
) -> Histogram:
    """The chart of `bins`, lowest first, without gaps. Values in the unit of the bins."""
    width = 100 / len(bins)
    highest = max((bin_.count for bin_ in bins), default=0) or 1
    bars = tuple(_bar(place, bin_, width, highest) for place, bin_ in enumerate(bins))
    return Histogram(
        bars=bars,
        bounds=tuple(_mark(bins, value) for value in bounds),
        ticks=tuple(_mark(bins, value) for value in ticks),
        median=None if median is None else _mark(bins, median),
        count=sum(bin_.count for bin_ in bins),
        highest=highest,
    )


def place(*, bins: Sequence[Bin], value: int) -> Mark:
    """Where a value lies on the axis of a chart of these bins."""
    return _mark(bins, value)


def _bar(place: int, bin_: Bin, width: float, highest: int) -> Bar:
    gap = width * 0.12
    height = max(round(bin_.count / highest * HEIGHT, 1), 2.0 if bin_.count else 0.0)
    return Bar(
        x=_percent(place * width + gap / 2),
        width=_percent(width - gap),
        y=round(HEIGHT - height, 1),
        height=height,
        bin=bin_,
    )


def _mark(bins: Sequence[Bin], value: int) -> Mark:
    """Where `value` lies: within its bin in proportion, in the middle of a bin without upper bound."""
    for place, bin_ in enumerate(bins):
        if bin_.up_to is None:
            share = 0.5
        elif value <= bin_.up_to:
            share = max(value - bin_.above, 0) / (bin_.up_to - bin_.above)
        else:
            continue
        position = (place + share) * 100 / len(bins)
        return Mark(x=_percent(position), value=value, anchor=_anchor(position))
    return Mark(x="100%", value=value, anchor="end")


def _anchor(position: float) -> str:
    return "start" if position < 12 else "end" if position > 88 else "middle"


def _percent(value: float) -> str:
    return f"{value:.2f}%"
