"""What workers do for merchants. Each task is harmless when it runs twice; the database knows what is left."""

import time

from celery import shared_task

from merchants.services import bank_accounts

WORK_SECONDS = 10


@shared_task(name="merchants.index_holders")
def index_holders() -> None:
    """Makes accounts of an older version findable by their holder until none is left or some seconds have passed."""
    until = time.monotonic() + WORK_SECONDS
    while bank_accounts.index_next_holders() and time.monotonic() < until:
        pass
