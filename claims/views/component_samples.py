"""What the page of the components shows: made-up claims, files, charts and fields, none of them in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import QueryDict
from django.utils.translation import gettext as _

from claims.models import Claim, Determination, Objection, ObjectionKind, Question
from claims.selectors.status import Holder, ObjectionResult, Status
from claims.selectors.timeline import Event
from claims.views.overview_charts import tier_series
from claims.views.paging import Page
from claims.views.public.front import Rung
from claims.views.status.steps import steps_of
from compensation.policy.assessment import ClaimFacts, assess_claim
from compensation.policy.deadlines import Reading
from compensation.policy.document import EvidenceKind, Policy
from compensation.policy.factors import Loss
from compensation.policy.tiers import COUNCIL, FAST, NO_SUPPORT, Tier
from compensation.runtime.charts import Bin, histogram
from compensation.runtime.forms import Problem
from compensation.runtime.templatetags.wording import page_language

DAY = timedelta(days=1)
LOST_WON, REFERENCE = 350_000, "K7M4-2QXR-9"
# A sample claim in each state that a page can show: (state of the claim, route of its assessment, assessed won).
STANDINGS: dict[str, tuple[str, str, int]] = {
    "received": ("received", "", 0),
    "council": ("awaiting_council", COUNCIL, 1_080_000),
    "asked": ("awaiting_council", COUNCIL, 1_080_000),
    "late": ("awaiting_council", COUNCIL, 1_080_000),
    "paid": ("determined", FAST, 120_000),
    "objected": ("determined", FAST, 120_000),
    "none": ("determined", NO_SUPPORT, 0),
    "withdrawn": ("withdrawn", "", 0),
}
# What staff see beside it (the component `outcome`): another state, because its heading must not be the same.
OUTCOMES = {"asked": "paid", "late": "none", "paid": "withdrawn", "objected": "withdrawn"} | dict.fromkeys(
    ("none", "withdrawn"), "paid"
)


class SampleForm(forms.Form):
    """Every kind of field."""

    use_required_attribute = False
    name = forms.CharField(label=_("이름표만 있는 칸"), required=False)
    help = forms.CharField(label=_("도움말이 있는 칸"), help_text=_("예: 350,000"), required=False)
    service = forms.ChoiceField(label=_("고르는 칸"), required=False)
    answer = forms.ChoiceField(label=_("하나를 고르는 질문"), widget=forms.RadioSelect(), required=False)

    def __init__(self, policy: Policy, *, is_wrong: bool) -> None:
        super().__init__({"name": "다정찻집", "help": "35만", "answer": "yes"}, auto_id=f"id_{is_wrong}_%s")
        services = [(code, code) for code in list(policy.services)[:3]]
        self.fields["service"].choices = [("", _("골라 주세요")), *services]  # type: ignore[attr-defined]
        self.fields["answer"].choices = [("yes", _("예")), ("no", _("아니오"))]  # type: ignore[attr-defined]
        if is_wrong:
            for field in self.fields:
                self.add_error(field, _("어떻게 적으면 되는지 알려 주는 문장입니다."))


def samples(*, policy: Policy, standing: str, at: datetime) -> dict[str, Any]:
    """Everything that the page shows; the claim stands as `standing` (a key of STANDINGS) says."""
    claim = _claim(policy, standing, at)
    status = _status(claim, policy, standing, at)
    beside = OUTCOMES.get(standing, standing)
    return {
        "claim": claim,
        "status": status,
        "tier": _tier(policy, standing),
        "outcome_claim": _claim(policy, beside, at),
        "outcome_tier": _tier(policy, beside),
        "claim_steps": steps_of(claim, status),
        "asked": _asked(policy, status, standing),
        "events": _events(policy, at),
        "services": policy.services,
        "industry": next(iter(policy.industries.values())),
        "missing": policy.evidence_kinds if standing == "council" else (),
        "form": SampleForm(policy, is_wrong=False),
        "wrong_form": SampleForm(policy, is_wrong=True),
        "problems": [Problem("id_True_help", _("어떻게 적으면 되는지 알려 주는 문장입니다."))],
        "rungs": [_rung(tier, policy.tiers) for tier in policy.tiers if tier.route != NO_SUPPORT],
        "parties": policy.council.parties,
        "chart": _chart(),
        "list_page": Page(2, 12_000, QueryDict()),
        "messages": [
            Message(constants.SUCCESS, _("저장했습니다.")),
            Message(constants.ERROR, _("저장하지 못했습니다.")),
        ],
        "upload_kinds": [_upload(kind, at) for kind in policy.evidence_kinds[:1]],
        "paper_kinds": [_paper_field(kind, at) for kind in policy.evidence_kinds[1:2]],
        "down": SimpleNamespace(is_down=True),
        "often": SimpleNamespace(is_down=False),
        "form_steps": [
            {"name": str(number), "address": "#form", "is_done": number < 3, "is_now": number == 3}
            for number in range(1, 10)
        ],
        "step_words": SimpleNamespace(name=_("매출 손실액")),
        "contact": _contact_form(),
        "sentences": _working(policy),
        "objection_result": _objection_result(at),
        "told": [_("어떻게 적으면 되는지 알려 주는 문장입니다.")],
        "nothing": None,
    }


def _working(policy: Policy) -> list[str]:
    """The policy's own sentences about a loss."""
    facts = ClaimFacts((Loss(next(iter(policy.services)), LOST_WON, True),), 1_250, "")
    return [step.sentence(page_language()) for step in assess_claim(facts=facts, policy=policy).steps]


def _objection_result(at: datetime) -> ObjectionResult:
    """What came of an objection that was partly right."""
    before, after = (
        Determination(amount_won=won, decided_at=at - days * DAY) for won, days in ((30_000, 9), (80_000, 1))
    )
    return ObjectionResult(Objection(kind=ObjectionKind.OBJECTION), before, after)


def _tier(policy: Policy, standing: str) -> Tier:
    return next(tier for tier in policy.tiers if tier.route == (STANDINGS[standing][1] or FAST))


def _claim(policy: Policy, standing: str, at: datetime) -> Any:
    """Looks to templates like a claim with its history."""
    state, route, assessed_won = STANDINGS[standing]
    tier = next((tier for tier in policy.tiers if tier.route == route), None)
    assessment = SimpleNamespace(route=route, assessed_won=assessed_won, assessed_at=at - DAY) if tier else None
    determination = None
    if state == "determined" and tier:
        won = {"amount_won": tier.payout_won, "assessment": assessment, "decided_at": at - DAY}
        determination = SimpleNamespace(**won, by_council=False)
    moves = [_move("received", "filed online", at - 3 * DAY)]
    moves += [] if state == "received" else [_move(state, "assessed", at - DAY)]
    service = next(iter(policy.services))
    loss = SimpleNamespace(
        service=service, began_at=at - 9 * DAY, ended_at=at - 8 * DAY, lost_sales_won=LOST_WON, has_alternative=False
    )
    return SimpleNamespace(
        reference=REFERENCE,
        state=state,
        received_at=at - 3 * DAY,
        assessment=assessment,
        determination=determination,
        transitions=SimpleNamespace(all=lambda: moves),
        losses=SimpleNamespace(all=[loss]),
        reported_margin_bp=1_250,
        industry_code=next(iter(policy.industries)),
    )


def _move(state: str, reason: str, at: datetime) -> Any:
    return SimpleNamespace(to_state=state, reason=reason, at=at, actor=SimpleNamespace(get_full_name="이담당"))


def _status(claim: Any, policy: Policy, standing: str, at: datetime) -> Status:
    kinds = [kind.code for kind in policy.evidence_kinds[:2]]
    text = _("카드 매출 내역을 보내 주세요.")
    question = Question(claim=Claim(), kinds=kinds, text=text, asked_at=at - DAY, due_at=at + 7 * DAY)
    kind = ObjectionKind.OBJECTION
    objection = Objection(kind=kind, reasons=text, filed_at=at - DAY) if standing == "objected" else None
    holder = {
        "received": Holder.MACHINE,
        "asked": Holder.MERCHANT,
        "paid": Holder.PAYMENTS,
        "objected": Holder.PAYMENTS,
    }.get(standing, Holder.COUNCIL if claim.state == "awaiting_council" else Holder.NOBODY)
    readings = {
        "received": Reading(at + 4 * DAY, 3, False, False),
        "council": Reading(at + 4 * DAY, 3, False, False),
        "asked": Reading(None, 3, True, False),
        "late": Reading(at - DAY, 0, False, True),
    }
    return Status(
        holder=holder,
        since=at - DAY,
        reading=readings.get(standing),
        question=question if standing == "asked" else None,
        objection=objection,
        objection_reading=readings["council"] if objection else None,
    )


def _asked(policy: Policy, status: Status, standing: str) -> dict[str, Any] | None:
    kinds = policy.evidence_kinds[:2]
    return {
        "asked": {"code": "question", "question": status.question, "policy": policy, "kinds": kinds, "late": False},
        "council": {"code": "papers", "kinds": kinds},
        "paid": {"code": "account"},
    }.get(standing)


def _events(policy: Policy, at: datetime) -> list[Event]:
    kinds, files = list(policy.evidence_kinds[:2]), (SimpleNamespace(file_name="매출.pdf"),)
    account = SimpleNamespace(bank_code="004", number_last4="1234")
    message = SimpleNamespace(template="papers_asked", channel="kakao", sent_at=at, check_code="K7M4-2QXR")
    return [
        Event(at, "answered", text=_("카드 매출 내역입니다."), files=files),  # type: ignore[arg-type]
        Event(at, "message_sent", {"message": message}),
        Event(
            at - DAY,
            "asked",
            {"kinds": kinds, "mend": [], "due_at": at + 7 * DAY},
            text=_("카드 매출 내역을 보내 주세요."),
        ),
        Event(at - 2 * DAY, "account_changed", {"account": account, "is_first": False}),
        Event(at - 3 * DAY, "received", {"channel": "web"}),
    ]


def _rung(tier: Tier, tiers: Sequence[Tier]) -> Rung:
    return Rung(tier, tier_series(tier, tiers), tier.above_won or 0)


def _chart() -> Any:
    counts = ((0, "no_support", 40), (1, "tier-1", 320), (2, "tier-1", 260), (3, "tier-2", 180), (4, "council", 90))
    bins = [Bin(place * 100_000 - (not place), (place + 1) * 100_000, count, series) for place, series, count in counts]
    return histogram(bins=bins, median=180_000, bounds=[300_000], ticks=[0, 300_000, 500_000])


def _upload(kind: EvidenceKind, at: datetime) -> dict[str, Any]:
    """A kind of evidence with a file in each state of the scan, and with one that was not taken."""
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    files = [
        SimpleNamespace(
            reference=f"sample-{state}",
            file_name=f"매출-{number}.pdf",
            scan_state=state,
            size_bytes=123_456 * number,
            page_count=0,
            sha256=digest,
            receipt=digest[:12],
            received_at=at,
            pages=SimpleNamespace(all=[]),
        )
        for number, state in enumerate(("waiting", "clean", "infected", "unscanned"), start=1)
    ]
    problem = SimpleNamespace(file_name="그림.svg", message=_("PDF, 사진, 엑셀, 한글 파일로 올려 주세요."))
    return {"kind": kind, "evidence": files, "is_live": False, "problems": [problem]}


def _paper_field(kind: EvidenceKind, at: datetime) -> dict[str, Any]:
    """The same inside a form."""
    sample = _upload(kind, at)
    problems = [f"{problem.file_name}: {problem.message}" for problem in sample["problems"]]
    return {"kind": kind, "field": f"files-{kind.code}", "papers": sample["evidence"], "problems": problems}


def _contact_form() -> Any:
    contact = forms.Form({})
    contact.fields["contact"] = forms.CharField(label=_("휴대전화번호"), required=False)
    return contact
