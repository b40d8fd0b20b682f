"""Messages into files that a person can read: what `make run` does, where no message may leave the machine."""

import os
import tempfile
from datetime import datetime
from pathlib import Path

from django.conf import settings

from compensation.messaging.gateways.base import Missing, Outgoing, Sent
from compensation.policy.seoul import SEOUL


class FileGateway:
    """One file a message, named after the message: written twice, it is still one."""

    def send(self, message: Outgoing) -> Sent:
        path = self._path(message)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=path.parent)  # readable by us only: it has personal data
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{message.channel} → {message.to}\n\n{message.text}\n")
        os.replace(temporary, path)
        return Sent(path.name)

    def look_up(self, message: Outgoing, *, since: datetime, until: datetime) -> Sent | Missing:  # noqa: ARG002
        path = self._path(message)
        return Sent(path.name) if path.exists() else Missing()

    def _path(self, message: Outgoing) -> Path:
        """In the order in which they were written: 20230131-100000-sms-sign_in_code-K7M4-9QXR.txt."""
        written = message.created_at.astimezone(SEOUL)
        name = f"{written:%Y%m%d-%H%M%S}-{message.channel}-{message.template}-{message.check_code}.txt"
        return Path(settings.MESSAGING["folder"]) / name
