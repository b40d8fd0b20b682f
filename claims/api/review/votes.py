"""One case before the council: reading it, voting (의결), being recused (제척). Both are final."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.review.common import telling
from claims.api.review.council_answers import ItemAnswer, RecusalAnswer, VoteAnswer
from claims.api.review.naming import named_choice, named_group, named_outcome, named_state
from claims.api.working import working
from claims.models import AgendaItem
from claims.selectors.ballots import RECUSED
from claims.selectors.case_papers import CasePapers
from claims.selectors.council import seat_for
from claims.selectors.council_record import ItemRecord
from claims.selectors.voters import BARRED
from claims.services.council.voting import VoteRefused, cast_vote, recuse
from claims.views.council.access import VOTE, open_item, read_by
from claims.views.council.case import FIELDS, RECUSAL_FIELDS
from claims.views.council.reading import case_content
from compensation import limits
from compensation.policy.council import Choice
from compensation.policy.recusals import BASES
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.access import open_programme
from compensation.runtime.api_errors import general
from compensation.runtime.api_fields import ANY, TEXT, body, read, text_of, texts_of
from compensation.runtime.api_view import ApiView
from compensation.runtime.idempotency import once
from compensation.runtime.masking import masked_name
from compensation.values.won import parse_won

NO_AMOUNT = VoteRefused("vote_amount_missing", "지원할 금액을 적어 주세요.", "Please write the amount to be granted.")


class Item(ApiView):
    """A case of a session."""

    @extend_schema(
        operation_id="show_agenda_case",
        tags=["council"],
        summary="A case before the council: papers, one's own ballot, and afterwards the result",
        description="Reading it leaves an access record. How others voted is not told before the vote is closed.",
        responses=ItemAnswer,
    )
    def get(self, request: Request, code: str, reference: str, position: int) -> Response:
        programme, item = open_item(request._request, code, reference, position)
        content = case_content(request._request, programme, item)
        return Response(ItemAnswer(_values(item, content)).data)


class NewVote(ApiView):
    """Voting."""

    @extend_schema(
        operation_id="cast_vote",
        tags=["council"],
        summary="Votes on a case for one's seat: final",
        description="`amount` counts for support_other only. All but plain support need reasons of the option's list.",
        request=body(
            {
                "choice": {"type": "string", "enum": list(Choice)},
                "amount": ANY,
                "reasons": {"type": "array", "items": TEXT},
                "text": {"type": "string", "maxLength": limits.PARAGRAPHS_LENGTH_MAX},
            },
            required=("choice",),
        ),
        responses={201: VoteAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str, position: int) -> Response:
        item = _members_item(request, code, reference, position)
        choice, amount_won = text_of(request.data, "choice"), 0
        if choice == Choice.SUPPORT_OTHER:
            amount_won = read(request.data, "amount", parse_won, missing=NO_AMOUNT)
        reasons = texts_of(request.data, "reasons", most=limits.TABLE_ENTRIES_MAX)
        text = text_of(request.data, "text")
        with telling(FIELDS):
            _refuse_unread(request, item)
            vote = cast_vote(
                item=item,
                member=request.user,
                choice=choice,
                amount_won=amount_won,
                reasons=reasons,
                text=text,
                at=timezone.now(),
            )
        return Response(VoteAnswer(vote).data, status=201)


class NewRecusal(ApiView):
    """Being recused."""

    @extend_schema(
        operation_id="recuse",
        tags=["council"],
        summary="Notes that one does not vote on a case, and why: final",
        request=body(
            {
                "basis": {"type": "string", "enum": list(BASES)},
                "text": {"type": "string", "maxLength": limits.REVIEW_NOTE_LENGTH_MAX},
            },
            required=("basis",),
        ),
        responses={201: RecusalAnswer},
    )
    @once
    def post(self, request: Request, code: str, reference: str, position: int) -> Response:
        item = _members_item(request, code, reference, position)
        basis, text = text_of(request.data, "basis"), text_of(request.data, "text")
        with telling(RECUSAL_FIELDS | {"text_too_long": "text"}):
            recusal = recuse(item=item, member=request.user, basis=basis, text=text, at=timezone.now())
        return Response(RecusalAnswer(recusal).data, status=201)


def _members_item(request: Request, code: str, reference: str, position: int) -> AgendaItem:
    """A case for whoever has a seat on the council today. Raises Http404, ApiProblem (404)."""
    open_programme(request, code, permission=VOTE)
    _programme, item = open_item(request._request, code, reference, position)
    if seat_for(user=request.user, council=item.session.council, day=day_in_seoul(timezone.now())) is None:
        raise general(404)
    return item


def _refuse_unread(request: Request, item: AgendaItem) -> None:
    """Recused from the claim on an earlier agenda: such a member does not read it here either."""
    if not read_by(request._request, [item], item.session.council.programme, timezone.now()):
        why = BARRED[RECUSED]
        raise VoteRefused(why.code, why.message_ko, why.message_en)


def _values(item: AgendaItem, content: dict[str, Any]) -> dict[str, Any]:
    record: ItemRecord | None = content["record"]
    return {
        "position": item.position,
        "reference": item.review.claim.reference,
        "group": named_group(item),
        "state": named_state(item),
        "assessed_won": item.assessed_won,
        "granted_before_won": item.granted_before_won,
        "cap_won": content["cap_won"],
        "papers": content["papers"] and _papers(content["papers"]),
        "spoken": content["spoken"],
        "ballot": _ballot(item, content) if content["is_member"] else None,
        "result": _result(record) if record and record.decision else None,
    }


def _papers(papers: CasePapers) -> dict[str, Any]:
    claim = papers.item.review.claim
    return {
        "trade_name": claim.merchant.trade_name,
        "representative": masked_name(claim.merchant.representative_name),
        "industry": papers.industry,
        "reported_margin_bp": claim.reported_margin_bp,
        "losses": papers.losses,
        "working": working(papers.steps),
        "checks": papers.checks,
        "evidence": papers.evidence,
        "objection": papers.item.review.objection,
        "proposal": papers.item.proposal,
    }


def _ballot(item: AgendaItem, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "vote": content["own_vote"],
        "recusal": content["recusal"],
        "why_no_vote": content["why_not"],
        "options": [
            {
                "choice": named_choice(option.choice, item),
                "needs_reasons": option.needs_reasons,
                "has_amount": option.has_amount,
                "reasons": option.reasons,
            }
            for option in content["options"]
        ],
        "least_won": content["least_won"],
        "most_won": content["cap_won"],
        "proposed_recusals": content["proposed"],
        "recusal_bases": content["bases"],
    }


def _result(record: ItemRecord) -> dict[str, Any]:
    decision, content = record.decision, record.content
    return {
        "decision": decision.number if decision else 0,
        "outcome": named_outcome(content["outcome"]),
        "amount_won": content["amount_won"],
        "reasons": content["reasons"],
        "parties_present": content["parties_present"],
        "votes": record.votes,
        "recusals": record.recusals,
        "decided_at": decision.decided_at if decision else None,
        "undone_by": record.undone_by.number if record.undone_by else None,
    }
