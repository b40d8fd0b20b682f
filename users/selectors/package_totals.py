"""What members got, package by package."""

from dataclasses import dataclass

from django.db.models import Sum

from compensation.programmes.models import BenefitPackage, Programme
from users.models import Grant, GrantChunk, GrantJob


@dataclass(frozen=True, slots=True)
class PackageTotals:
    """Members of the latest job of a package. expected = granted + excluded + failed, at any moment.

    `granted` counts those whom an earlier job had granted too; `grant_rows` are the grants there really are;
    `value_won` is their face value.
    """

    package: str
    expected: int
    granted: int
    excluded: dict[str, int]
    failed: int
    grant_rows: int
    value_won: int


def package_totals(*, programme: Programme) -> list[PackageTotals]:
    """One row per package that a job was approved for."""
    packages = (
        BenefitPackage.objects.filter(programme=programme, grant_jobs__state="approved").distinct().order_by("id")
    )
    return [_totals(package) for package in packages]


def _totals(package: BenefitPackage) -> PackageTotals:
    latest = GrantJob.objects.filter(package=package, state="approved").latest("id")
    sums = GrantChunk.objects.filter(job=latest).aggregate(
        **{
            name: Sum(name, default=0)
            for name in (
                "expected",
                "granted",
                "failed",
                "excluded_withdrawn",
                "excluded_suspended",
                "excluded_already_granted",
            )
        }
    )
    granted_ever = GrantChunk.objects.filter(job__package=package).aggregate(n=Sum("granted", default=0))["n"]
    return PackageTotals(
        package=package.code,
        expected=sums["expected"],
        granted=sums["granted"] + sums["excluded_already_granted"],
        excluded={"withdrawn": sums["excluded_withdrawn"], "suspended": sums["excluded_suspended"]},
        failed=sums["failed"],
        grant_rows=Grant.objects.filter(package=package).count(),
        value_won=granted_ever * package.value_won,
    )
