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
    CANCELLED = "cancelled"


class GrantJobRunState(StrEnum):
    """The running side of a grant job: what the workers do with it."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


class GrantChunkState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class HandoverFileState(StrEnum):
    """A file with grants for the service that honours them."""

    PENDING = "pending"
    WRITTEN = "written"
    FAILED = "failed"


class PassQuotaChangeState(StrEnum):
    """A wish for another quota of the pass: a second person approves it, or it is withdrawn."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


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


class ReviewState(StrEnum):
    """The review of a claim by people."""

    OPEN = "open"
    HELD = "held"
    REFERRED = "referred"
    CLOSED = "closed"


class AgendaItemState(StrEnum):
    """A case on the agenda of a council session."""

    OPEN = "open"
    DECIDED = "decided"
    SENT_BACK = "sent_back"
    DEFERRED = "deferred"
    DROPPED = "dropped"


class PayoutState(StrEnum):
    """Money to a merchant for one determination."""

    DUE = "due"
    BATCHED = "batched"
    RELEASED = "released"
    UNKNOWN = "unknown"
    PAID = "paid"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class PayoutBatchState(StrEnum):
    """A bank run."""

    DRAFT = "draft"
    FROZEN = "frozen"
    RELEASING = "releasing"
    RELEASED = "released"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class AccountStanding(StrEnum):
    """What is known of a merchant's bank account: whose it is, and whether it may be paid to."""

    ENTERED = "entered"
    TO_CHECK = "to_check"
    VERIFIED = "verified"
    REFUSED = "refused"


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
        ("awaiting_council", "determined"),  # by the council
        ("determined", "awaiting_council"),  # the council's decision was undone
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
        "cancelled": ("취소", "Cancelled"),
    },
    moves=(
        ("draft", "rehearsed"),
        ("rehearsed", "approved"),
        ("rehearsed", "draft"),  # its audience was changed: to be counted anew
        ("draft", "cancelled"),
        ("rehearsed", "cancelled"),
        ("approved", "cancelled"),  # what was granted until then stays; it can be recalled
    ),
)

GRANT_JOB_RUN = TransitionTable(
    initial="idle",
    names={
        "idle": ("대기", "Idle"),
        "running": ("진행", "Running"),
        "paused": ("일시 정지", "Paused"),
        "finished": ("완료", "Finished"),
    },
    moves=(
        ("idle", "running"),
        ("running", "paused"),
        ("paused", "running"),
        ("running", "finished"),
        ("paused", "finished"),  # cancelled
    ),
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

HANDOVER_FILE = TransitionTable(
    initial="pending",
    names={
        "pending": ("작성 대기", "To be written"),
        "written": ("작성 완료", "Written"),
        "failed": ("작성 실패", "Failed"),
    },
    moves=(("pending", "written"), ("pending", "failed"), ("failed", "pending")),
)

PASS_QUOTA_CHANGE = TransitionTable(
    initial="proposed",
    names={
        "proposed": ("승인 대기", "Awaiting approval"),
        "approved": ("승인", "Approved"),
        "withdrawn": ("철회", "Withdrawn"),
    },
    moves=(("proposed", "approved"), ("proposed", "withdrawn")),
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
    moves=(
        ("received", "withdrawn"),
        ("received", "decided"),
        ("decided", "received"),  # the council's decision was undone
    ),
)

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

PAYOUT = TransitionTable(
    initial="due",
    names={
        "due": ("지급 예정", "To be paid"),
        "batched": ("지급 묶음 편성", "In a batch"),
        "released": ("은행 이체 요청", "Sent to the bank"),
        "unknown": ("은행 확인 중", "The bank is asked"),
        "paid": ("지급 완료", "Paid"),
        "returned": ("반려", "Returned"),
        "cancelled": ("취소", "Cancelled"),
    },
    moves=(
        ("due", "batched"),
        ("due", "cancelled"),  # its determination no longer counts
        ("batched", "due"),  # taken out of the batch, or the batch was cancelled
        ("batched", "cancelled"),  # its determination no longer counts
        ("batched", "released"),
        ("released", "paid"),
        ("released", "returned"),
        ("released", "unknown"),  # the bank itself does not know yet
        ("unknown", "paid"),
        ("unknown", "returned"),
    ),
)

# Money that is on its way or there. A determination has one payout at a time in one of these states.
LIVE_PAYOUT_STATES: tuple[str, ...] = ("due", "batched", "released", "unknown", "paid")

PAYOUT_BATCH = TransitionTable(
    initial="draft",
    names={
        "draft": ("작성", "Draft"),
        "frozen": ("확정(승인 대기)", "Frozen, awaiting approval"),
        "releasing": ("이체 파일 작성 중", "Files are being made"),
        "released": ("은행 이체 요청", "Sent to the bank"),
        "closed": ("마감", "Closed"),
        "cancelled": ("취소", "Cancelled"),
    },
    moves=(
        ("draft", "frozen"),
        ("draft", "cancelled"),
        ("frozen", "draft"),  # a payout was taken out, or somebody looks again: approvals are void
        ("frozen", "cancelled"),
        ("frozen", "releasing"),
        ("releasing", "released"),
        ("released", "closed"),  # every payout is final
    ),
)

ACCOUNT = TransitionTable(
    initial="entered",
    names={
        "entered": ("예금주 조회 대기", "Holder not asked yet"),
        "to_check": ("담당자 확인 필요", "A person has to look"),
        "verified": ("예금주 확인", "Holder verified"),
        "refused": ("사용 불가", "Refused"),
    },
    moves=(
        ("entered", "verified"),
        ("entered", "to_check"),  # nearly the same name, another name, or the bank cannot tell
        ("entered", "refused"),  # there is no such account
        ("to_check", "verified"),
        ("to_check", "refused"),
        ("to_check", "entered"),  # to be asked again
        ("verified", "to_check"),  # the bank returned a payout to it
        ("verified", "refused"),  # the contact that was on record before says that it is not theirs
        ("refused", "entered"),  # to be asked again
    ),
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
