"""All measurements in one run: `make bench`. What they print is kept, with the machine, in benchmarks/results/."""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

from benchmarks.scratch import project_file

RUNS = (
    ("assessment", "--claims", "1000000"),
    ("import_claims", "--rows", "300000"),
    ("queue", "--claims", "1000000", "--reviews", "100000"),
    ("coupons", "--members", "1000000"),
    ("grants", "--members", "1000000", "--member-page"),
    ("grants", "--members", "5000000", "--rounds", "1"),
    ("storage_pass", "--members", "1000000"),
    ("storage_pass", "--members", "1000000", "--http"),
    ("storage_pass", "--members", "20000", "--room", "--people", "3000"),
    ("storage_pass", "--members", "20000", "--faults"),
    ("handover", "--members", "1000000"),
    ("payouts", "--payouts", "100000"),
    ("bank_files", "--payouts", "100000"),
    ("load", "--claims", "100000", "--seconds", "25"),
)


def main() -> None:
    """Runs one after the other: two at once would measure each other."""
    folder = project_file("benchmarks", "results")
    folder.mkdir(exist_ok=True)
    target = folder / f"{datetime.now(UTC):%Y-%m-%d}.txt"
    with target.open("w") as kept:
        for line in _machine():
            _say(line, kept)
        for name, *arguments in RUNS:
            _say(f"\n$ python -m benchmarks.{name} {' '.join(arguments)}", kept)
            process = subprocess.Popen(
                [sys.executable, "-m", f"benchmarks.{name}", *arguments], stdout=subprocess.PIPE, text=True
            )
            for line in process.stdout or ():
                _say(line.rstrip(), kept)
            if process.wait():
                raise SystemExit(f"benchmarks.{name} failed")
    print(f"\nkept in {target}")


def _machine() -> list[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {memory} GiB, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
    ]


def _say(line: str, kept: object) -> None:
    print(line, flush=True)
    print(line, file=kept, flush=True)


if __name__ == "__main__":
    main()
