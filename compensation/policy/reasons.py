"""Why a case goes one way or the other: the list of codes, each with a plain sentence for the merchant (ours)."""

from collections.abc import Collection
from dataclasses import dataclass

from compensation import limits
from compensation.policy.checking import Table
from compensation.policy.wording import pick

# fixable: the merchant can mend it, and is asked to. refusal: nothing can be granted. The two are never mixed.
SUPPORT, REDUCTION, REFUSAL, FIXABLE, UNCLEAR = KINDS = ("support", "reduction", "refusal", "fixable", "unclear")


@dataclass(frozen=True, slots=True)
class CaseReason:
    """A reason: `kind` is one of KINDS; `text` is what the merchant reads, a whole sentence."""

    code: str
    kind: str
    text_ko: str
    text_en: str

    def text(self, language: str) -> str:
        return pick(language, self.text_ko, self.text_en)


def reasons_of_kind(*, reasons: Collection[CaseReason], kinds: Collection[str]) -> tuple[CaseReason, ...]:
    """Those of one of these kinds, in the policy's order."""
    return tuple(reason for reason in reasons if reason.kind in kinds)


def read_reasons(table: Table) -> tuple[CaseReason, ...]:
    """The reasons of the policy, in its order; none in its first versions. What is wrong is noted in `table.faults`."""
    reasons: dict[str, CaseReason] = {}
    for row in table.tables_if_given("reasons"):
        reason = CaseReason(
            code=row.text("code", length_max=limits.REASON_CODE_LENGTH_MAX),
            kind=row.choice("kind", KINDS),
            text_ko=row.text("text_ko", length_max=limits.DESCRIPTION_LENGTH_MAX),
            text_en=row.text("text_en", length_max=limits.DESCRIPTION_LENGTH_MAX),
        )
        row.close()
        row.refuse_repeated(reason.code, reasons)
        reasons[reason.code] = reason
    return tuple(reasons.values())
