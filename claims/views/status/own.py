"""What the pages of a merchant's own claim share: finding it, problems with their fields, and the papers of a form."""

from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from claims.models import Claim, Evidence
from claims.selectors.claims import claims_of
from claims.selectors.evidence_files import evidence_list
from claims.services.evidence import receive_evidence
from claims.services.evidence_files.inspection import Upload
from claims.services.evidence_files.names import plain_name
from claims.services.evidence_files.refusals import EvidenceRefused
from claims.views.claim_content import find_claim
from compensation.policy.document import EvidenceKind
from compensation.policy.transitions import EvidenceScanState
from compensation.runtime.forms import Problem, told

REFUSED = 422  # what was sent is understood and not taken; the page says why


def own_claim(request: HttpRequest, reference: str) -> Claim:
    """A claim of a merchant whom the user represents, with its history. Raises Http404."""
    return find_claim(claims_of(user=request.user), reference, for_merchant=True)


def own(rows: Any, reference: str) -> Any:
    """One of the rows of a claim, by its reference. Raises Http404."""
    row = rows.filter(reference=reference).first()
    if row is None:
        raise Http404
    return row


def take_papers(request: HttpRequest, *, claim: Claim, kinds: Any) -> list[Problem]:
    """Takes the files of a form that has one field `files-<kind>` for each kind of evidence; what was not taken.

    What went in stays in, whatever becomes of the form: nobody sends a file twice.
    """
    problems = []
    for kind in kinds:
        for file in request.FILES.getlist(f"files-{kind.code}"):
            try:
                receive_evidence(
                    owner=claim,
                    kind=kind.code,
                    upload=Upload.from_request(file),
                    actor=request.user,
                    at=timezone.now(),
                )
            except EvidenceRefused as refused:
                name = plain_name(file.name)
                problems.append(Problem(f"files-{kind.code}", f"{name}: {told(refused)}" if name else told(refused)))
    return problems


def papers_since(claim: Claim, moment: Any) -> list[Evidence]:
    """The files that came since `moment` and were not found infected: they go with what is sent now."""
    return [
        row
        for row in evidence_list(owner=claim)
        if row.received_at >= moment and row.scan_state != EvidenceScanState.INFECTED
    ]


def by_kind(kinds: Any, papers: list[Evidence], problems: list[Problem]) -> list[dict[str, Any]]:
    """What a form shows of each kind: the files that are there, and what is wrong with the last ones."""
    return [_shown(kind, papers, problems) for kind in kinds]


def _shown(kind: EvidenceKind, papers: list[Evidence], problems: list[Problem]) -> dict[str, Any]:
    target = f"files-{kind.code}"
    return {
        "kind": kind,
        "field": target,
        "papers": [row for row in papers if row.kind == kind.code],
        "problems": [problem.message for problem in problems if problem.target == target],
    }
