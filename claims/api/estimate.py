"""The estimate: read by the step parsers of the form, computed by the policy, and not stored."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.working import WorkingStep, working
from claims.services.drafts import Answers, FieldProblem, StepContext, Typed, facts_of, filing_rules, parse_saved
from claims.services.drafts.margin import INDUSTRY, OWN
from claims.services.drafts.steps import ALTERNATIVE, LOSSES, MARGIN, PERIODS, shape_answers
from claims.views.public.programmes import find_public_programme
from compensation import limits
from compensation.policy.assessment import assess_claim
from compensation.policy.evidence import missing_documents
from compensation.programmes.models import Programme
from compensation.runtime.api_errors import ApiProblem, refused_fields
from compensation.runtime.api_fields import ANY, body
from compensation.runtime.api_view import ApiView
from compensation.values.text import is_blank

_LINE = re.compile(r"lines\.([0-9]+)\b")
_NAMES = ("service", "lost_sales", "began", "ended", "alternative")
LOSS = {"type": "object", "properties": dict.fromkeys(_NAMES, ANY)}


class EstimateAnswer(serializers.Serializer[Any]):
    """What the policy makes of the losses: no decision, and nothing of it is kept."""

    assessed_won = serializers.IntegerField()
    tier_code = serializers.CharField()
    route = serializers.CharField()
    payout_won = serializers.IntegerField()
    evidence_needed = serializers.ListField(child=serializers.CharField(), help_text="kinds, on the council's route")
    working = WorkingStep(many=True)


class Estimate(ApiView):
    """What would I get?"""

    permission_classes = [AllowAny]
    write_scope = "public"

    @extend_schema(
        operation_id="estimate",
        tags=["programmes"],
        summary="What a claim would come to, with its working; nothing is stored",
        request=body(
            {
                "losses": {"type": "array", "minItems": 1, "maxItems": limits.LOSSES_PER_CLAIM_MAX, "items": LOSS},
                "margin": ANY,
                "industry": ANY,
            },
            required=("losses",),
        ),
        responses=EstimateAnswer,
    )
    def post(self, request: Request, code: str) -> Response:
        programme = find_public_programme(code)
        context = _context(programme, request)
        problems = [problem for step in (PERIODS, LOSSES, MARGIN, ALTERNATIVE) for problem in _problems(step, context)]
        facts = None if problems else facts_of(context)
        if facts is None:
            raise refused_fields(*map(_by_place, problems))
        found = assess_claim(facts=facts, policy=context.policy)
        tier = next(tier for tier in context.policy.tiers if tier.code == found.tier_code)
        needed = missing_documents(policy=context.policy, present=()) if found.route == "council" else ()
        answer = {
            "assessed_won": found.assessed_won,
            "tier_code": found.tier_code,
            "route": found.route,
            "payout_won": tier.payout_won,
            "evidence_needed": [kind.code for kind in needed],
            "working": working(found.steps),
        }
        return Response(EstimateAnswer(answer).data)


def _context(programme: Programme, request: Request) -> StepContext:
    """The body as the answers of a draft that nobody keeps. Raises ApiProblem (422) for what no draft would keep."""
    context = StepContext(
        programme=programme,
        user=request.user,
        by_agent=False,
        answers=Answers(),
        filing=filing_rules(programme=programme, by_agent=False),
    )
    for step, typed in _steps(request.data).items():
        shaped, refused = shape_answers(step, typed, context)
        if refused:
            raise refused_fields(*map(_by_place, refused))
        context.answers.put(step, shaped, device="")
    return context


def _steps(content: Any) -> dict[str, Typed]:
    losses = content.get("losses", [])
    if not isinstance(losses, list) or not all(isinstance(loss, dict) for loss in losses):
        raise _misshapen()
    lines = dict(enumerate(losses, start=1))
    return {
        PERIODS: {
            "lines": [
                {"key": str(number)} | {name: loss.get(name) for name in ("service", "began", "ended")}
                for number, loss in lines.items()
            ]
        },
        LOSSES: _of_each_line("lost_sales", lines),
        ALTERNATIVE: _of_each_line("alternative", lines),
        MARGIN: {
            "basis": INDUSTRY if is_blank(content.get("margin")) else OWN,
            "margin": content.get("margin"),
            "industry": content.get("industry"),
        },
    }


def _of_each_line(name: str, lines: Mapping[int, Typed]) -> Typed:
    return {"lines": {str(number): {name: loss.get(name)} for number, loss in lines.items()}}


def _problems(step: str, context: StepContext) -> tuple[FieldProblem, ...]:
    return parse_saved(step, context).problems


def _by_place(problem: FieldProblem) -> FieldProblem:
    """The field as it is called here: losses[0].service for lines.1.service."""
    name = _LINE.sub(lambda match: f"losses[{int(match[1]) - 1}]", problem.field)
    return replace(problem, field="losses" if name == "lines" else name)


def _misshapen() -> ApiProblem:
    return refused_fields(
        FieldProblem(
            "losses",
            "misshapen",
            "피해는 객체의 목록으로 적어 주세요.",
            "Please send the losses as a list of objects.",
        )
    )
