"""Who gets messages in these tests: Kim, who runs a diner and has a mobile phone and an address."""

from datetime import datetime, timedelta
from typing import Any

from compensation import limits
from compensation.messaging.models import Message
from compensation.messaging.services.outbox import write
from compensation.policy.seoul import SEOUL

NOON = datetime(2023, 1, 31, 12, 0, tzinfo=SEOUL)
SETTLED = timedelta(seconds=limits.MESSAGE_SETTLE_SECONDS)
KIM, KIM_BY_MAIL = "+821012345678", "kim@example.kr"
RECEIVED = {"name": "한결식당", "reference": "K7M4-9QXR-T2V5", "received_at": NOON}


def message(**changes: Any) -> Message:
    """A receipt to Kim by SMS, unless the changes say otherwise."""
    usual = {
        "template": "claim_received",
        "to": KIM,
        "channel": "sms",
        "variables": RECEIVED,
        "language": "ko",
        "at": NOON,
        "dedupe_key": "claim K7M4-9QXR-T2V5 received",
        "subject": "claim K7M4-9QXR-T2V5",
    }
    return write(**(usual | changes))


def sign_in_code(**changes: Any) -> Message:
    """The code 482913 to Kim, good for five minutes."""
    code = {"template": "sign_in_code", "variables": {"code": "482913", "minutes": 5}, "dedupe_key": "code 1"}
    return message(**(code | {"send_before": NOON + timedelta(minutes=5)} | changes))
