"""The report: stable keys, figures that can be checked by hand, and checks that notice what is wrong."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from claims.models import Review
from claims.selectors.report import programme_report
from claims.services.assessment import assess_next_batch
from compensation.ledger.models import Transfer
from merchants.services.channel_cash import grant_channel_cash
from tests.cast import NOW, a_council, a_session, make_claims, one_claim, refer, referred_review
from tests.claims.council_cast import vote_all


@pytest.fixture
def assessed(programme, ops):
    """One claim in each end, and channel cash booked."""
    for assessed_won in (0, 100_000, 300_001, 900_000):
        one_claim(programme=programme, lost_sales_won=assessed_won)
    assess_next_batch(programme=programme, actor=ops, at=NOW)
    grant_channel_cash(programme=programme, at=NOW)
    return programme


def test_every_claim_is_in_exactly_one_end(assessed):
    claims = programme_report(programme=assessed, as_of=NOW)["claims"]
    assert [tier["claims"] for tier in claims["determined_by_tier"].values()] == [1, 1]
    assert (claims["received"], claims["no_support"], claims["waiting_for_council"]) == (4, 1, 1)
    assert claims["waiting_for_assessment"] == claims["withdrawn"] == 0


def test_the_money_is_what_the_tiers_say(assessed):
    report = programme_report(programme=assessed, as_of=NOW)
    assert report["payouts_due_won"] == 30_000 + 50_000
    assert report["channel_cash"] == {"merchants": 4, "total_won": 200_000}
    assert report["this_run"]["merchants_won"] == 280_000


def test_median_mean_and_deciles_are_exact(assessed):
    found = programme_report(programme=assessed, as_of=NOW)["claims"]["assessed_loss_won"]
    assert (found["median"], found["mean"]) == (200_000, 325_000)
    assert found["deciles"][4] == found["median"]
    assert len(found["deciles"]) == 9


def test_a_council_claim_without_papers_lacks_all_of_them(assessed):
    missing = programme_report(programme=assessed, as_of=NOW)["claims"]["waiting_for_council_missing_documents"]
    assert {code: document["claims"] for code, document in missing.items()} == {
        "small_merchant_certificate": 1,
        "sales_loss_proof": 1,
        "business_use_proof": 1,
    }


def test_the_announced_totals_come_out(programme):
    announced = next(
        row for row in programme_report(programme=programme, as_of=NOW)["estimates"] if row["scenario"] == "announced"
    )
    assert announced["members_won"] == 530_970_000_000
    assert (announced["merchants_low_won"], announced["merchants_high_won"]) == (626_080_000, 782_600_000)


def test_an_empty_programme_has_a_report_too(programme):
    report = programme_report(programme=programme, as_of=NOW)
    assert report["checks_hold"]
    assert report["claims"]["assessed_loss_won"] == {"median": None, "mean": None, "deciles": []}


def test_money_that_the_ledger_does_not_know_is_noticed(assessed, capsys):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # past the triggers, as a broken restore would
        Transfer.objects.filter(kind="determination").first().delete()
        cursor.execute("SET session_replication_role = origin")
    with pytest.raises(CommandError, match="payouts_due_are_in_the_ledger") as error:
        call_command("programme_report", "1015")
    assert error.value.returncode == 2


def test_the_command_prints_the_same_figures_for_machines(assessed, capsys):
    call_command("programme_report", "1015", "--json")
    printed = json.loads(capsys.readouterr().out)
    expected = programme_report(programme=assessed, as_of=NOW)
    assert {**printed, "as_of": ""} == {**json.loads(json.dumps(expected)), "as_of": ""}


def test_another_programme_does_not_show_in_the_figures(assessed):
    other = type(assessed).objects.create(code="other", name_ko="x", name_en="x", incident=assessed.incident)
    other.policy_versions.create(number=1, document=assessed.policy_versions.get().document, digest="")
    report = programme_report(programme=other, as_of=NOW)
    assert (report["claims"]["received"], report["payouts_due_won"], report["channel_cash"]["merchants"]) == (0, 0, 0)


def test_many_claims_add_up(programme, ops):
    make_claims(programme=programme, count=500)
    assess_next_batch(programme=programme, actor=ops, at=NOW)
    assert programme_report(programme=programme, as_of=NOW)["checks_hold"]


def test_what_the_council_decided_has_its_own_figures(assessed):
    council = a_council(assessed)
    reviews = [*Review.objects.all(), referred_review(assessed)]
    item = a_session(assessed, refer(reviews[0], amount_won=700_000)).items.get()
    vote_all(item, council)
    report = programme_report(programme=assessed, as_of=NOW)
    assert report["claims"]["decided_by_council"] == {"claims": 1, "payout_won": 700_000}
    assert report["claims"]["reviews_open"] == {"open": 0, "held": 0, "referred": 1}
    assert report["payouts_due_won"] == 30_000 + 50_000 + 700_000
    assert (report["checks_hold"], report["claims"]["waiting_for_council"]) == (True, 1)
