"""The sample files: exactly their good rows go in, and every faulty one comes back for the reason it was made for."""

from collections import Counter
from pathlib import Path

import pytest
from django.db.models import Count

from claims.models import Claim
from claims.services.association_samples.businesses import business_number
from claims.services.association_samples.faults import FAULTS
from claims.services.association_samples.files import SampleFiles, make_association_files
from compensation.policy.assessment import ClaimFacts, assess_claim
from compensation.policy.factors import Loss
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.values.business_numbers import parse_business_number
from tests.claims.association_cast import take_in


def sample(programme: Programme, folder: Path, **changes: float) -> SampleFiles:
    return make_association_files(
        programme=programme, folder=folder, **{"rows": 400, "faulty": 0.25, "seed": 7} | changes
    )


def test_exactly_the_good_rows_go_in(programme: Programme, tmp_path: Path) -> None:
    files = sample(programme, tmp_path)
    results = [take_in(programme, path) for path in (files.xlsx, files.csv)]
    by_code = sum((Counter(result.refused_by_code) for result in results), Counter())
    assert sum(result.accepted for result in results) == files.good_rows == Claim.objects.count() == 400
    assert by_code == Counter(code.split(":")[0] for code in [*FAULTS] * (files.faulty_rows // len(FAULTS)))


def test_titles_totals_and_extra_columns_are_in_the_files(programme: Programme, tmp_path: Path) -> None:
    files = sample(programme, tmp_path, rows=30)
    xlsx, csv = (take_in(programme, path, dry_run=True) for path in (files.xlsx, files.csv))
    assert [row.text for row in xlsx.title_rows] == ["1015 피해지원 피해 접수 현황"]
    assert [row.text.split()[0] for row in xlsx.total_rows] == ["합계"]
    assert (csv.encoding, csv.extra_columns) == ("cp949", ("비고",))


def test_the_same_seed_makes_the_same_bytes(programme: Programme, tmp_path: Path) -> None:
    first, again, other = (sample(programme, tmp_path / str(i), rows=50, seed=seed) for i, seed in enumerate((7, 7, 8)))
    assert first.xlsx.read_bytes() == again.xlsx.read_bytes() != other.xlsx.read_bytes()
    assert first.csv.read_bytes() == again.csv.read_bytes() != other.csv.read_bytes()


def test_a_policy_that_counts_nothing_has_samples_too(programme: Programme, tmp_path: Path) -> None:
    version = programme.policy_versions.get()
    for service in version.document["services"].values():
        service["platform_share_bp"] = 0
    version.digest = "no share"  # by which a process knows the policies that it has read
    version.save()
    assert sample(programme, tmp_path, rows=30).good_rows == 30


def test_losses_are_spread_over_all_tiers_around_the_announced_median(programme: Programme, tmp_path: Path) -> None:
    files = sample(programme, tmp_path, rows=2_000, faulty=0)
    for path in (files.xlsx, files.csv):
        take_in(programme, path)
    policy = current_policy(programme).policy
    found = [
        assess_claim(
            facts=ClaimFacts(
                tuple(Loss(loss.service, loss.lost_sales_won, loss.has_alternative) for loss in claim.losses.all()),
                claim.reported_margin_bp,
                claim.industry_code,
            ),
            policy=policy,
        )
        for claim in Claim.objects.all()
    ]
    share = {tier: count / len(found) for tier, count in Counter(each.tier_code for each in found).items()}
    assert sorted(each.assessed_won for each in found)[1_000] == pytest.approx(300_000, rel=0.1)
    assert share["tier_1"] == pytest.approx(0.5, abs=0.05)
    assert share["tier_2"] == pytest.approx(0.4, abs=0.05)
    assert 0.07 < share["council"] < 0.13
    assert 0 < share["no_support"] < 0.02


def test_business_numbers_are_valid_and_none_comes_twice() -> None:
    numbers = [business_number(index) for index in range(20_000)]
    assert len(set(numbers)) == len(numbers)
    assert all(parse_business_number(number) == number for number in numbers)


def test_claims_stand_for_different_businesses(programme: Programme, tmp_path: Path) -> None:
    take_in(programme, sample(programme, tmp_path, rows=100).csv)
    assert Claim.objects.aggregate(businesses=Count("merchant", distinct=True))["businesses"] == Claim.objects.count()
