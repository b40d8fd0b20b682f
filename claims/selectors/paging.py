"""Pages of long lists."""

from typing import TypeVar

from django.db.models import Model, QuerySet

PAGE_SIZE = 50
COUNT_MAX = 10_000  # counted and paged through no further: who looks for more, searches

Row = TypeVar("Row", bound=Model)


def page_of(
    *, rows: QuerySet[Row], number: int, count_max: int = COUNT_MAX, counts_in_order: bool = False
) -> tuple[list[Row], int, int]:
    """The rows of a page (from 1), the number of the page really shown, and how many rows there are.

    The count ends at `count_max` + 1. `counts_in_order`: along the index of the order, which is quicker where many rows
    match and none of them is easier to find than by walking through.
    """
    total = (rows if counts_in_order else rows.order_by())[: count_max + 1].count()
    last = max(-(-min(total, count_max) // PAGE_SIZE), 1)
    number = min(max(number, 1), last)
    start = (number - 1) * PAGE_SIZE
    return list(rows[start : start + PAGE_SIZE]), number, total
