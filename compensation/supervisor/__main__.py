"""`python -m compensation.supervisor run|stop`: what `make run` and `make stop` call."""

import contextlib
import os
import signal
import sys
import time

from compensation import embedded

from . import plan
from .leftovers import AlreadyRunning, end_marked_processes, supervisor_pid
from .port import PortTaken


def stop() -> int:
    """Stop the supervisor of this clone and whatever else of it still runs."""
    if pid := supervisor_pid(embedded.VAR):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    while supervisor_pid(embedded.VAR):
        time.sleep(0.1)
    end_marked_processes(embedded.VAR)
    embedded.stop_services()
    print("Everything is stopped.")
    return 0


def main(arguments: list[str]) -> int:
    match arguments:
        case ["run"]:
            return plan.run()
        case ["stop"]:
            return stop()
    print(__doc__)
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (AlreadyRunning, PortTaken, embedded.EmbeddedServiceError) as error:
        sys.exit(str(error))
