"""Which states an object has and which moves are allowed: one table per object.

Services, screens and the database triggers read the same tables. Source of the states: ours.
"""

from compensation.policy.transitions.claims import (
    CLAIM,
    EVIDENCE_SCAN,
    LIVE_CLAIM_STATES,
    OBJECTION,
    QUESTION,
    ClaimState,
    EvidenceScanState,
    ObjectionState,
    QuestionState,
)
from compensation.policy.transitions.grants import (
    GRANT_CHUNK,
    GRANT_JOB,
    GRANT_JOB_RUN,
    HANDOVER_FILE,
    PASS_QUOTA_CHANGE,
    GrantChunkState,
    GrantJobRunState,
    GrantJobState,
    HandoverFileState,
    PassQuotaChangeState,
)
from compensation.policy.transitions.kernel import MESSAGE, PROGRAMME, MessageState, ProgrammeState
from compensation.policy.transitions.payouts import (
    ACCOUNT,
    LIVE_PAYOUT_STATES,
    PAYOUT,
    PAYOUT_BATCH,
    AccountStanding,
    PayoutBatchState,
    PayoutState,
)
from compensation.policy.transitions.reviews import (
    AGENDA_ITEM,
    OPEN_REVIEW_STATES,
    REVIEW,
    AgendaItemState,
    ReviewState,
)
from compensation.policy.transitions.table import StateUnknown, TransitionTable, is_allowed

__all__ = [
    "ACCOUNT",
    "AGENDA_ITEM",
    "CLAIM",
    "EVIDENCE_SCAN",
    "GRANT_CHUNK",
    "GRANT_JOB",
    "GRANT_JOB_RUN",
    "HANDOVER_FILE",
    "LIVE_CLAIM_STATES",
    "LIVE_PAYOUT_STATES",
    "MESSAGE",
    "OBJECTION",
    "OPEN_REVIEW_STATES",
    "PASS_QUOTA_CHANGE",
    "PAYOUT",
    "PAYOUT_BATCH",
    "PROGRAMME",
    "QUESTION",
    "REVIEW",
    "AccountStanding",
    "AgendaItemState",
    "ClaimState",
    "EvidenceScanState",
    "GrantChunkState",
    "GrantJobRunState",
    "GrantJobState",
    "HandoverFileState",
    "MessageState",
    "ObjectionState",
    "PassQuotaChangeState",
    "PayoutBatchState",
    "PayoutState",
    "ProgrammeState",
    "QuestionState",
    "ReviewState",
    "StateUnknown",
    "TransitionTable",
    "is_allowed",
]
