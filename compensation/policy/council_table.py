"""The rules of the council as data of the policy."""

from compensation import limits
from compensation.policy.checking import Table
from compensation.policy.council import COMPANY, MAJORITIES, TIES, CouncilRules, Party


def read_council(table: Table) -> CouncilRules:
    """The rules that a table of the policy has; what is wrong with it is noted in `table.faults`."""
    rules = CouncilRules(
        parties=_parties(table),
        parties_present_min=table.whole("parties_present_min", least=1, most=limits.PARTIES_MAX),
        majority=table.choice("majority", MAJORITIES),
        tie=table.choice("tie", TIES),
        amount_won_max=table.whole_if_given("amount_won_max", least=1, most=limits.PAYOUT_WON_MAX),
    )
    table.close()
    voting = sum(party.votes for party in rules.parties)
    if table.is_faultless and rules.parties_present_min > voting:
        table.fault(
            "parties_present_min",
            f"의결할 수 있는 {voting}개 주체보다 많을 수 없습니다.",
            f"Must not be more than the {voting} parties that vote.",
        )
    return rules


def _parties(table: Table) -> tuple[Party, ...]:
    """In the order of the document. Its first versions had only codes."""
    company_votes = table.flag("company_votes")
    if table.holds_texts("parties"):
        codes = table.texts("parties", length_max=limits.PARTY_CODE_LENGTH_MAX)
        return tuple(Party(code, code, code, code != COMPANY or company_votes) for code in codes)
    parties: dict[str, Party] = {}
    for row in table.tables("parties"):
        code = row.text("code", length_max=limits.PARTY_CODE_LENGTH_MAX)
        row.refuse_repeated(code, parties)
        parties[code] = Party(code, row.text("name_ko"), row.text("name_en"), code != COMPANY or company_votes)
        row.close()
    return tuple(parties.values())
