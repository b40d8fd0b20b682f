"""The schema that the migrations make, from nothing or as it was kept (tests/database.py)."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_everything_is_migrated():
    call_command("migrate", check_unapplied=True, verbosity=0)  # exits when anything is left
