"""How files arrive: to disk, hashed while they come in, and never more of them than is taken.

The only upload handler of the site (settings.FILE_UPLOAD_HANDLERS), so that no page can be made to fill the disk.
"""

import hashlib
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from compensation import limits


class MeasuredFile(TemporaryUploadedFile):
    """A file on disk with its `size` (bytes) and `sha256` (hex).

    `is_whole` is False for one that was too large: it was counted to its end, and nothing of it was kept.
    """

    def __init__(self, name: str, content_type: str | None, charset: str | None, extra: Any) -> None:
        # The temporary file gets no ending of the sender's: an ending of 300 characters is no file name at all.
        super().__init__("upload", content_type or "", 0, charset, extra)
        self.name = name
        self.size = 0
        self.sha256 = ""
        self.is_whole = True


class MeasuringUploadHandler(FileUploadHandler):
    """Writes each file to disk and hashes it. What is over the limits is counted, but not kept.

    Over them it still reads on, so that the page can answer with a sentence and keep what else was typed; a request
    beyond all measure is refused before it is read. A page that takes larger files has a handler with other bounds.
    """

    file_bytes_max = limits.EVIDENCE_FILE_BYTES_MAX
    request_bytes_max = limits.EVIDENCE_CLAIM_BYTES_MAX  # of the files that are kept of one request
    file: MeasuredFile

    def handle_raw_input(self, _input: Any, _headers: Any, content_length: int, *_args: Any) -> None:
        """Raises RequestDataTooBig, which Django answers with 400."""
        if content_length > limits.UPLOAD_REQUEST_BYTES_MAX:
            raise RequestDataTooBig(f"a request of {content_length} bytes")
        self._kept_bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.file = MeasuredFile(self.file_name or "", self.content_type, self.charset, self.content_type_extra or {})
        self._digest = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        file = self.file
        file.size = start + len(raw_data)
        if not file.is_whole:
            return
        if file.size > self.file_bytes_max or self._kept_bytes + file.size > self.request_bytes_max:
            file.is_whole = False
            file.truncate(0)
            return
        self._digest.update(raw_data)
        file.write(raw_data)

    def file_complete(self, file_size: int) -> MeasuredFile:
        file = self.file
        file.size = file_size
        if file.is_whole:
            self._kept_bytes += file_size
            file.sha256 = self._digest.hexdigest()
        file.seek(0)
        return file

    def upload_interrupted(self) -> None:
        if hasattr(self, "file"):
            self.file.close()
