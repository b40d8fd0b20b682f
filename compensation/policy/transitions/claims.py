"""Claims, and what is sent in and asked around them."""

from enum import StrEnum

from compensation.policy.transitions.table import TransitionTable


class ClaimState(StrEnum):
    RECEIVED = "received"
    DETERMINED = "determined"
    AWAITING_COUNCIL = "awaiting_council"
    WITHDRAWN = "withdrawn"


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
        ("awaiting_council", "determined"),  # by the council
        ("determined", "awaiting_council"),  # the council's decision was undone
    ),
)

# A claim in one of these states blocks a second claim of the same merchant, service and window.
LIVE_CLAIM_STATES: tuple[str, ...] = ("received", "determined", "awaiting_council")


class EvidenceScanState(StrEnum):
    """What the malware scan made of an uploaded document."""

    WAITING = "waiting"
    CLEAN = "clean"
    INFECTED = "infected"
    UNSCANNED = "unscanned"


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


class QuestionState(StrEnum):
    """A question to the merchant, or papers asked for: while it is `asked`, the clock of its claim pauses."""

    ASKED = "asked"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


QUESTION = TransitionTable(
    initial="asked",
    names={
        "asked": ("답변 대기", "Waiting for the answer"),
        "answered": ("답변 완료", "Answered"),
        "cancelled": ("요청 취소", "No longer needed"),
    },
    moves=(("asked", "answered"), ("asked", "cancelled")),
)


class ObjectionState(StrEnum):
    """An objection to a determination; a request for confirmation goes the same way."""

    RECEIVED = "received"
    WITHDRAWN = "withdrawn"
    DECIDED = "decided"


OBJECTION = TransitionTable(
    initial="received",
    names={
        "received": ("접수", "Received"),
        "withdrawn": ("철회", "Withdrawn"),
        "decided": ("결정", "Decided"),
    },
    moves=(
        ("received", "withdrawn"),
        ("received", "decided"),
        ("decided", "received"),  # the council's decision was undone
    ),
)
