"""What members got, package by package."""

from dataclasses import dataclass

from django.db.models import Sum

from compensation.programmes.models import BenefitPackage, Programme
from users.models import Grant, GrantChunk, GrantJob, GrantJobKind

_ALWAYS, _SOMETIMES = ("withdrawn", "suspended"), ("listed", "recalled")


@dataclass(frozen=True, slots=True)
class PackageTotals:
    """Members of the latest job of a package for all members, or else of the latest there is.

    expected = granted + excluded + failed, at any moment.

    `granted` counts those whom an earlier job had granted too; `granted_in_all` is what all jobs granted, without what
    was recalled, `grant_rows` are the grants there really are, `value_won` is their face value.
    """

    package: str
    expected: int
    granted: int
    excluded: dict[str, int]
    failed: int
    granted_in_all: int
    grant_rows: int
    value_won: int


def package_totals(*, programme: Programme) -> list[PackageTotals]:
    """One row per package that a job was approved for."""
    packages = (
        BenefitPackage.objects.filter(
            programme=programme, grant_jobs__approver__isnull=False, grant_jobs__kind=GrantJobKind.GRANT
        )
        .distinct()
        .order_by("id")
    )
    return [_totals(package) for package in packages]


def _totals(package: BenefitPackage) -> PackageTotals:
    jobs = GrantJob.objects.filter(package=package, approver__isnull=False, kind=GrantJobKind.GRANT).order_by("-id")
    latest = jobs.filter(audience={}).first() or jobs[0]
    sums = GrantChunk.objects.filter(job=latest).aggregate(
        **{
            name: Sum(name, default=0)
            for name in (
                "expected",
                "granted",
                "failed",
                "excluded_withdrawn",
                "excluded_suspended",
                "excluded_listed",
                "excluded_recalled",
                "excluded_already_granted",
            )
        }
    )
    ever = GrantChunk.objects.filter(job__package=package).aggregate(
        granted=Sum("granted", default=0), recalled=Sum("recalled", default=0)
    )
    excluded = {name: sums[f"excluded_{name}"] for name in _ALWAYS}
    excluded |= {name: sums[f"excluded_{name}"] for name in _SOMETIMES if sums[f"excluded_{name}"]}
    return PackageTotals(
        package=package.code,
        expected=sums["expected"],
        granted=sums["granted"] + sums["excluded_already_granted"],
        excluded=excluded,
        failed=sums["failed"],
        granted_in_all=ever["granted"] - ever["recalled"],
        grant_rows=Grant.objects.filter(package=package).count(),
        value_won=(ever["granted"] - ever["recalled"]) * package.value_won,
    )
