"""`python3 -m compensation.supervisor.preflight 8000`: what would stop `make run` is said before the long work begins.

The standard library alone: nothing is installed yet.
"""

import sys

from .environment import CLONE
from .leftovers import AlreadyRunning, end_marked_processes, sole_supervisor
from .port import PortTaken, parse_port, require_free_port

if __name__ == "__main__":
    try:
        port = parse_port(sys.argv[1])
        with sole_supervisor(CLONE / "var"):
            end_marked_processes(CLONE / "var")  # a killed run's web would still hold the port
            require_free_port(port)
    except (AlreadyRunning, PortTaken) as error:
        sys.exit(str(error))
