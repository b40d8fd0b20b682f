"""Results of the bank by the API: sent in as multipart/form-data, read by a worker, looked at afterwards."""

from pathlib import Path
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.payouts.access import batch_in
from claims.models import ResultUpload
from claims.selectors.bank_files import upload_named, uploads_of
from claims.services.bank_files.reading import progress_key
from claims.services.bank_files.result_faults import nothing_sent, too_large
from claims.services.bank_files.result_uploads import ResultUploadHandler, take_result
from claims.views.payouts.overview import HANDLE, VIEW
from compensation.runtime.api_errors import general, of_field
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.progress import progress_of
from compensation.runtime.uploads import MeasuredFile

FILE = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}
SHOWN = 50  # newest files of a batch in its list


class ResultFaultAnswer(serializers.Serializer[Any]):
    """What is wrong with a line of a file; line 0: with the file as a whole."""

    line = serializers.IntegerField()
    code = serializers.CharField()
    message_ko = serializers.CharField(source="ko")
    message_en = serializers.CharField(source="en")


class BankResultAnswer(serializers.Serializer[Any]):
    """What a file says of its batch. Refused: nothing was changed; `faults` are the first of `faults_count`."""

    is_accepted = serializers.BooleanField()
    lines = serializers.IntegerField()
    paid_count = serializers.IntegerField()
    paid_won = serializers.IntegerField()
    returned_count = serializers.IntegerField()
    returned_won = serializers.IntegerField()
    unknown_count = serializers.IntegerField()
    known_count = serializers.IntegerField()
    faults_count = serializers.IntegerField()
    faults = ResultFaultAnswer(many=True)


class ResultUploadShort(serializers.Serializer[Any]):
    """A file that was sent in. `state`: it waits or is read (`waiting`), was read (`read`), or was given up after
    workers died over it (`given_up`): then it changed nothing, and may be sent again."""

    reference = serializers.CharField()
    look_at = serializers.SerializerMethodField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sent_at = serializers.DateTimeField()
    state = serializers.SerializerMethodField()

    def get_look_at(self, row: ResultUpload) -> str:
        batch = row.batch
        return reverse("api-bank-result", args=[batch.programme.code, batch.reference, row.reference])

    def get_state(self, row: ResultUpload) -> str:
        return "waiting" if row.finished_at is None else "read" if row.result_id else "given_up"


class ResultUploadAnswer(ResultUploadShort):
    """A file that was sent in, how many of its lines were read, and what came of it."""

    lines_read = serializers.SerializerMethodField()
    result = BankResultAnswer(allow_null=True)

    def get_lines_read(self, row: ResultUpload) -> int:
        if row.result:
            return row.result.lines
        progress = progress_of(progress_key(row))
        return progress.done if progress else 0


class ResultUploadsAnswer(serializers.Serializer[Any]):
    """The newest files."""

    results = ResultUploadShort(many=True)


class Results(ApiView):
    """The results of a batch."""

    write_scope = "upload"
    parser_classes = [MultiPartParser]

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Takes files as large as a result may be; set before anything reads the request."""
        request.upload_handlers = [ResultUploadHandler(request)]
        return super().initialize_request(request, *args, **kwargs)

    @extend_schema(
        operation_id="list_bank_results",
        tags=["payouts"],
        summary="The bank's results that were sent in for a batch, newest first",
        responses=ResultUploadsAnswer,
    )
    def get(self, request: Request, code: str, reference: str) -> Response:
        rows = uploads_of(batch=batch_in(request, code, reference, permission=VIEW))
        return Response(ResultUploadsAnswer({"results": rows[:SHOWN]}).data)

    @extend_schema(
        operation_id="send_bank_result",
        tags=["payouts"],
        summary="Takes a result file of the bank; a worker reads all of it or nothing. `look_at` says how far it is",
        request=FILE,
        responses={202: ResultUploadAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str) -> Response:
        batch = batch_in(request, code, reference, permission=HANDLE)
        file = request.FILES.get("file")
        with of_field("file"):
            if not isinstance(file, MeasuredFile) or not file.size:
                raise nothing_sent()
            if not file.is_whole:
                raise too_large()
            path, name = Path(file.temporary_file_path()), file.name or ""
            upload = take_result(batch=batch, upload=path, name=name, actor=request.user, at=timezone.now())
        return Response(ResultUploadAnswer(upload).data, status=202)


class Result(ApiView):
    """One result."""

    @extend_schema(
        operation_id="show_bank_result",
        tags=["payouts"],
        summary="A result that was sent in: how far its reading is, and what came of it",
        responses=ResultUploadAnswer,
    )
    def get(self, request: Request, code: str, reference: str, upload: str) -> Response:
        found = upload_named(batch=batch_in(request, code, reference, permission=VIEW), reference=upload)
        if found is None:
            raise general(404)
        return Response(ResultUploadAnswer(found).data)
