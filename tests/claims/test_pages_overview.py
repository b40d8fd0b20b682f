"""The overview: its figures are the report's, its charts follow the tiers, its live part ends when the run does."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from claims.models import Claim, ProgrammeRun
from claims.selectors.losses import ASSESSED, distribution
from claims.selectors.report import programme_report
from claims.services.assessment import assess_next_batch
from claims.views.overview_charts import assessed_chart, assessed_edges
from compensation.programmes.selectors import current_policy
from compensation.runtime.progress import Reporter
from merchants.services.channel_cash import grant_channel_cash
from tests.cast import NOW, one_claim
from tests.claims.pages_cast import assessed_claims

pytestmark = pytest.mark.django_db

PAGE = "/programmes/1015/"


@pytest.fixture
def run(programme, ops, second_ops) -> ProgrammeRun:
    """A run that reads a file."""
    return ProgrammeRun.objects.create(
        programme=programme,
        package=programme.benefit_packages.get(),
        files=[{"path": "/files/claims.xlsx", "result": None}],
        maker=ops,
        approver=second_ops,
        started_at=NOW,
        stage_began_at=NOW,
    )


def live(client, run: ProgrammeRun, stage: str):
    return client.get(f"{PAGE}live/", {"stage": f"{run.pk}-{stage}"}, headers={"HX-Request": "true"})


def test_an_empty_programme_has_a_page(client, officer, programme):
    client.force_login(officer)
    page = client.get(PAGE).content.decode()
    assert "아직 실행한 적이 없습니다." in page
    assert "아직 산정한 건이 없습니다" in page


def test_the_figures_are_those_of_the_report(client, officer, programme):
    assessed_claims(programme=programme, count=60)
    grant_channel_cash(programme=programme, at=NOW)
    report = programme_report(programme=programme, as_of=NOW)
    client.force_login(officer)
    context = client.get(PAGE).context
    figures = context["figures"]
    assert figures.received == report["claims"]["received"] == sum(end.count for end in context["ends"])
    assert figures.awaiting_council == report["claims"]["waiting_for_council"]
    assert figures.payouts_won == report["payouts_due_won"]
    assert figures.channel_cash_won == report["channel_cash"]["total_won"]
    assert context["assessed"].median.value == report["claims"]["assessed_loss_won"]["median"]
    assert context["reported"].median.value == report["claims"]["reported_loss_won"]["median"]
    assert context["assessed"].count == context["reported"].count == 60


@pytest.mark.parametrize(
    ("assessed_won", "series"),
    [
        (0, "no_support"),
        (1, "tier-1"),
        (300_000, "tier-1"),
        (300_001, "tier-2"),
        (500_000, "tier-2"),
        (500_001, "council"),
        (5_000_000, "council"),
    ],
)
def test_a_loss_is_drawn_in_the_colour_of_its_tier(client, officer, programme, ops, assessed_won, series):
    one_claim(programme=programme, lost_sales_won=assessed_won)
    assess_next_batch(programme=programme, actor=ops, at=NOW)
    tiers = current_policy(programme=programme).policy.tiers
    losses = distribution(programme=programme, of=ASSESSED, edges=assessed_edges(tiers))
    drawn = [bar.bin for bar in assessed_chart(losses, tiers).bars if bar.bin.count]
    assert [(bin_.count, bin_.series) for bin_ in drawn] == [(1, series)]
    assert drawn[0].above < assessed_won <= (drawn[0].up_to or assessed_won)


def test_a_withdrawn_claim_is_in_no_distribution(client, officer, programme):
    assessed_claims(programme=programme, count=4)
    Claim.objects.filter(state="awaiting_council").update(state="withdrawn")
    client.force_login(officer)
    context = client.get(PAGE).context
    assert context["assessed"].count == context["reported"].count == 3


def test_the_announced_estimate_stands_beside_this_run(client, officer, programme):
    client.force_login(officer)
    page = client.get(PAGE).content.decode()
    for exact in ("530,970,000,000원", "626,080,000원", "782,600,000원"):
        assert f'title="{exact}"' in page


def test_the_page_polls_only_while_a_run_works(client, officer, programme, run):
    client.force_login(officer)
    assert 'hx-trigger="every 2s"' in client.get(PAGE).content.decode()
    ProgrammeRun.objects.update(stage="done", finished_at=NOW + timedelta(seconds=75))
    page = client.get(PAGE).content.decode()
    assert "hx-trigger" not in page
    assert "1분 15초 걸렸습니다" in page


def test_the_live_part_shows_how_far_the_file_is(client, officer, programme, run):
    client.force_login(officer)
    Reporter("import:1015:claims.xlsx", total=4_000).advance(1_000)
    answer = live(client, run, "import")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert '<progress class="progress__bar" max="4000"' in page
    assert "claims.xlsx" in page
    cache.clear()
    assert "<progress" in live(client, run, "import").content.decode()


def test_the_page_loads_anew_when_a_stage_has_ended(client, officer, programme, run):
    client.force_login(officer)
    ProgrammeRun.objects.update(stage="assess")
    assert live(client, run, "import").headers["HX-Refresh"] == "true"
    assert live(client, run, "assess").status_code == 200


def test_polling_stops_when_nothing_runs(client, officer, programme, run):
    client.force_login(officer)
    ProgrammeRun.objects.update(stage="done", finished_at=NOW)
    assert live(client, run, "done").status_code == 286


def test_a_run_that_stopped_says_why(client, officer, programme, run):
    client.force_login(officer)
    ProgrammeRun.objects.update(fault="claims.xlsx: 파일을 읽을 수 없습니다.")
    page = client.get(PAGE).content.decode()
    assert "파일을 읽을 수 없습니다." in page
    assert "hx-trigger" not in page
