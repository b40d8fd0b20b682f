"""Pages of a list: where one is, and the ways on."""

from dataclasses import dataclass

from django.http import QueryDict

from claims.selectors.paging import COUNT_MAX, PAGE_SIZE
from compensation.runtime.forms import number_sent


@dataclass(frozen=True, slots=True)
class Page:
    """Page `number` (from 1) of `total` things; no more than `count_max` of them can be paged through."""

    number: int
    total: int
    query: QueryDict
    count_max: int = COUNT_MAX

    @property
    def shown_total(self) -> int:
        return min(self.total, self.count_max)

    @property
    def is_capped(self) -> bool:
        return self.total > self.count_max

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return min(self.number * PAGE_SIZE, self.shown_total)

    @property
    def previous_query(self) -> str:
        return self._query(self.number - 1) if self.number > 1 else ""

    @property
    def next_query(self) -> str:
        return self._query(self.number + 1) if self.last < self.shown_total else ""

    def _query(self, number: int) -> str:
        query = self.query.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"


def page_number(query: QueryDict) -> int:
    """The number that an address asks for; what is no number is the first page."""
    return number_sent(query.get("page", ""), otherwise=1)
