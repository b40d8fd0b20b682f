"""What every test may use: real servers (tests/services.py), real workers (tests/workers.py) and the shared cast."""

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says something of the machine: none fails for it.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")

pytest.register_assert_rewrite("tests.services", "tests.workers")

from tests import services  # noqa: E402

services.name_the_servers()

pytest_plugins = ["tests.services", "tests.database", "tests.workers", "tests.cast", "tests.web"]
