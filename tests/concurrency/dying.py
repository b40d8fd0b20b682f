"""A process of its own on the test's database that kills itself (SIGKILL) instead of doing one step of its work.

Not a fork of the test's process, which would inherit its connections to the database and the broker, and wait on them.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.db import models

from compensation.supervisor.processes import die_with_parent
from tests.concurrency.waiting import nobody_else_is_at_work, wait_until
from tests.services import urls_for_other_processes

DEADLINE_SECONDS = 60

_PROGRAM = """
import importlib, json, os, signal, sys
import django; django.setup()
from pathlib import Path
from django.utils import timezone

def find(path):
    # The module of a dotted path, and what is behind it: classes, connections.
    names = path.split(".")
    for length in range(len(names), 0, -1):
        try:
            found = importlib.import_module(".".join(names[:length]))
        except ModuleNotFoundError:
            continue
        for name in names[length:]:
            found = getattr(found, name)
        return found

step, work, given = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
module, _, name = step.rpartition(".")
setattr(find(module), name, lambda *_a, **_n: os.kill(os.getpid(), signal.SIGKILL))
call = find(work)
def given_back(value):
    if not isinstance(value, dict):
        return value
    return Path(value["path"]) if "path" in value else find(value["model"]).objects.get(pk=value["pk"])

call(**{name: given_back(value) for name, value in given.items()}, at=timezone.now())
"""


def die_at(step: str, work: str, **given: Any) -> None:
    """Calls `work`, a service by its dotted path, in another process that dies where it comes to `step`.

    `given` are its arguments besides `at`, which is now; rows of models are read anew there. Returns when the database
    has noticed that the process is gone: until then its locks stay.
    """
    sent = {name: _sent(value) for name, value in given.items()}
    process = subprocess.run(
        [sys.executable, "-c", _PROGRAM, step, work, json.dumps(sent)],
        env=os.environ | urls_for_other_processes() | {"DJANGO_SETTINGS_MODULE": "compensation.settings"},
        timeout=DEADLINE_SECONDS,
        preexec_fn=die_with_parent(),
    )
    assert process.returncode == -signal.SIGKILL
    wait_until(nobody_else_is_at_work, "the server has noticed")


def _sent(value: Any) -> Any:
    if isinstance(value, models.Model):
        return {"model": f"{type(value).__module__}.{type(value).__name__}", "pk": value.pk}
    return {"path": str(value)} if isinstance(value, Path) else value
