"""The virtual environment: `python3 -m compensation.supervisor.environment requirements.txt`, by the machine's Python.

Makes `.venv` where it is missing or broken, and installs the pinned, hashed requirements where they have changed since.
The standard library alone: nothing is installed yet.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent.parent
VENV = CLONE / ".venv"
PYTHON = VENV / "bin" / "python"


class EnvironmentFailed(Exception):
    """The virtual environment cannot be made; the text says why."""


def require_environment(requirements: Path) -> None:
    """Bring `.venv` to what the file says; at once where it is there already. Raises EnvironmentFailed."""
    stamp = VENV / f".{requirements.name}.sha256"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if _works() and stamp.exists() and stamp.read_text() == wanted:
        return
    if not _works():
        _say("Virtual environment: .venv")
        _make()
    _install(requirements)
    stamp.write_text(wanted)


def _works() -> bool:
    return PYTHON.exists() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0


def _make() -> None:
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if done.returncode != 0:
        raise EnvironmentFailed(
            f"{sys.executable} cannot make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv\n"
            f"{done.stdout}{done.stderr}"
        )


def _install(requirements: Path) -> None:
    total = sum("==" in line for line in requirements.read_text().splitlines())
    # Everything is in the file with its hash: nothing to resolve, nothing to build. Byte code is made on first import.
    options = ["--no-deps", "--only-binary=:all:", "--no-compile", "--disable-pip-version-check", "--progress-bar=off"]
    command = [str(PYTHON), "-m", "pip", "install", *options, "-r", str(requirements)]
    lines: list[str] = []
    fetched = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            lines.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                fetched += 1
                _say(f"Packages: {fetched} of {total} fetched", passing=fetched % 10 != 0)
            elif line.startswith("Installing"):
                _say("Packages: installing")
    if pip.returncode != 0:
        raise EnvironmentFailed(f"pip cannot install {requirements.name}:\n{''.join(lines[-15:])}")


def _say(text: str, *, passing: bool = False) -> None:
    """A line with the time since the start; a passing one is shown to people only, and overwritten."""
    minutes, seconds = divmod(int(time.time() - float(os.environ.get("STARTED_AT") or time.time())), 60)
    if sys.stdout.isatty():
        print(f"\r\033[K{minutes:2d}:{seconds:02d}  {text}", end="" if passing else "\n", flush=True)
    elif not passing:
        print(f"{minutes:2d}:{seconds:02d}  {text}", flush=True)


if __name__ == "__main__":
    try:
        require_environment(CLONE / sys.argv[1])
    except EnvironmentFailed as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Interrupted; the next run carries on.")
