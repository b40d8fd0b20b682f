"""POSTs of the API that can be sent again: the same key and body get the same answer, and the work is done once.

The key is written in the transaction of the work, with the digest of the request and the answer. A refusal leaves
nothing behind, no key either, so that the same key can be used for the request that was put right.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from compensation import limits
from compensation.runtime.api_errors import ApiProblem
from compensation.runtime.models import IdempotencyKey
from compensation.runtime.retention import deleted_rows

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"  # header of an answer that was given before
_KEY = re.compile(rf"[\x21-\x7e]{{1,{limits.IDEMPOTENCY_KEY_LENGTH_MAX}}}")

Handler = Callable[..., Response]


def once(handler: Handler, *, shown_once: Collection[str] = ()) -> Handler:
    """For a view's `post` that makes something: asks for a key and runs the handler once for it, in one transaction.

    Secrets among the values of the answer are `shown_once`: they are not kept, and null when it is given again.
    Raises ApiProblem: 400 without a key, 409 while the same request is still running, 422 for the key of another one.
    """

    @wraps(handler)
    def with_key(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        user: Any = request.user
        key, digest = _key_of(request), _digest_of(request)
        with transaction.atomic():
            if not _try_lock(user.pk, key):
                raise _still_running()
            known = IdempotencyKey.objects.filter(user=user.pk, key=key).first()
            if known is not None:
                return _replay(known, digest)
            response = handler(view, request, *args, **kwargs)
            kept = {**response.data, **dict.fromkeys(shown_once)} if shown_once else response.data
            IdempotencyKey.objects.create(
                user=user,
                key=key,
                request_digest=digest,
                status=response.status_code,
                answer=json.dumps(kept, cls=JSONEncoder),
                created_at=timezone.now(),
            )
            return response

    with_key.needs_idempotency_key = True  # type: ignore[attr-defined]  # the schema reads it
    return with_key


def is_answered(request: Request) -> bool:
    """Whether the request's key has its answer: the handler will not run, nothing that guards it need be asked."""
    key = request.headers.get(HEADER, "")
    return bool(_KEY.fullmatch(key)) and IdempotencyKey.objects.filter(user=request.user.pk, key=key).exists()


def _old_keys(at: datetime) -> QuerySet[IdempotencyKey]:
    return IdempotencyKey.objects.filter(created_at__lt=at - timedelta(hours=limits.IDEMPOTENCY_KEPT_HOURS))


IDEMPOTENCY_KEYS = deleted_rows("idempotency_keys", _old_keys)


def _key_of(request: Request) -> str:
    key = request.headers.get(HEADER, "")
    if not _KEY.fullmatch(key):
        raise ApiProblem(
            400,
            "idempotency_key_missing",
            f"{HEADER} 머리글에 요청마다 다른 값(UUID 등, {limits.IDEMPOTENCY_KEY_LENGTH_MAX}자 이하)을 적어 주세요.",
            f"Please send the header {HEADER} with a value of its own for each request, such as a UUID "
            f"(at most {limits.IDEMPOTENCY_KEY_LENGTH_MAX} characters).",
        )
    return key


def _digest_of(request: Request) -> str:
    """SHA-256 of what is asked for: address and body; files count by their content and name."""
    content: Any = request.data
    if request.FILES:
        content = [(name, content.getlist(name)) for name in sorted(content)]
    text = json.dumps([request.method, request.path, content], sort_keys=True, default=_file_digest)
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(file: UploadedFile) -> list[Any]:
    return [file.name, file.size, getattr(file, "sha256", "")]


def _try_lock(user_id: int, key: str) -> bool:
    """Held until the transaction ends. The unique key would make a second request wait; this one is told at once."""
    number = int.from_bytes(hashlib.sha256(f"idempotency {user_id} {key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _replay(known: IdempotencyKey, digest: str) -> Response:
    if known.request_digest != digest:
        raise ApiProblem(
            422,
            "idempotency_key_reused",
            f"이 {HEADER}는 다른 요청에 이미 쓰였습니다. 새 요청에는 새 값을 적어 주세요.",
            f"This {HEADER} was used for another request. Please send a new value with a new request.",
        )
    return Response(json.loads(known.answer), status=known.status, headers={REPLAYED: "true"})


def _still_running() -> ApiProblem:
    return ApiProblem(
        409,
        "idempotency_key_running",
        "같은 요청을 처리하는 중입니다. 잠시 뒤에 다시 보내 주세요.",
        "The same request is being carried out. Please send it again in a moment.",
        retry_after=1,
    )
