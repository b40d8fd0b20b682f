"""What is said of a determination by the council, in 'ko' and 'en': to its merchant, on pages, in letters and messages.

How many parties took part is said, not who they were or how they voted.
"""

from typing import Any

from claims.models import Determination
from compensation.policy.wording import pick, won_text

NO_MAJORITY = (
    "협의체에서 과반수의 찬성을 얻지 못했습니다.",
    "No majority of the council was in favour.",
)
NOUNS = {"objection": ("이의신청", "objection"), "confirmation": ("확인 요청", "request for confirmation")}


def council_reason(determination: Determination, language: str) -> str:
    """Why the council decided so: the result, its reasons, and that enough parties took part."""
    result = (
        objection_result(determination, language)
        if determination.reason.startswith("objection")
        else _result(determination, language)
    )
    parts = (result, reasons_sentence(determination, language), _presence(determination, language))
    return " ".join(part for part in parts if part)


def reasons_sentence(determination: Determination, language: str) -> str:
    """The reasons that carried the decision, as the policy words them and in its order; where none did, that."""
    codes = _content(determination).get("reasons", ())
    reasons = determination.assessment.policy_version.policy.reasons
    named = " ".join(reason.text(language) for reason in reasons if reason.code in codes)
    return named or ("" if determination.amount_won else pick(language, *NO_MAJORITY))


def objection_result(determination: Determination, language: str) -> str:
    """What came of an objection or a request for confirmation, with what is paid besides."""
    noun = pick(language, *_noun(determination))
    amount = won_text(determination.amount_won, language)
    before_won = _content(determination).get("case", {}).get("granted_before_won", 0)
    more = won_text(determination.amount_won - before_won, language)
    if determination.reason == "objection_rejected":
        return _upheld(determination, noun, amount, language)
    partly = determination.reason == "objection_partly"
    return pick(
        language,
        f"{noun}을 {'일부 ' if partly else ''}받아들여 지원금을 모두 {amount}으로 결정했습니다. "
        f"먼저 결정된 {won_text(before_won, language)}에 {more}을 더하여 지급합니다.",
        f"Your {noun} was {'partly ' if partly else ''}accepted: the payout is now {amount} in all. "
        f"{more} will be paid on top of the {won_text(before_won, language)} determined before.",
    )


def _upheld(determination: Determination, noun: str, amount: str, language: str) -> str:
    """The first determination stands."""
    if not determination.amount_won:
        return pick(
            language,
            f"{noun}을 다시 심사했으나, 지원하지 않기로 한 먼저 결정을 유지합니다.",
            f"Your {noun} was reviewed; the earlier determination, no payout, stands.",
        )
    return pick(
        language,
        f"{noun}을 다시 심사했으나, 먼저 결정된 지원금 {amount}을 유지합니다.",
        f"Your {noun} was reviewed; the payout of {amount} that was determined before stands.",
    )


def _result(determination: Determination, language: str) -> str:
    loss = won_text(determination.assessment.assessed_won, language)
    if not determination.amount_won:
        return pick(
            language,
            f"산정한 피해액은 {loss}이며, 협의체가 심사하여 지원하지 않기로 결정했습니다.",
            f"The assessed loss is {loss}. The council reviewed the claim and decided not to support it.",
        )
    amount = won_text(determination.amount_won, language)
    return pick(
        language,
        f"산정한 피해액은 {loss}이며, 협의체가 심사하여 지원금 {amount}을 결정했습니다.",
        f"The assessed loss is {loss}. The council reviewed the claim and granted {amount}.",
    )


def _presence(determination: Determination, language: str) -> str:
    count = len(_content(determination).get("parties_present", ()))
    if not count:
        return ""
    return pick(
        language,
        f"협의체를 이루는 주체 가운데 {count}곳이 의결에 참여했습니다.",
        f"{count} of the parties on the council took part in the vote.",
    )


def _noun(determination: Determination) -> tuple[str, str]:
    objection = _content(determination).get("case", {}).get("objection") or {}
    return NOUNS[objection.get("kind", "objection")]


def _content(determination: Determination) -> dict[str, Any]:
    """Of the council's decision; nothing for one that was not made by a vote."""
    decision = getattr(determination, "council_decision", None)
    return decision.content if decision else {}
