"""What an officer types for an action on many cases, read as it is stored with the job."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from claims.models import BulkAction, Verdict
from claims.selectors.queue import officers_of
from claims.services import question_refusals
from claims.services.desk import parse_tag
from claims.services.proposals import ProposalRefused, reasons_for
from compensation import limits
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.percent import parse_percent
from compensation.values.refused import ValueRefused
from compensation.values.won import parse_won

SHARE, AMOUNT = "share", "amount"  # a share of each assessed loss, or one amount for all


class ParametersRefused(Exception):
    """What was typed cannot be taken: by field, why."""

    def __init__(self, faults: Mapping[str, ValueRefused]) -> None:
        super().__init__(", ".join(faults))
        self.faults = dict(faults)


def read_parameters(*, programme: Programme, action: BulkAction, typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The parameters of an action. `typed`: field names to what was typed, as a form sends it.

    Raises ParametersRefused with everything that is wrong.
    """
    fields = _Fields(programme, typed)
    parameters = _READERS[action](fields)
    if fields.faults:
        raise ParametersRefused(fields.faults)
    return parameters


class _Fields:
    def __init__(self, programme: Programme, typed: Mapping[str, Sequence[str]]) -> None:
        self.programme, self.policy = programme, current_policy(programme=programme).policy
        self.typed = typed
        self.faults: dict[str, ValueRefused] = {}

    def text(self, name: str) -> str:
        return next(iter(self.typed.get(name, ())), "")

    def read(self, name: str, parse: Callable[[Any], Any]) -> Any:
        """What `parse` makes of the text; None, and a fault, where it refuses."""
        try:
            return parse(self.text(name))
        except ValueRefused as refused:
            self.faults[name] = refused
            return None


def _read_ask(fields: _Fields) -> dict[str, Any]:
    asked = fields.typed.get("kinds", ())
    text = fields.read("text", parse_paragraphs)
    if set(asked) - {kind.code for kind in fields.policy.evidence_kinds}:
        fields.faults["kinds"] = question_refusals.kind_unknown()
    elif not asked and not text and not fields.faults:
        fields.faults["kinds"] = question_refusals.nothing_asked()
    return {"kinds": [kind.code for kind in fields.policy.evidence_kinds if kind.code in asked], "text": text}


def _read_assign(fields: _Fields) -> dict[str, Any]:
    chosen = fields.text("officer")
    officer = next((row.pk for row in officers_of(programme=fields.programme) if row.username == chosen), None)
    if officer is None:
        fields.faults["officer"] = ValueRefused(
            "officer_missing", "맡을 담당자를 골라 주세요.", "Please choose who takes the cases."
        )
    return {"officer": officer}


def _read_tag(fields: _Fields) -> dict[str, Any]:
    words = {name: fields.read(name, _tags) or [] for name in ("add", "remove")}
    if not any(words.values()) and not fields.faults:
        fields.faults["add"] = ValueRefused("tags_missing", "붙이거나 뗄 표시를 적어 주세요.", "Please write a tag.")
    return words


def _tags(text: str) -> list[str]:
    """Words between commas, each once. Raises ValueRefused."""
    if len(text) > limits.PARAGRAPHS_LENGTH_MAX:
        raise ValueRefused("tags_too_long", "표시를 줄여 적어 주세요.", "Please write fewer tags.")
    return sorted({parse_tag(word) for word in text.split(",") if word.strip()})


def _read_refer(fields: _Fields) -> dict[str, Any]:
    verdict = Verdict.REFUSE if fields.text("verdict") == Verdict.REFUSE else Verdict.GRANT
    share_bp = amount_won = None
    if verdict == Verdict.GRANT and fields.text("measure") == AMOUNT:
        amount_won = fields.read("amount", parse_won)
    elif verdict == Verdict.GRANT:
        share_bp = fields.read("share", parse_percent)
    known = {reason.code: reason for reason in reasons_for(verdict=verdict, policy=fields.policy)}
    reasons = [code for code in fields.typed.get("reasons", ()) if code in known]
    if known and not reasons:
        fields.faults["reasons"] = ProposalRefused(
            "proposal_reasons_missing",
            "제안에 맞는 이유를 하나 이상 골라 주세요. 결정문에 그대로 실립니다.",
            "Please choose at least one reason that goes with the proposal. The merchant will read it.",
        )
    return {
        "verdict": verdict.value,
        "share_bp": share_bp,
        "amount_won": amount_won,
        "reasons": reasons,
        "text": fields.read("text", parse_paragraphs),
    }


_READERS: Mapping[BulkAction, Callable[[_Fields], dict[str, Any]]] = {
    BulkAction.ASK: _read_ask,
    BulkAction.ASSIGN: _read_assign,
    BulkAction.TAG: _read_tag,
    BulkAction.REFER: _read_refer,
}
