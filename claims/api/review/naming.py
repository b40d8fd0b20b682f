"""The council's codes with their names, as answers of the API have them."""

from claims.models import AgendaItem
from claims.services.council_names import choice_name, group_of_item, outcome_name, party_name
from compensation.policy.council import Choice
from compensation.policy.document import Policy
from compensation.policy.transitions import AGENDA_ITEM

Names = dict[str, str]


def named_party(party: str, policy: Policy) -> Names:
    """소비자 단체."""
    return {
        "code": party,
        "name_ko": party_name(party=party, policy=policy, language="ko"),
        "name_en": party_name(party=party, policy=policy, language="en"),
    }


def named_group(item: AgendaItem) -> Names:
    """By which cases the case stands on the agenda."""
    return {
        "code": item.group,
        "name_ko": group_of_item(item=item, language="ko"),
        "name_en": group_of_item(item=item, language="en"),
    }


def named_state(item: AgendaItem) -> Names:
    """의결 중."""
    state = item.state
    return {"code": state, "name_ko": AGENDA_ITEM.name(state, "ko"), "name_en": AGENDA_ITEM.name(state, "en")}


def named_outcome(outcome: str) -> Names:
    """What a vote came to."""
    return {
        "code": outcome,
        "name_ko": outcome_name(outcome=outcome, language="ko"),
        "name_en": outcome_name(outcome=outcome, language="en"),
    }


def named_choice(choice: Choice, item: AgendaItem) -> Names:
    """What a member votes for."""
    return {
        "code": choice,
        "name_ko": choice_name(choice=choice, proposal=item.proposal, language="ko"),
        "name_en": choice_name(choice=choice, proposal=item.proposal, language="en"),
    }
