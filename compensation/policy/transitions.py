"""Which states an object has and which moves are allowed: one table per object.

Services, screens and the database triggers (pgtrigger.FSM) read the same tables. Source of the states: ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ClaimState(StrEnum):
    RECEIVED = "received"
    DETERMINED = "determined"
    AWAITING_COUNCIL = "awaiting_council"
    WITHDRAWN = "withdrawn"


class GrantJobState(StrEnum):
    """The business side of a grant job: what people decided about it."""

    DRAFT = "draft"
    REHEARSED = "rehearsed"
    APPROVED = "approved"


class GrantJobRunState(StrEnum):
    """The running side of a grant job: what the workers do with it."""

    IDLE = "idle"
    RUNNING = "running"
    FINISHED = "finished"


class GrantChunkState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class ProgrammeState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class EvidenceScanState(StrEnum):
    """What the malware scan made of an uploaded document."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


class QuestionState(StrEnum):
    """A question to the merchant, or papers asked for: while it is `asked`, the clock of its claim pauses."""

    ASKED = "asked"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


class ObjectionState(StrEnum):
    """An objection to a determination; a request for confirmation goes the same way."""

    RECEIVED = "received"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"


class MessageState(StrEnum):
    """A message in the outbox."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class TransitionTable:
    """The states of one object: `names` has each state's Korean and English name, `moves` are (from, to) pairs."""

    initial: str
    names: Mapping[str, tuple[str, str]]
    moves: tuple[tuple[str, str], ...]

    @property
    def states(self) -> tuple[str, ...]:
        return tuple(self.names)

    def name(self, state: str, language: str) -> str:
        """The name of a state in 'ko' or 'en'."""
        korean, english = self.names[state]
        return korean if language == "ko" else english


class StateUnknown(Exception):
    """A state that the table does not have."""


def is_allowed(table: TransitionTable, old: str, new: str) -> bool:
    """Whether an object may move from `old` to `new`. Staying in a state is no move. Raises StateUnknown."""
    for state in (old, new):
        if state not in table.names:
            raise StateUnknown(state)
    return (old, new) in table.moves


CLAIM = TransitionTable(
    initial="received",
    names={
        "received": ("접수", "Received"),
        "determined": ("결정", "Determined"),
        "awaiting_council": ("협의체 심사 대기", "Waiting for the council"),
        "withdrawn": ("철회", "Withdrawn"),
    },
    moves=(
        ("received", "determined"),
        ("received", "awaiting_council"),
        ("received", "withdrawn"),
        ("determined", "received"),  # facts were corrected: assessed again
        ("awaiting_council", "received"),  # facts were corrected: assessed again
        ("awaiting_council", "withdrawn"),
    ),
)

# A claim in one of these states blocks a second claim of the same merchant, service and window.
LIVE_CLAIM_STATES: tuple[str, ...] = ("received", "determined", "awaiting_council")

GRANT_JOB = TransitionTable(
    initial="draft",
    names={
        "draft": ("작성", "Draft"),
        "rehearsed": ("점검 완료", "Rehearsed"),
        "approved": ("승인", "Approved"),
    },
    moves=(("draft", "rehearsed"), ("rehearsed", "approved"), ("rehearsed", "draft")),
)

GRANT_JOB_RUN = TransitionTable(
    initial="idle",
    names={
        "idle": ("대기", "Idle"),
        "running": ("진행", "Running"),
        "finished": ("완료", "Finished"),
    },
    moves=(("idle", "running"), ("running", "finished")),
)

GRANT_CHUNK = TransitionTable(
    initial="pending",
    names={
        "pending": ("대기", "Pending"),
        "done": ("완료", "Done"),
        "failed": ("실패", "Failed"),
    },
    moves=(("pending", "done"), ("pending", "failed"), ("failed", "pending")),
)

PROGRAMME = TransitionTable(
    initial="draft",
    names={
        "draft": ("준비", "Draft"),
        "open": ("운영", "Open"),
        "closed": ("종료", "Closed"),
    },
    moves=(("draft", "open"), ("open", "closed"), ("closed", "open")),
)

EVIDENCE_SCAN = TransitionTable(
    initial="waiting",
    names={
        "waiting": ("검사 대기", "Waiting for the scan"),
        "clean": ("이상 없음", "Clean"),
        "infected": ("악성코드 발견", "Malware found"),
        "unscanned": ("검사하지 못함", "Not scanned"),
    },
    moves=(
        ("waiting", "clean"),
        ("waiting", "infected"),
        ("waiting", "unscanned"),  # no scanner is set up, or it could not read the file
        ("unscanned", "clean"),
        ("unscanned", "infected"),
    ),
)

QUESTION = TransitionTable(
    initial="asked",
    names={
        "asked": ("답변 대기", "Waiting for the answer"),
        "answered": ("답변 완료", "Answered"),
        "cancelled": ("요청 취소", "No longer needed"),
    },
    moves=(("asked", "answered"), ("asked", "cancelled")),
)

OBJECTION = TransitionTable(
    initial="received",
    names={
        "received": ("접수", "Received"),
        "withdrawn": ("철회", "Withdrawn"),
        "decided": ("결정", "Decided"),
    },
    moves=(("received", "withdrawn"), ("received", "decided")),
)

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
