from claims.models.assessment import Assessment, Determination
from claims.models.association_file import AssociationFile
from claims.models.claim import Claim, ClaimTransition
from claims.models.evidence import Evidence
from claims.models.programme_run import ProgrammeRun, Stage

__all__ = [
    "Assessment",
    "AssociationFile",
    "Claim",
    "ClaimTransition",
    "Determination",
    "Evidence",
    "ProgrammeRun",
    "Stage",
]
