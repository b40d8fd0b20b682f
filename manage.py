#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compensation.settings")
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from compensation.embedded import hint_when_down

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        raise SystemExit(f"{error}\n{hint_when_down()}") from error


if __name__ == "__main__":
    main()
