from claims.models.assessment import Assessment, Determination
from claims.models.association_file import AssociationFile
from claims.models.bank_file import BankFile, BankFileDownload, BankProfile, ResultFile, ResultUpload
from claims.models.bulk_job import BulkAction, BulkItem, BulkJob
from claims.models.claim import Claim, ClaimTransition
from claims.models.consent import Consent
from claims.models.council import (
    AgendaItem,
    Council,
    CouncilDecision,
    CouncilSession,
    Recusal,
    Seat,
    SeatHolder,
    SessionKind,
    Vote,
)
from claims.models.draft import ClaimDraft
from claims.models.evidence import Evidence, EvidencePage
from claims.models.loss import ClaimLoss
from claims.models.money import MoneyCheck, OverpaymentProposal
from claims.models.notice import Notice
from claims.models.objection import Objection, ObjectionKind
from claims.models.payout import (
    BatchApproval,
    BatchEvent,
    OverpaymentChoice,
    OverpaymentDecision,
    Payout,
    PayoutBatch,
    PayoutHold,
    PayoutOrigin,
    PayoutTransition,
)
from claims.models.programme_run import ProgrammeRun, Stage
from claims.models.question import Answer, Question
from claims.models.review import Check, CheckOutcome, ClaimOrigin, FactCorrection, Proposal, Review, Verdict
from claims.models.second_look import LookOutcome, SecondLook, SecondLookDraw
from claims.models.top_up import TopUp, TopUpClaim, TopUpReason

__all__ = [
    "AgendaItem",
    "Answer",
    "Assessment",
    "AssociationFile",
    "BankFile",
    "BankFileDownload",
    "BankProfile",
    "BatchApproval",
    "BatchEvent",
    "BulkAction",
    "BulkItem",
    "BulkJob",
    "Check",
    "CheckOutcome",
    "Claim",
    "ClaimDraft",
    "ClaimLoss",
    "ClaimOrigin",
    "ClaimTransition",
    "Consent",
    "Council",
    "CouncilDecision",
    "CouncilSession",
    "Determination",
    "Evidence",
    "EvidencePage",
    "FactCorrection",
    "LookOutcome",
    "MoneyCheck",
    "Notice",
    "Objection",
    "ObjectionKind",
    "OverpaymentChoice",
    "OverpaymentDecision",
    "OverpaymentProposal",
    "Payout",
    "PayoutBatch",
    "PayoutHold",
    "PayoutOrigin",
    "PayoutTransition",
    "ProgrammeRun",
    "Proposal",
    "Question",
    "Recusal",
    "ResultFile",
    "ResultUpload",
    "Review",
    "Seat",
    "SeatHolder",
    "SecondLook",
    "SecondLookDraw",
    "SessionKind",
    "Stage",
    "TopUp",
    "TopUpClaim",
    "TopUpReason",
    "Verdict",
    "Vote",
]
