"""What every test may use: real servers (tests/services.py), real workers (tests/workers.py) and the shared cast."""

import pytest

pytest.register_assert_rewrite("tests.services", "tests.workers")

from tests import services  # noqa: E402

services.name_the_servers()

pytest_plugins = ["tests.services", "tests.database", "tests.workers", "tests.cast", "tests.web"]
