"""Evidence of a draft or claim by the API: one file a request, as multipart/form-data."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.access import own_claim
from claims.api.evidence_answers import EvidenceAnswer
from claims.models import Claim, ClaimDraft, Evidence
from claims.selectors.evidence_files import evidence_list
from claims.services.evidence import receive_evidence, remove_evidence
from claims.services.evidence_files import refusals
from claims.services.evidence_files.inspection import Upload
from claims.services.evidence_files.refusals import EvidenceRefused
from claims.views.draft_access import draft_in_hand
from compensation import limits
from compensation.policy.transitions import EvidenceScanState
from compensation.runtime.api_errors import FieldProblem, of_field, refused_fields
from compensation.runtime.api_fields import texts_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.uploads import MeasuredFile

UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "file": {"type": "string", "format": "binary"}},
        "required": ["kind", "file"],
    }
}
_OF_THE_KIND = ("kind_unknown",)


class EvidenceListAnswer(serializers.Serializer[Any]):
    """All documents: a claim has a hundred at most."""

    results = EvidenceAnswer(many=True)


class _OwnEvidence(ApiView):
    """What a draft's and a claim's evidence have in common."""

    write_scope = "upload"
    parser_classes = [MultiPartParser]

    def _list(self, owner: ClaimDraft | Claim) -> Response:
        return Response(EvidenceListAnswer({"results": evidence_list(owner=owner)}).data)

    def _receive(self, request: Request, owner: ClaimDraft | Claim) -> Response:
        file, kind = request.FILES.get("file"), request.data.get("kind", "")
        if not isinstance(file, MeasuredFile):
            with of_field("file"):
                raise refusals.nothing_sent()
        try:
            evidence = receive_evidence(
                owner=owner,
                kind=kind if isinstance(kind, str) else "",
                upload=Upload.from_request(file),
                actor=request.user,
                at=timezone.now(),
            )
        except EvidenceRefused as refused:
            with of_field("kind" if refused.code in _OF_THE_KIND else "file"):
                raise
        return Response(EvidenceAnswer(evidence).data, status=201)


class DraftEvidence(_OwnEvidence):
    """Evidence of a draft."""

    @extend_schema(
        operation_id="list_draft_evidence",
        tags=["drafts"],
        summary="The evidence of a draft",
        responses=EvidenceListAnswer,
    )
    def get(self, request: Request, reference: str) -> Response:
        return self._list(draft_in_hand(request, reference))

    @extend_schema(
        operation_id="add_draft_evidence",
        tags=["drafts"],
        summary="Adds a file to a draft",
        request=UPLOAD,
        responses={201: EvidenceAnswer},
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        return self._receive(request, draft_in_hand(request, reference))


class DraftEvidenceItem(ApiView):
    """A file of a draft."""

    @extend_schema(
        operation_id="remove_draft_evidence",
        tags=["drafts"],
        summary="Takes a file back; one that is gone already is no error",
        responses={204: None},
    )
    def delete(self, request: Request, reference: str, evidence: str) -> Response:
        remove_evidence(draft=draft_in_hand(request, reference), reference=evidence, actor=request.user)
        return Response(status=204)


class ClaimEvidence(_OwnEvidence):
    """Evidence of a claim."""

    @extend_schema(
        operation_id="list_claim_evidence",
        tags=["claims"],
        summary="The evidence of a claim",
        responses=EvidenceListAnswer,
    )
    def get(self, request: Request, reference: str) -> Response:
        return self._list(own_claim(request, reference))

    @extend_schema(
        operation_id="add_claim_evidence",
        tags=["claims"],
        summary="Adds a file to a claim",
        request=UPLOAD,
        responses={201: EvidenceAnswer},
    )
    @once
    def post(self, request: Request, reference: str) -> Response:
        return self._receive(request, own_claim(request, reference))


def named_evidence(content: Any, *, claim: Claim) -> Sequence[Evidence]:
    """The documents of the claim that the body names in `evidence`. Raises ApiProblem (422) for any other."""
    named = texts_of(content, "evidence", most=limits.EVIDENCE_FILES_MAX)
    known = {row.reference: row for row in evidence_list(owner=claim) if row.scan_state != EvidenceScanState.INFECTED}
    for place, reference in enumerate(named):
        if reference not in known:
            raise refused_fields(
                FieldProblem(
                    f"evidence[{place}]",
                    "evidence_unknown",
                    "이 접수 건에 없는 자료입니다. 먼저 올린 뒤 받은 reference를 적어 주세요.",
                    "The claim has no such document. Please add it first, and send the reference that you get.",
                )
            )
    return [row for reference, row in known.items() if reference in named]
