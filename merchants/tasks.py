"""What workers do for merchants. Each task is harmless when it runs twice; the database knows what is left."""

from celery import shared_task

from compensation.runtime.tasks import work_off
from merchants.services import bank_accounts


@shared_task(name="merchants.index_holders")
def index_holders() -> None:
    """Makes accounts of an older version findable by their holder until none is left or some seconds have passed."""
    work_off(bank_accounts.index_next_holders)
