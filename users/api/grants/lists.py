"""The lists of a job by the API: one file a request, as multipart/form-data."""

from pathlib import Path

from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from compensation.runtime.api_errors import FieldProblem, general, of_field, refused_fields
from compensation.runtime.idempotency import once
from users.api.grants.answers import ListAnswer
from users.api.grants.common import GrantView, read_form, telling_refusals
from users.services.audience_files import read_rows
from users.services.audiences import ListHasFaults, LoadedList, load_list
from users.views.grants.forms import ListForm
from users.views.grants.lists import IN, OUT

UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}, "skip_faulty": {"type": "boolean"}},
        "required": ["file"],
    }
}


class GrantList(GrantView):
    """Who is in a job, or who is left out and why."""

    write_scope = "upload"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="load_grant_list",
        tags=["grants"],
        summary="Takes a list of members: in or out",
        description=(
            "CSV or XLSX: member numbers in the first column, reasons (to leave out) in the second. It replaces the "
            "list of that kind. With faulty rows nothing is taken (422 names the rows), but with `skip_faulty` the "
            "others are."
        ),
        request=UPLOAD,
        responses={201: ListAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str, kind: str) -> Response:
        job = self.job_to_run(request, code, reference)
        if kind not in (IN, OUT):
            raise general(404)
        typed = read_form(lambda: ListForm(request.data, request.FILES))
        path = Path(typed["file"].temporary_file_path())
        try:
            with telling_refusals(), of_field("file"):
                loaded = load_list(
                    job=job,
                    rows=read_rows(path),
                    out=kind == OUT,
                    actor=request.user,
                    at=request._request.received_at,
                    skip_faulty=typed["skip_faulty"],
                )
        except ListHasFaults as refused:
            raise refused_fields(*_problems(refused.loaded)) from refused
        return Response(ListAnswer(loaded).data, status=201)


def _problems(loaded: LoadedList) -> list[FieldProblem]:
    return [FieldProblem(f"file[{row.row}]", row.code, row.message_ko, row.message_en) for row in loaded.faults]
