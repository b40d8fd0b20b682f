"""What every app uses: the programme, and messages in the outbox."""

from enum import StrEnum

from compensation.policy.transitions.table import TransitionTable


class ProgrammeState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


PROGRAMME = TransitionTable(
    initial="draft",
    names={
        "draft": ("준비", "Draft"),
        "open": ("운영", "Open"),
        "closed": ("종료", "Closed"),
    },
    moves=(("draft", "open"), ("open", "closed"), ("closed", "open")),
)


class MessageState(StrEnum):
    """A message in the outbox."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


MESSAGE = TransitionTable(
    initial="waiting",
    names={
        "waiting": ("발송 대기", "Waiting"),
        "sending": ("발송 중", "Being sent"),
        "sent": ("발송 완료", "Sent"),
        "failed": ("발송 실패", "Failed"),
    },
    moves=(
        ("waiting", "sending"),
        ("sending", "sent"),
        ("sending", "failed"),
        ("sending", "waiting"),  # to be tried again later
        ("failed", "waiting"),  # sent again by a person
    ),
)
