"""How people decide: the review of a claim, and its place on the council's agenda."""

from enum import StrEnum

from compensation.policy.transitions.table import TransitionTable


class ReviewState(StrEnum):
    """The review of a claim by people."""

    OPEN = "open"
    HELD = "held"
    REFERRED = "referred"
    CLOSED = "closed"


REVIEW = TransitionTable(
    initial="open",
    names={
        "open": ("심사 중", "Under review"),
        "held": ("보류", "On hold"),
        "referred": ("협의체 상정", "Referred to the council"),
        "closed": ("심사 종료", "Closed"),
    },
    moves=(
        ("open", "held"),
        ("held", "open"),
        ("open", "referred"),
        ("referred", "open"),  # sent back by the council, or taken back by the officer before it is on an agenda
        ("open", "closed"),  # withdrawn, or decided by rule after a correction
        ("held", "closed"),
        ("referred", "closed"),
        ("closed", "open"),  # the council's decision was undone
    ),
)

# A claim has one review at a time in one of these states.
OPEN_REVIEW_STATES: tuple[str, ...] = ("open", "held", "referred")


class AgendaItemState(StrEnum):
    """A case on the agenda of a council session."""

    OPEN = "open"
    DECIDED = "decided"
    SENT_BACK = "sent_back"
    DEFERRED = "deferred"
    DROPPED = "dropped"


AGENDA_ITEM = TransitionTable(
    initial="open",
    names={
        "open": ("의결 중", "Open to votes"),
        "decided": ("의결 완료", "Decided"),
        "sent_back": ("재검토", "Sent back"),
        "deferred": ("다음 회의로", "Next session"),
        "dropped": ("안건 제외", "Dropped"),
    },
    moves=(
        ("open", "decided"),
        ("open", "sent_back"),
        ("open", "deferred"),  # no quorum, or no majority where the policy leaves it to the next session
        ("open", "dropped"),  # withdrawn, or its facts were corrected
    ),
)
