"""How the cases of an agenda are grouped, so that like is decided with like (ours): by service, industry and size."""

from bisect import bisect_left
from collections.abc import Iterable
from itertools import pairwise

from compensation.policy.document import Policy
from compensation.policy.wording import pick, won_text

# Assessed losses up to and including each of these are alike, in whole won; the last band is open.
SIZES_WON = (1_000_000, 2_000_000, 5_000_000, 10_000_000, 50_000_000)
_SEPARATOR = "|"


def group_key(*, losses: Iterable[tuple[str, int]], industry_code: str, assessed_won: int) -> str:
    """What cases that are alike have in common; `losses` are services with lost sales in won: the largest counts."""
    main = max(losses, key=lambda loss: (loss[1], loss[0]), default=("", 0))[0]
    return _SEPARATOR.join((main, industry_code, str(bisect_left(SIZES_WON, assessed_won))))


def group_name(*, key: str, policy: Policy, language: str) -> str:
    """The group in words: 카카오톡 · 한식 음식점업 · 200만원 초과 500만원 이하. What the policy lacks is left out."""
    service, industry, size = key.split(_SEPARATOR)
    known = (policy.services.get(service), policy.industries.get(industry))
    names = [pick(language, thing.name_ko, thing.name_en) for thing in known if thing]
    return " · ".join([*names, _size_name(int(size), language)])


def _size_name(size: int, language: str) -> str:
    bands = list(pairwise((None, *SIZES_WON, None)))
    least, most = (None if bound is None else won_text(bound, language) for bound in bands[size])
    if least is None:
        return pick(language, f"피해액 {most} 이하", f"loss up to {most}")
    if most is None:
        return pick(language, f"피해액 {least} 초과", f"loss over {least}")
    return pick(language, f"피해액 {least} 초과 {most} 이하", f"loss over {least} up to {most}")
