"""A disk that is full in the middle of a job: PostgreSQL may not make the grants' file any longer, as if there were no
room.

The size of files is limited (RLIMIT_FSIZE) for the one process of the server that works for this test. It may still
write what is shorter: a part of the write-ahead log is 16 MB, and could not fail without the whole server.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from compensation.embedded.system import as_database_user
from tests.users.grant_cast import NOON, running_job, work_off
from users.models import Grant, GrantJob
from users.selectors.grant_proof import prove
from users.selectors.grants import job_progress
from users.services.grant_again import retry_failed
from users.services.grant_chunks import ATTEMPTS_MAX, grant_next_chunk
from users.templatetags.grant_wording import chunk_fault

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT_BYTES = 16 * 1024**2
OTHER_PACKAGE = 0  # whose grants fill the file

# Grants of another package until the file is as long as it may be, and none of it is free.
_FILL = """
    INSERT INTO users_grant (package_id, member_id, chunk_id)
    SELECT %s, number, 0 FROM generate_series(1, %s * 157) AS number
"""


def limit_files_of_the_server(size: str) -> None:
    """Of the process that this connection talks to; set by the user that it runs as, who needs no privilege for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [process] = cursor.fetchone()
    as_its_user = as_database_user(Path(f"/proc/{process}"))
    subprocess.run([*as_its_user, "prlimit", f"--pid={process}", f"--fsize={size}:unlimited"], check=True)


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    limit_files_of_the_server(str(LIMIT_BYTES))
    try:
        yield
    finally:
        limit_files_of_the_server("unlimited")


def fill_up() -> None:
    """The grants' table to the limit, by whole pages of 8 KB with 157 grants each."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE users_grant")
        cursor.execute(_FILL, [OTHER_PACKAGE, LIMIT_BYTES // 8192])


def granted(job: GrantJob) -> int:
    return Grant.objects.filter(package=job.package).count()


def test_a_full_disk_fails_chunks_with_its_reason_and_costs_nothing_but_time():
    job = running_job(members=4_000, chunk_size=1_000)
    fill_up()
    with full_disk():
        assert grant_next_chunk(job=job, at=NOON).state == "pending"
        assert prove(job=job).holds
        while grant_next_chunk(job=job, at=NOON):
            pass
    chunks = list(job.chunks.all())
    assert {(chunk.state, chunk.attempts, chunk_fault(chunk)) for chunk in chunks} == {
        ("failed", ATTEMPTS_MAX, "데이터베이스 서버의 디스크가 가득 찼습니다.")
    }
    assert (job_progress(job=job).failed, granted(job)) == (4_000, 0)
    assert prove(job=job).holds
    assert retry_failed(job=job, actor=job.maker, at=timezone.now()) == 4
    assert prove(job=work_off(job)).holds
    assert granted(job) == job.rehearsal["to_grant"]
