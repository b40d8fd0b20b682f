from collections.abc import Iterator
from pathlib import Path

import pytest

from compensation.messaging.standin import SensStandIn


@pytest.fixture(autouse=True)
def messages_to_files(settings, tmp_path) -> Path:
    """The default of `make run`, into a folder of the test's own."""
    folder = tmp_path / "messages"
    settings.MESSAGING = settings.MESSAGING | {
        "folder": str(folder),
        "kakao": "file",
        "sms": "file",
        "email": "file",
    }
    return folder


@pytest.fixture
def sens(settings, monkeypatch, messages_to_files) -> Iterator[SensStandIn]:
    """Kakao and SMS go through a stand-in of the dealer, in this process and in those that it starts."""
    with SensStandIn() as stand_in:
        settings.MESSAGING = settings.MESSAGING | {"kakao": "sens", "sms": "sens", "sens": stand_in.settings}
        for name, value in ({"MESSAGING_KAKAO": "sens", "MESSAGING_SMS": "sens"} | stand_in.environment).items():
            monkeypatch.setenv(name, value)
        yield stand_in
