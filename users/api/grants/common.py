"""What the operations on grant jobs have in common: finding a job, reading a form of the pages, telling refusals.

Operations sign in on the site and send the session's cookie with `X-CSRFToken`: they have no tokens.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import override
from rest_framework.request import Request

from compensation import limits
from compensation.runtime.api_errors import ApiProblem, FieldProblem, refused_fields
from compensation.runtime.api_view import ApiView
from compensation.runtime.forms import PageForm
from compensation.runtime.refusals import StepRefused
from users.models import GrantJob
from users.views.grants.access import RUN, open_job

NOTE = {"type": "string", "maxLength": limits.GRANT_NOTE_LENGTH_MAX}
_WORDS = re.compile(r"(?<!^)(?=[A-Z])")


class GrantView(ApiView):
    """A view of one job."""

    def job_to_run(self, request: Request, code: str, reference: str) -> GrantJob:
        """The job, for whoever may run jobs. Raises Http404."""
        return open_job(request._request, code, reference, permission=RUN)


def read_form(make: Callable[[], PageForm]) -> dict[str, Any]:
    """What a form of the pages makes of the body. Raises ApiProblem (422) with its sentences in both languages."""
    with override("ko"):
        korean = make()
        said_ko = list(_said(korean))
    if not said_ko:
        return korean.cleaned_data
    with override("en"):
        said_en = list(_said(make()))
    both = zip(said_ko, said_en, strict=True)
    raise refused_fields(*(FieldProblem(field, code, ko, en) for (field, code, ko), (_, _, en) in both))


def _said(form: PageForm) -> Iterator[tuple[str, str, str]]:
    for field, errors in form.errors.as_data().items():
        yield from (
            ("" if field == "__all__" else field, error.code or "refused", error.messages[0]) for error in errors
        )


@contextmanager
def telling_refusals(fields: Mapping[type[StepRefused], str] | None = None) -> Iterator[None]:
    """A refusal inside is told beside the field that `fields` names for it (422), else as 409 with a code."""
    try:
        yield
    except StepRefused as refused:
        code = _WORDS.sub("_", type(refused).__name__).lower()
        with override("ko"):
            korean = str(refused)
        with override("en"):
            english = str(refused)
        field = (fields or {}).get(type(refused))
        if field:
            raise refused_fields(FieldProblem(field, code, korean, english)) from refused
        raise ApiProblem(409, code, korean, english) from refused
