"""What members are granted: jobs, their run and chunks, hand-over files, the quota of the pass."""

from enum import StrEnum

from compensation.policy.transitions.table import TransitionTable


class GrantJobState(StrEnum):
    """The business side of a grant job: what people decided about it."""

    DRAFT = "draft"
    REHEARSED = "rehearsed"
    APPROVED = "approved"
    CANCELLED = "cancelled"


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


class GrantJobRunState(StrEnum):
    """The running side of a grant job: what the workers do with it."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"


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


class GrantChunkState(StrEnum):
    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


GRANT_CHUNK = TransitionTable(
    initial="pending",
    names={
        "pending": ("대기", "Pending"),
        "done": ("완료", "Done"),
        "failed": ("실패", "Failed"),
    },
    moves=(("pending", "done"), ("pending", "failed"), ("failed", "pending")),
)


class HandoverFileState(StrEnum):
    """A file with grants for the service that honours them."""

    PENDING = "pending"
    WRITTEN = "written"
    FAILED = "failed"


HANDOVER_FILE = TransitionTable(
    initial="pending",
    names={
        "pending": ("작성 대기", "To be written"),
        "written": ("작성 완료", "Written"),
        "failed": ("작성 실패", "Failed"),
    },
    moves=(("pending", "written"), ("pending", "failed"), ("failed", "pending")),
)


class PassQuotaChangeState(StrEnum):
    """A wish for another quota of the pass: a second person approves it, or it is withdrawn."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


PASS_QUOTA_CHANGE = TransitionTable(
    initial="proposed",
    names={
        "proposed": ("승인 대기", "Awaiting approval"),
        "approved": ("승인", "Approved"),
        "withdrawn": ("철회", "Withdrawn"),
    },
    moves=(("proposed", "approved"), ("proposed", "withdrawn")),
)
