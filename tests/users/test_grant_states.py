"""The states of jobs and chunks, whole matrix by whole matrix: the database allows what the policy's tables allow."""

from itertools import product

import pytest
from django.db import InternalError, models, transaction

from compensation.policy.transitions import GRANT_CHUNK, GRANT_JOB, GRANT_JOB_RUN, TransitionTable
from tests.users.grant_cast import NOON, aram, mina, package
from users.models import GrantChunk, GrantJob

pytestmark = pytest.mark.django_db


def job_in(**states: str) -> GrantJob:
    gift = package()
    people = {"maker": mina(), "approver": aram()}
    return GrantJob.objects.create(
        programme=gift.programme, package=gift, chunk_size=1, created_at=NOON, **people, **states
    )


def chunk_in(*, state: str) -> GrantChunk:
    return GrantChunk.objects.create(job=job_in(), number=1, lower_id=1, upper_id=2, state=state)


def moves_that_pass(make, *, field: str, table: TransitionTable) -> set[tuple[str, str]]:
    return {
        (old, new) for old, new in product(table.states, repeat=2) if old != new and passes(make(old), **{field: new})
    }


def passes(row: models.Model, **change: str) -> bool:
    try:
        with transaction.atomic():
            return type(row).objects.filter(pk=row.pk).update(**change) == 1
    except InternalError as refused:
        if "not an allowed move" not in str(refused):
            raise
        return False


def test_the_business_states_of_a_job():
    moves = moves_that_pass(lambda state: job_in(state=state), field="state", table=GRANT_JOB)
    assert moves == set(GRANT_JOB.moves)


def test_the_running_states_of_a_job():
    moves = moves_that_pass(
        lambda state: job_in(state="approved", run_state=state), field="run_state", table=GRANT_JOB_RUN
    )
    assert moves == set(GRANT_JOB_RUN.moves)


def test_the_states_of_a_chunk():
    moves = moves_that_pass(lambda state: chunk_in(state=state), field="state", table=GRANT_CHUNK)
    assert moves == set(GRANT_CHUNK.moves)
