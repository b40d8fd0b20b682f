"""Rows per second that are handed over, in both formats, beside a bare COPY of the same rows; and the memory it takes.

    python -m benchmarks.handover --members 1000000

Members and grants are made set-based. `manage.py handover new --here` then writes all files of a delivery in a
process of its own, once per format: it reads, writes, hashes, syncs and commits file by file. The bare COPY writes the
same columns of the same rows to a file that nobody keeps, in one statement.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.member_page import CHUNK, MAKE_CHUNKS, MAKE_GRANTS
from benchmarks.scratch import project_file, scratch_servers, timed

FORMATS = ("csv", "parquet")
COUNT_CHUNKS = """
    UPDATE users_grantchunk chunk SET granted = counted.members, excluded_withdrawn = chunk.expected - counted.members
      FROM (SELECT chunk_id, count(*) AS members FROM users_grant GROUP BY chunk_id) AS counted
     WHERE chunk.id = counted.chunk_id
"""
BARE = """
    COPY (SELECT granted.member_id, 'members-all', chunk.finished_at{items}
            FROM users_grant granted JOIN users_grantchunk chunk ON chunk.id = granted.chunk_id
           WHERE granted.package_id = {package} ORDER BY granted.member_id) TO STDOUT WITH (FORMAT csv)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    members = parser.parse_args().members
    with scratch_servers(), tempfile.TemporaryDirectory() as folder:
        os.environ["MEDIA_ROOT"] = folder
        made = timed(lambda: _make(members))
        print(f"{members:,} members with grants, made in {made:,.0f} s", flush=True)
        bare = _bare(Path(folder) / "bare")
        print(f"{'bare COPY TO STDOUT':<22}{bare:>10,.0f} rows/s", flush=True)
        for format_ in FORMATS:
            rows, seconds, megabytes, memory = _hand_over(format_)
            print(
                f"{format_:<22}{rows / seconds:>10,.0f} rows/s, {rows / seconds / bare:.2f} of the COPY,"
                f" {megabytes:,.1f} MB of files, {memory:,.0f} MB of memory at most",
                flush=True,
            )


def _make(members: int) -> None:
    from django.utils import timezone

    from compensation.programmes.selectors import programme_by_code
    from compensation.programmes.services.loading import load_programme
    from users.models import GrantJob
    from users.services.members import make_members
    from users.services.partners import issue_partner_token, register_partner
    from users.services.people import system_user

    now, actor = timezone.now(), system_user()
    load_programme(path=project_file("programmes", "1015.toml"), actor=actor, at=now)
    programme = programme_by_code(code="1015")
    make_members(count=members)
    package = programme.benefit_packages.get(code="members-all")
    job = GrantJob.objects.create(programme=programme, package=package, maker=actor, created_at=now, chunk_size=CHUNK)
    values = {"job": job.pk, "package": package.pk, "size": CHUNK, "chunks": -(-members // CHUNK), "at": now}
    for statement in (MAKE_CHUNKS, MAKE_GRANTS, COUNT_CHUNKS, "VACUUM (ANALYZE) users_grant", "CHECKPOINT"):
        _execute(statement, values)
    for format_ in FORMATS:
        partner = register_partner(
            programme=programme, code=format_, name_ko=format_, name_en=format_, actor=actor, at=now
        )
        issue_partner_token(partner=partner, label="bench", scopes=["receive"], actor=actor, at=now)


def _bare(path: Path) -> float:
    """Rows per second; the ends of the items' validity as constants, one for each item."""
    from django.db import connection

    from users.models import Grant, GrantJob

    job = GrantJob.objects.select_related("package").get()
    ends = ", '2023-04-06T00:00:00+09:00'" * job.package.items.count()
    with connection.cursor() as cursor, path.open("wb") as file:
        seconds = timed(lambda: cursor.copy_expert(BARE.format(items=ends, package=job.package_id), file))
    path.unlink()
    return Grant.objects.count() / seconds


def _hand_over(format_: str) -> tuple[int, float, float, float]:
    """Rows, seconds of writing, MB of files, and the most memory (MB) that the process held."""
    command = [sys.executable, "manage.py", "handover", "1015", "new", "--here", "--json"]
    command += ["--partner", format_, "--format", format_]
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(command, cwd=project_file(), stdout=answer, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"handover ended with {process.returncode}")
        answer.seek(0)
        told = json.load(answer)
    return told["rows"], told["seconds"], told["size_bytes"] / 1e6, usage.ru_maxrss / 1000


def _execute(statement: str, values: dict[str, Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, values if "%(" in statement else None)


if __name__ == "__main__":
    main()
