"""How the line grew, as the geometry of an SVG: time from left to right, places from bottom to top, in percent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from users.selectors.storage_pass import LinePoint

WIDTH, HEIGHT = 600, 200  # of the view box; it is stretched to the width of the page


@dataclass(frozen=True, slots=True)
class LineChart:
    """`path` is for a polyline, which ends at the height `last_y`.

    `quota_y` is where the quota lies, None where it is far above the line.
    """

    path: str
    last_y: float
    quota_y: float | None
    first_at: datetime
    last_at: datetime
    highest: int
    width: int = WIDTH
    height: int = HEIGHT


def line_chart(*, points: Sequence[LinePoint], quota: int) -> LineChart | None:
    """The chart; None before there are two applications. The quota belongs to it once a tenth of it is taken."""
    if len(points) < 2:
        return None
    first, last = points[0], points[-1]
    highest = max(last.place, quota) if quota <= last.place * 10 else last.place
    seconds = (last.at - first.at).total_seconds() or 1

    def y(place: int) -> float:
        return round(HEIGHT - place / highest * HEIGHT, 1)

    path = " ".join(
        f"{round((point.at - first.at).total_seconds() / seconds * WIDTH, 1)},{y(point.place)}" for point in points
    )
    return LineChart(path, y(last.place), y(quota) if quota <= highest else None, first.at, last.at, highest)
