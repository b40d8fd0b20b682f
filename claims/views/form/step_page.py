"""What a page of the form is: how it reads what its form sends, and what it shows."""

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from claims.services.drafts import FieldProblem, Typed
from claims.views.form.visits import Visit
from compensation.runtime.forms import Problem, all_problems, told

Problems = Sequence[FieldProblem]
Content = dict[str, Any]


class StepPage:
    """How a step is asked: its template, the names its form sends, and what it shows of what was typed."""

    template = ""
    names: Sequence[str] = ()

    def typed_from(self, post: QueryDict, visit: Visit) -> Typed:  # noqa: ARG002 - some ask what the draft has
        """The answers that a form sent, as the draft keeps them."""
        return {name: post.get(name, "") for name in self.names}

    def content(self, visit: Visit, typed: Typed, problems: Problems) -> Content:
        """What the template needs, with `forms`: those whose problems are listed above the page."""
        raise NotImplementedError


def listed_problems(content: Content, problems: Problems) -> list[Problem]:
    """All problems of a page, each with the id of the element where it is put right; those of no element as well."""
    placed = [*content.get("problems", []), *all_problems(content["forms"])]
    others = [problem for problem in problems if problem.field in ("", "lines")]
    if others or not placed:
        return [Problem("content", told(problem)) for problem in others or problems] + placed
    return placed
