"""The working of an assessment: steps that are stored compactly, and read as sentences in Korean and English."""

from typing import Any, NamedTuple

from compensation.policy.wording import percent_text, pick, won_bp_text, won_text

LOST_SALES, MARGIN, ATTRIBUTION, ASSESSED_LOSS, TIER = "lost_sales", "margin", "attribution", "assessed_loss", "tier"
COUNTED_SALES = "counted_sales"  # of several losses: the sum of what counts of each


class Step(NamedTuple):
    """One step: its name, the inputs that its sentence needs, and its value.

    Values are won, of ratios basis points, of `counted_sales` won × basis points (1/10,000 won): nothing is rounded
    before the assessed loss.
    """

    name: str
    inputs: dict[str, Any]
    value: int

    def as_json(self) -> list[Any]:
        """The step as it is stored: a million of them are, so without the sentence."""
        return [self.name, self.inputs, self.value]

    @classmethod
    def from_json(cls, stored: list[Any]) -> "Step":
        return cls(*stored)

    def sentence(self, language: str) -> str:
        """The step as a sentence in 'ko' or 'en'."""
        return _SENTENCES[self.name](self.inputs, self.value, language)


def _lost_sales(inputs: dict[str, Any], value: int, language: str) -> str:
    won, of = won_text(value, language), _which_loss(inputs, language)
    return of + pick(language, f"신고한 매출 손실액은 {won}입니다.", f"The reported loss of sales is {won}.")


def _which_loss(inputs: dict[str, Any], language: str) -> str:
    """'피해 2(카카오 T): ' where the claim has several losses, else nothing."""
    if "number" not in inputs:
        return ""
    number = inputs["number"]
    return pick(language, f"피해 {number}({inputs['name_ko']}): ", f"Loss {number} ({inputs['name_en']}): ")


def _margin(inputs: dict[str, Any], value: int, language: str) -> str:
    percent = percent_text(value)
    if inputs["source"] == "given":
        return pick(language, f"영업이익률 {percent}를 적용합니다.", f"An operating margin of {percent} applies.")
    if inputs["source"] == "reported":
        return pick(
            language,
            f"신고한 영업이익률 {percent}를 적용합니다.",
            f"The reported operating margin of {percent} applies.",
        )
    why = _why_margin_was_replaced(inputs["reported_bp"], language)
    basis = _basis_of_margin(inputs, language)
    return pick(
        language,
        f"{why} 영업이익률 {percent}를 적용합니다({basis}).",
        f"{why}, so an operating margin of {percent} applies ({basis}).",
    )


def _why_margin_was_replaced(reported_bp: int | None, language: str) -> str:
    if reported_bp is None:
        return pick(language, "신고한 영업이익률이 없어", "No operating margin was reported")
    percent = percent_text(reported_bp)
    return pick(
        language,
        f"신고한 영업이익률 {percent}는 0% 이하이므로",
        f"The reported operating margin of {percent} is not above 0%",
    )


def _basis_of_margin(inputs: dict[str, Any], language: str) -> str:
    if inputs["source"] == "industry":
        return pick(language, f"업종 기준: {inputs['name_ko']}", f"industry reference: {inputs['name_en']}")
    code = inputs["industry_code"]
    if code:
        return pick(
            language,
            f"일반 기준: 업종코드 {code}의 기준이 없음",
            f"general reference: none for industry code {code}",
        )
    return pick(language, "일반 기준: 업종코드 없음", "general reference: no industry code")


def _attribution(inputs: dict[str, Any], value: int, language: str) -> str:
    percent = percent_text(value)
    if inputs["source"] == "given":
        return pick(language, f"반영 비율 {percent}를 적용합니다.", f"An attribution of {percent} applies.")
    service = pick(language, inputs["name_ko"], inputs["name_en"])
    why = _which_loss(inputs, language) + _why_alternative(inputs, service, language)
    if inputs["alternative"]:
        return pick(
            language,
            f"{why} {service}의 플랫폼 점유율 {percent}를 반영합니다.",
            f"{why}, so the platform's share of {service}, {percent}, counts.",
        )
    return pick(language, f"{why} 손실 전부({percent})를 반영합니다.", f"{why}, so the whole loss ({percent}) counts.")


def _why_alternative(inputs: dict[str, Any], service: str, language: str) -> str:
    existed = inputs["alternative"]
    if inputs["source"] == "reported":
        if existed:
            return pick(language, "대체 서비스가 있었으므로", "An alternative service existed")
        return pick(language, "대체 서비스가 없었으므로", "No alternative service existed")
    reported = pick(language, "있음" if inputs["reported"] else "없음", "one" if inputs["reported"] else "none")
    if existed:
        return pick(
            language,
            f"{service}에는 대체 서비스가 있다고 정책에서 정하였으므로(신고 내용: {reported})",
            f"The policy settles that an alternative to {service} existed (reported: {reported})",
        )
    return pick(
        language,
        f"{service}에는 대체 서비스가 없다고 정책에서 정하였으므로(신고 내용: {reported})",
        f"The policy settles that no alternative to {service} existed (reported: {reported})",
    )


def _counted_sales(inputs: dict[str, Any], value: int, language: str) -> str:
    parts = [f"{won_text(lost_won, language)} × {percent_text(share_bp)}" for lost_won, share_bp in inputs["losses"]]
    working = f"{' + '.join(parts)} = {won_bp_text(value, language)}"
    return pick(language, f"반영하는 매출 손실액 = {working}", f"Loss of sales that counts = {working}")


def _assessed_loss(inputs: dict[str, Any], value: int, language: str) -> str:
    margin = percent_text(inputs["margin_bp"])
    if "counted_won_bp" in inputs:
        factors = f"{won_bp_text(inputs['counted_won_bp'], language)} × {margin}"
    else:
        lost_sales, attribution = won_text(inputs["lost_sales_won"], language), percent_text(inputs["attribution_bp"])
        factors = f"{lost_sales} × {margin} × {attribution}"
    result = won_text(value, language)
    return pick(
        language,
        f"피해액 = {factors} = {result} (원 미만은 버림)",
        f"Assessed loss = {factors} = {result} (rounded down to whole won)",
    )


def _tier(inputs: dict[str, Any], value: int, language: str) -> str:
    loss = won_text(inputs["assessed_won"], language)
    name = pick(language, inputs["name_ko"], inputs["name_en"])
    if inputs["route"] == "fast":
        payout = won_text(value, language)
        return pick(
            language,
            f"피해액 {loss}은 ‘{name}’ 구간에 해당하여 {payout}을 지원합니다.",
            f"An assessed loss of {loss} is in the tier “{name}”, which pays {payout}.",
        )
    if inputs["route"] == "council":
        return pick(
            language,
            f"피해액 {loss}은 ‘{name}’ 구간에 해당하여 협의체가 제출 서류를 심사해 지원 여부를 결정합니다.",
            f"An assessed loss of {loss} is in the tier “{name}”: the council decides by the documents.",
        )
    return pick(
        language,
        f"피해액이 {loss}으로 산정되어 지원금이 없습니다.",
        f"The assessed loss is {loss}, so there is no payout.",
    )


_SENTENCES = {
    LOST_SALES: _lost_sales,
    MARGIN: _margin,
    ATTRIBUTION: _attribution,
    COUNTED_SALES: _counted_sales,
    ASSESSED_LOSS: _assessed_loss,
    TIER: _tier,
}
