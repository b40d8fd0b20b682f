"""Rows of an association file per second, beside a bare COPY of the claims that they become; and the memory it takes.

    python -m benchmarks.import_claims --rows 1000000

The import is the command itself, in a process of its own: it reads, checks and encrypts, and writes merchants,
accounts, claims and their history in one transaction. The bare COPY writes the claims table alone.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.scratch import project_file, scratch_servers, timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with scratch_servers(), tempfile.TemporaryDirectory() as folder:
        path = _make_file(rows, Path(folder))
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB of CSV", flush=True)
        result, memory_mb = _import(path)
        print(
            f"{'import':<26}{result['rows_per_second']:>10,.0f} rows/s, {memory_mb:,.0f} MB of memory at most",
            flush=True,
        )
        print(f"{'bare COPY of the claims':<26}{result['accepted'] / _copy(Path(folder) / 'claims'):>10,.0f} rows/s")


def _make_file(rows: int, folder: Path) -> Path:
    """The CSV of a sample that is large enough for it to hold `rows` good rows."""
    from claims.services.association_samples.files import XLSX_ROWS_MAX, make_association_files
    from compensation.programmes.selectors import programme_by_code
    from compensation.programmes.services.loading import load_programme
    from tests.cast import NOW
    from users.services.people import system_user

    load_programme(path=project_file("programmes", "1015.toml"), actor=system_user(), at=NOW)
    return make_association_files(
        programme=programme_by_code(code="1015"),
        rows=rows + min(rows, XLSX_ROWS_MAX),
        faulty=0,
        seed=1015,
        folder=folder,
    ).csv


def _import(path: Path) -> tuple[dict[str, float], float]:
    """What the command answered, and the most memory (MB) that its process held."""
    command = [sys.executable, "manage.py", "import_claims", str(path), "--programme", "1015", "--json"]
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(command, cwd=project_file(), stdout=answer)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        answer.seek(0)
        return json.load(answer), usage.ru_maxrss / 1000


def _copy(path: Path) -> float:
    """Seconds to write all claims again, after their table was emptied."""
    from django.db import connection

    with connection.cursor() as cursor:
        with path.open("wb") as file:
            cursor.copy_expert("COPY claims_claim TO STDOUT", file)
        cursor.execute("TRUNCATE claims_claim CASCADE")
        cursor.execute("CHECKPOINT")
        with path.open("rb") as file:
            return timed(lambda: cursor.copy_expert("COPY claims_claim FROM STDIN", file))


if __name__ == "__main__":
    main()
