from claims.models.assessment import Assessment, Determination
from claims.models.association_file import AssociationFile
from claims.models.claim import Claim, ClaimTransition
from claims.models.consent import Consent
from claims.models.draft import ClaimDraft
from claims.models.evidence import Evidence, EvidencePage
from claims.models.loss import ClaimLoss
from claims.models.notice import Notice
from claims.models.objection import Objection, ObjectionKind
from claims.models.programme_run import ProgrammeRun, Stage
from claims.models.question import Answer, Question

__all__ = [
    "Answer",
    "Assessment",
    "AssociationFile",
    "Claim",
    "ClaimDraft",
    "ClaimLoss",
    "ClaimTransition",
    "Consent",
    "Determination",
    "Evidence",
    "EvidencePage",
    "Notice",
    "Objection",
    "ObjectionKind",
    "ProgrammeRun",
    "Question",
    "Stage",
]
