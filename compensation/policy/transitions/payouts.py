"""Money to merchants: payouts, bank runs, and the accounts they go to."""

from enum import StrEnum

from compensation.policy.transitions.table import TransitionTable


class PayoutState(StrEnum):
    """Money to a merchant for one determination."""

    DUE = "due"
    BATCHED = "batched"
    RELEASED = "released"
    UNKNOWN = "unknown"
    PAID = "paid"
    RETURNED = "returned"
    CANCELLED = "cancelled"


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


class PayoutBatchState(StrEnum):
    """A bank run."""

    DRAFT = "draft"
    FROZEN = "frozen"
    RELEASING = "releasing"
    RELEASED = "released"
    CLOSED = "closed"
    CANCELLED = "cancelled"


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


class AccountStanding(StrEnum):
    """What is known of a merchant's bank account: whose it is, and whether it may be paid to."""

    ENTERED = "entered"
    TO_CHECK = "to_check"
    VERIFIED = "verified"
    REFUSED = "refused"


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
