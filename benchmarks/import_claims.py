"""Rows of an association file per second, beside a bare COPY of the claims that they become; and the memory it takes.

    python -m benchmarks.import_claims --rows 1000000

The import is the command itself, in a process of its own: reading, checking, encrypting, merchants, accounts, claims and
their history in one transaction. The bare COPY writes the rows of the claims table alone, with its keys and indexes.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.scratch import project_file, scratch_servers, timed

KEEP_FILES_OF = 0  # share of faulty rows in the sample: the benchmark counts what goes in


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with scratch_servers(), tempfile.TemporaryDirectory() as folder:
        path = _make_file(rows, Path(folder))
        print(f"{path.stat().st_size / 1e6:,.0f} MB of CSV (CP949), {rows:,} rows", flush=True)
        result, memory_mb = _import(path)
        print(f"{'import':<30}{result['rows_per_second']:>10,.0f} rows/s, {memory_mb:,.0f} MB at most")
        copied = result["accepted"] / timed(_copy_again())
        print(f"{'bare COPY of the claims':<30}{copied:>10,.0f} rows/s")
