"""How losses are distributed: the reported ones, and what they were assessed at."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, BigIntegerField, Count, F, Func, QuerySet, Value
from django.db.models.functions import Floor

from claims.models import Claim
from compensation.programmes.models import Programme

REPORTED, ASSESSED = "lost_sales_won", "assessment__assessed_won"


@dataclass(frozen=True, slots=True)
class Distribution:
    """How many losses lie between `edges` (won): `counts[i]` are those over `edges[i - 1]` up to `edges[i]`.

    The first count has no lower edge, the last no upper one. `median_won` is None without losses.
    """

    edges: tuple[int, ...]
    counts: tuple[int, ...]
    median_won: int | None


class WidthBucket(Func):
    """The number of the bin that a value falls into: how many of the edges are smaller than it."""

    function = "width_bucket"
    output_field = BigIntegerField()


class Median(Aggregate):
    """Half of the values are not above it; between two values in the middle, their mean."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = BigIntegerField()


def distribution(*, programme: Programme, of: str, edges: Sequence[int]) -> Distribution:
    """The distribution in won of REPORTED or ASSESSED losses of claims that are not withdrawn. Two queries."""
    losses = _losses(programme, of)
    found = dict(losses.order_by().values_list(_bin(of, edges)).annotate(Count("id")))
    median = losses.aggregate(median=Floor(Median(of)))["median"]
    return Distribution(
        edges=tuple(edges),
        counts=tuple(found.get(place, 0) for place in range(len(edges) + 1)),
        median_won=None if median is None else int(median),
    )


def _losses(programme: Programme, of: str) -> QuerySet[Claim]:
    return Claim.objects.filter(programme=programme, **{f"{of}__isnull": False}).exclude(state="withdrawn")


def _bin(of: str, edges: Sequence[int]) -> WidthBucket:
    """PostgreSQL's bins hold their lower edge, ours the upper one (a tier's bound is in the tier): one won apart."""
    thresholds = Value([edge + 1 for edge in edges], output_field=ArrayField(BigIntegerField()))
    return WidthBucket(F(of), thresholds)
