"""Why an officer cannot do something with a case (or not any more): sentences for the page."""

from collections.abc import Sequence

from claims.models import Review
from compensation import limits
from compensation.values.refused import ValueRefused
from merchants.models import Representative
from users.models import User


class DeskRefused(ValueRefused):
    """What an officer wants to do with a case cannot be done (or not any more)."""


class ChangedMeanwhile(DeskRefused):
    """Somebody else changed the case after the page that the officer acts on was made."""


class HasOfficer(DeskRefused):
    """Somebody else has one of the cases. `taken`: those, each with its officer."""

    def __init__(self, taken: Sequence[Review]) -> None:
        self.taken = tuple(taken)
        listed = ", ".join(f"{review.claim.reference} ({_name(review)})" for review in taken)
        super().__init__(
            "case_has_officer",
            f"다른 담당자가 이미 맡고 있습니다: {listed}",
            f"Somebody else already has: {listed}",
        )


def _name(review: Review) -> str:
    return review.officer.get_full_name() if review.officer else ""


def changed_meanwhile() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "case_changed",
        "다른 담당자가 먼저 바꾸었습니다. 바뀐 내용을 확인한 뒤 다시 해 주세요.",
        "Somebody else was quicker and changed this case. Please look at what changed, and try again.",
    )


def closed(reviews: Sequence[Review]) -> DeskRefused:
    listed = ", ".join(review.claim.reference for review in reviews)
    return DeskRefused(
        "case_closed",
        f"철회되었거나 이미 결정되어 심사가 끝났습니다: {listed}",
        f"The review is over, as the claim was withdrawn or decided: {listed}",
    )


def no_officer(officer: User) -> DeskRefused:
    return DeskRefused(
        "no_officer",
        f"{officer.get_full_name()} 님은 이 지원 프로그램의 심사 담당이 아닙니다.",
        f"{officer.get_full_name()} is no case officer of this programme.",
    )


def unfit(review: Review, officer: User) -> DeskRefused:
    """An own business, or an objection to what the officer prepared."""
    name, reference = officer.get_full_name(), review.claim.reference
    if Representative.objects.filter(merchant=review.claim.merchant_id, user=officer).exists():
        return DeskRefused(
            "case_own_business",
            f"{reference}: {name} 님은 이 소상공인을 대리하므로 맡을 수 없습니다.",
            f"{reference}: {name} acts for this business, so somebody else has to take the case.",
        )
    return DeskRefused(
        "case_decided_before",
        f"{reference}: {name} 님은 이 접수의 앞선 심사를 맡았습니다. 이의신청은 다른 담당자가 맡아야 합니다.",
        f"{reference}: {name} worked on an earlier review of this claim. Somebody else has to look at the objection.",
    )


def not_taken() -> DeskRefused:
    return DeskRefused(
        "case_not_taken",
        "먼저 이 건을 맡아 주세요.",
        "Please take the case first.",
    )


def reason_missing() -> DeskRefused:
    return DeskRefused("reason_missing", "이유를 적어 주세요.", "Please write the reason.")


def not_open(review: Review) -> DeskRefused:
    """It is on hold, or with the council: the other things come after that."""
    if review.state == "held":
        return DeskRefused(
            "case_held",
            "보류한 건입니다. 먼저 보류를 풀어 주세요.",
            "The case is on hold. Please resume it first.",
        )
    return DeskRefused(
        "case_referred",
        "협의체에 상정한 건입니다. 먼저 상정을 거두어 주세요.",
        "The case was referred to the council. Please take it back first.",
    )


def on_agenda() -> DeskRefused:
    return DeskRefused(
        "case_on_agenda",
        "이미 협의체 안건에 올라 상정을 거둘 수 없습니다.",
        "The case is on an agenda of the council and cannot be taken back any more.",
    )


def merchant_is_asked() -> DeskRefused:
    return DeskRefused(
        "case_merchant_asked",
        "소상공인의 답변을 기다리는 요청이 있습니다. 답변을 받거나 요청을 취소한 뒤 상정해 주세요.",
        "The merchant has been asked something. Please wait for the answer, or cancel the question, before you refer.",
    )


def being_assessed() -> DeskRefused:
    return DeskRefused(
        "case_being_assessed",
        "고친 내용으로 피해액을 다시 산정하고 있습니다. 잠시 뒤에 다시 해 주세요.",
        "The loss is being assessed again after a correction. Please try again in a moment.",
    )


def tags_too_many() -> DeskRefused:
    return DeskRefused(
        "tags_too_many",
        f"표시는 한 건에 {limits.TAGS_MAX}개까지 붙일 수 있습니다.",
        f"A case can have at most {limits.TAGS_MAX} tags.",
    )
