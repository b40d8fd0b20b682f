"""Why a member of the council does not vote on a case (제척), by codes (ours, after article 24 of the Civil Procedure
Act, which keeps judges from cases that touch them).

Some the data show: the system proposes them, and the member decides. Two keep a member from voting without being asked:
whoever prepared a case, and whoever acts for its merchant.
"""

from dataclasses import dataclass

from compensation.policy.wording import pick


@dataclass(frozen=True, slots=True)
class Basis:
    """A reason to be recused. `bars`: the member cannot vote, recused or not."""

    code: str
    name_ko: str
    name_en: str
    bars: bool = False

    def name(self, language: str) -> str:
        return pick(language, self.name_ko, self.name_en)


OWN_INTEREST = Basis(
    "own_interest",
    "이 사건과 이해관계가 있습니다.",
    "I have an interest in this case.",
)
ACTS_FOR_MERCHANT = Basis(
    "acts_for_merchant",
    "이 소상공인을 대표하거나 대신합니다.",
    "Acts for this merchant.",
    bars=True,
)
PREPARED = Basis(
    "prepared",
    "이 사건을 심사 담당으로 준비했습니다.",
    "Prepared this case as an officer.",
    bars=True,
)
SAME_CONTACT = Basis(
    "same_contact",
    "이 소상공인과 연락처가 같습니다.",
    "Has the same phone number or address as this merchant.",
)
SAME_ACCOUNT = Basis(
    "same_account",
    "지급받을 계좌의 예금주와 이름이 같거나, 대표하는 사업의 계좌와 같습니다.",
    "Has the name of the account holder, or acts for a business with the same account.",
)
FILED = Basis(
    "filed",
    "이 피해 접수나 이의신청을 직접 냈습니다.",
    "Filed this claim or the objection.",
)
BASES = {basis.code: basis for basis in (OWN_INTEREST, ACTS_FOR_MERCHANT, PREPARED, SAME_CONTACT, SAME_ACCOUNT, FILED)}
