"""manage.py capacity CODE: how much room there is, as on its page."""

from typing import ClassVar

from django.utils import timezone

from compensation.programmes.models import Programme
from compensation.runtime import capacity as room
from users.api.overviews import CapacityAnswer
from users.management.programme_command import Answer, Options, ProgrammeCommand


def _show(_programme: Programme, _options: Options) -> Answer:
    return dict(CapacityAnswer(room.capacity(at=timezone.now().timestamp())).data)


class Command(ProgrammeCommand):
    help = "Shows queues, workers, database and disk as they are at this moment."
    actions: ClassVar = {"show": _show}
