"""The form of a correction: what was typed as the answers of the form, and what is shown of it again."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from claims.services.drafts import FieldProblem
from claims.services.drafts.steps import ALTERNATIVE, LOSSES, MARGIN, PERIODS
from claims.views.review.case_frame import Case
from compensation import limits
from compensation.policy.document import Policy
from compensation.programmes.selectors import current_policy
from compensation.runtime.forms import told

LINE_FIELDS = {"began": _("시작"), "ended": _("끝"), "lost_sales": _("매출 손실액")}
LINE_NAMES = ("service", *LINE_FIELDS, "alternative")
MARGIN_NAMES = ("basis", "margin", "industry")
_KEYS = range(1, limits.LOSSES_PER_CLAIM_MAX + 2)  # one more than there may be: the form always offers another


def typed_from(request: HttpRequest) -> dict[str, Any]:
    """The answers by step. A line that is to be taken out, or in which nothing was written, is none."""
    lines = {}
    for key in map(str, _KEYS):
        line = {name: request.POST.get(f"{key}-{name}", "") for name in LINE_NAMES}
        if any(text.strip() for text in line.values()) and not request.POST.get(f"{key}-remove"):
            lines[key] = line
    return {
        PERIODS: {
            "lines": [
                {"key": key} | {name: line[name] for name in ("service", "began", "ended")}
                for key, line in lines.items()
            ]
        },
        LOSSES: {"lines": {key: {"lost_sales": line["lost_sales"]} for key, line in lines.items()}},
        ALTERNATIVE: {"lines": {key: {"alternative": line["alternative"]} for key, line in lines.items()}},
        MARGIN: {name: request.POST.get(name, "") for name in MARGIN_NAMES},
    }


def form_content(case: Case, typed: Mapping[str, Any], faults: Sequence[FieldProblem]) -> dict[str, Any]:
    """The lines as typed with a blank one after them, the margin, and what can be chosen."""
    policy: Policy = current_policy(programme=case.programme).policy
    by_field = {fault.field: told(fault) for fault in faults}
    keys = [line["key"] for line in typed[PERIODS]["lines"]]
    lines = [_line(key, typed, by_field) for key in keys]
    free = next((key for key in map(str, _KEYS) if key not in keys), None)
    if free and len(keys) < limits.LOSSES_PER_CLAIM_MAX:
        lines.append(_line(free, typed, by_field) | {"is_new": True})
    return {
        "lines": lines,
        "margin": typed[MARGIN],
        "faults": by_field,
        "services": list(policy.services.values()),
        "industries": list(policy.industries.values()),
    }


def target_of(fault: FieldProblem) -> str:
    """The id of the element where a problem can be put right."""
    if fault.field == "lines":
        return "1-service"
    if fault.field.startswith("lines."):
        return fault.field.removeprefix("lines.").replace(".", "-")
    return fault.field or "content"


def _line(key: str, typed: Mapping[str, Any], faults: Mapping[str, str]) -> dict[str, Any]:
    period = next((line for line in typed[PERIODS]["lines"] if line["key"] == key), {})
    said = period | typed[LOSSES]["lines"].get(key, {}) | typed[ALTERNATIVE]["lines"].get(key, {})
    fields = [
        {"name": name, "label": label, "value": said.get(name, ""), "problem": faults.get(f"lines.{key}.{name}")}
        for name, label in LINE_FIELDS.items()
    ]
    problems = {name: faults.get(f"lines.{key}.{name}") for name in LINE_NAMES}
    return {"key": key, "is_new": False, "fields": fields, "problems": problems} | {
        name: said.get(name, "") for name in ("service", "alternative")
    }
