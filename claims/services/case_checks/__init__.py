"""What is checked of a case, as stored facts: by the machine whenever something changes, and by people with a note."""

from claims.services.case_checks.by_hand import CheckRefused, record_check
from claims.services.case_checks.running import run_due_checks, run_machine_checks, sweep_checks

__all__ = ["CheckRefused", "record_check", "run_due_checks", "run_machine_checks", "sweep_checks"]
