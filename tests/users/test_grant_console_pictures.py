"""What the console draws: the pace of a job, and the map of its chunks."""

from datetime import timedelta

import pytest

from tests.users.grant_cast import NOON, running_job
from users.models import GrantJob
from users.selectors import grant_console
from users.selectors.grant_console import MapCell, chunk_map, pace_of, workers_at_work
from users.services.grant_chunks import _take
from users.templatetags.grant_wording import masked_member
from users.views.grants.charts import chunk_picture, pace_chart

pytestmark = pytest.mark.django_db


def job_with_chunks(*seconds: float) -> GrantJob:
    """A job of which a chunk with 100 members was finished at each of these seconds after its start."""
    job = running_job(members=1_000)
    for number, second in enumerate(seconds, start=1):
        at = NOON + timedelta(seconds=second)
        job.chunks.filter(number=number).update(state="done", expected=100, granted=100, finished_at=at)
    return job


@pytest.mark.parametrize(
    ("now", "parts"),
    [
        (0.4, [(0, 0.4, 100)]),
        (3.5, [(0, 1, 100), (1, 2, 100), (2, 3.5, 200)]),
        (120, [(0, 2, 200), (2, 4, 200), *((second, second + 2, 0) for second in range(4, 120, 2))]),
    ],
)
def test_the_pace_is_told_in_parts_that_people_count_in(now, parts):
    job = job_with_chunks(*(second for second in (0.3, 1.5, 2.5, 3.2) if second < now))
    found = pace_of(job=job, at=NOON + timedelta(seconds=now))
    assert [(part.begins, part.ends, part.members) for part in found] == parts


def test_the_pace_has_never_more_parts_than_a_phone_shows():
    job = job_with_chunks(1, 10**7)
    found = pace_of(job=job, at=NOON + timedelta(seconds=10**7 + 1))
    assert len(found) <= grant_console.PACE_PARTS_MAX
    assert sum(part.members for part in found) == 200


def test_a_job_that_has_not_started_has_no_pace_and_no_map():
    job = GrantJob()
    assert pace_chart(pace_of(job=job, at=NOON)) is None
    assert chunk_picture(chunk_map(job=job, chunks_total=0)) is None


def test_the_plot_names_its_highest_bar_and_how_fast_it_goes_now():
    chart = pace_chart(pace_of(job=job_with_chunks(0.5, 0.6, 1.5), at=NOON + timedelta(seconds=2)))
    assert (chart.highest, chart.rate, chart.seconds) == (200, 100, 2)


def test_the_map_has_a_square_per_chunk_and_takes_neighbours_together_where_there_are_many(monkeypatch):
    job = job_with_chunks(1, 2)
    job.chunks.filter(number=3).update(state="failed", expected=100, failed=100)
    states = [cell.state for cell in chunk_map(job=job, chunks_total=10)]
    assert states == ["done", "done", "failed", *["pending"] * 7]
    monkeypatch.setattr(grant_console, "MAP_CELLS_MAX", 4)
    cells = chunk_map(job=job, chunks_total=10)
    assert [(cell.first, cell.last, cell.state) for cell in cells] == [
        (1, 3, "failed"),
        (4, 5, "pending"),
        (6, 8, "pending"),
        (9, 10, "pending"),
    ]


def test_the_map_counts_its_squares_by_state_and_makes_many_of_them_small():
    picture = chunk_picture([MapCell(1, 4, 1, 0), MapCell(5, 8, 4, 0), MapCell(9, 9, 0, 0)])
    assert picture.counts == {"done": 1, "part": 1, "pending": 1, "failed": 0}
    assert (picture.chunks_each, picture.is_dense) == (4, False)
    assert chunk_picture([MapCell(1, 1, 0, 0)] * 400).is_dense


def test_who_has_a_chunk_in_hand_is_at_work():
    job = running_job(members=1_000)
    assert workers_at_work(job=job) == 0
    _take(job, NOON)
    assert workers_at_work(job=job) == 1
    assert workers_at_work(job=GrantJob(pk=job.pk + 1)) == 0


@pytest.mark.parametrize(
    ("number", "shown"), [(7, "*"), (42, "*2"), (123, "*23"), (12_345, "***45"), (4_800_123, "48***23")]
)
def test_a_member_number_is_shown_by_its_ends(number, shown):
    assert masked_member(number) == shown
