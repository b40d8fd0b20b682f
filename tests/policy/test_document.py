import json

import pytest

from compensation.policy.document import PolicyFaults, parse_policy


def set_at(document, path, value):
    """Sets `document[a][b]…` for a path like ('services', 'map', 'alternative'); None takes the key out."""
    *parents, key = path
    for parent in parents:
        document = document[parent]
    if value is None:
        del document[key]
    else:
        document[key] = value


def paths_of_faults(document):
    with pytest.raises(PolicyFaults) as caught:
        parse_policy(document)
    return [fault.path for fault in caught.value.faults]


def test_the_shipped_policy_has_the_announced_amounts(policy):
    assert [(tier.up_to_won, tier.payout_won) for tier in policy.tiers] == [
        (0, 0),
        (300_000, 30_000),
        (500_000, 50_000),
        (None, 0),
    ]
    assert policy.channel_cash_won == 50_000
    assert len(policy.evidence_kinds) == 3


def test_the_policy_reads_the_same_from_the_database(document, policy):
    assert parse_policy(json.loads(json.dumps(document))) == policy


@pytest.mark.parametrize(
    ("path", "value", "fault"),
    [
        (("general_margin_bp",), None, "policy.general_margin_bp"),
        (("general_margin_bp",), 0, "policy.general_margin_bp"),
        (("general_margin_bp",), 10_001, "policy.general_margin_bp"),
        (("general_margin_bp",), True, "policy.general_margin_bp"),
        (("general_margin_bp",), 10.5, "policy.general_margin_bp"),
        (("chanel_cash_won",), 50_000, "policy.chanel_cash_won"),
        (("channel_cash_won",), -1, "policy.channel_cash_won"),
        (("tiers", 1, "up_to_won"), 299_999, "policy.tiers[2].above_won"),
        (("tiers", 1, "up_to_won"), "300000", "policy.tiers[1].up_to_won"),
        (("tiers", 1, "upto_won"), 5, "policy.tiers[1].upto_won"),
        (("tiers", 1, "route"), "quick", "policy.tiers[1].route"),
        (("tiers", 1, "code"), "x" * 21, "policy.tiers[1].code"),
        (("tiers", 1, "name_ko"), "  ", "policy.tiers[1].name_ko"),
        (("tiers", 1), 3, "policy.tiers[1]"),
        (("tiers",), [], "policy.tiers"),
        (("services", "map", "platform_share_bp"), 10_001, "policy.services.map.platform_share_bp"),
        (("services", "map", "alternative"), "yes", "policy.services.map.alternative"),
        (("services", "map", "name_en"), None, "policy.services.map.name_en"),
        (("industries", "5611", "margin_bp"), 0, "policy.industries.5611.margin_bp"),
        (("industries", "5611", "margin"), 100, "policy.industries.5611.margin"),
        (("industries", "12345678901"), {}, "policy.industries.12345678901"),
        (("evidence", 1, "code"), "small_merchant_certificate", "policy.evidence[1].code"),
        (("evidence", 1, "required_for_council"), 1, "policy.evidence[1].required_for_council"),
        (("council", "parties_present_min"), 5, "policy.council.parties_present_min"),
        (("council", "parties"), ["academia", "academia"], "policy.council.parties"),
        (("council", "parties", 1, "name_en"), None, "policy.council.parties[1].name_en"),
        (("council", "parties", 1, "code"), "academia", "policy.council.parties[2].code"),
        (("council", "parties"), "academia", "policy.council.parties"),
        (("council", "tie"), "coin", "policy.council.tie"),
        (("council", "chair"), "academia", "policy.council.chair"),
        (("deadlines",), None, "policy.deadlines"),
        (("deadlines", "objection_days"), 0, "policy.deadlines.objection_days"),
        (("deadlines", "answer_days"), 366, "policy.deadlines.answer_days"),
        (("deadlines", "council_days"), 20, "policy.deadlines.council_days"),
        (("deadlines", "reminder_days"), 14, "policy.deadlines.reminder_days"),
        (("objections", "routes"), ["fast", "slow"], "policy.objections.routes"),
        (("objections", "confirmation_routes"), [], "policy.objections.confirmation_routes"),
        (("objections", "days"), 30, "policy.objections.days"),
        (("consents",), None, "policy.consents"),
        (("consents", 1, "code"), "personal_data", "policy.consents[1].code"),
        (("consents", 1, "version"), 0, "policy.consents[1].version"),
        (("consents", 1, "required"), "yes", "policy.consents[1].required"),
        (("consents", 1, "title_ko"), "두\n줄", "policy.consents[1].title_ko"),
        (("consents", 1, "text_ko"), " \n ", "policy.consents[1].text_ko"),
        (("consents", 1, "text_en"), "a\u202eb", "policy.consents[1].text_en"),
        (("consents", 1, "text_en"), "x" * 4_001, "policy.consents[1].text_en"),
        (("consents", 1, "telephone_ko"), None, "policy.consents[1].telephone_ko"),
        (("consents", 1, "by_telephone"), False, "policy.consents[1].telephone_ko"),
    ],
)
def test_a_fault_is_named_by_its_path(document, path, value, fault):
    set_at(document, path, value)
    assert fault in paths_of_faults(document)


@pytest.mark.parametrize(
    ("filing_days", "fault"),
    [
        ([{"day": "2023-01-30", "digits": [*range(1, 10)]}], "policy.filing_days"),  # 0 is forgotten
        ([{"day": "2023-01-30", "digits": [10]}], "policy.filing_days[0].digits"),
        ([{"day": "2023-01-30", "digits": [1, 1]}], "policy.filing_days[0].digits"),
        ([{"day": "2023-01-30", "digits": []}], "policy.filing_days[0].digits"),
        ([{"day": "2023-01-30", "digits": ["1"]}], "policy.filing_days[0].digits"),
        ([{"day": "2023-01-30", "digits": [True]}], "policy.filing_days[0].digits"),
        ([{"day": "2023-01-30"}], "policy.filing_days[0].digits"),
        ([{"day": "30.1.2023", "digits": [1]}], "policy.filing_days[0].day"),
        ([{"digits": [1]}], "policy.filing_days[0].day"),
        ([{"day": "2023-01-30", "digits": [1]}, {"day": "2023-01-30", "digits": [2]}], "policy.filing_days[1].day"),
        ({"2023-01-30": [1]}, "policy.filing_days"),
    ],
)
def test_a_faulty_filing_day_is_named_by_its_path(document, filing_days, fault):
    document["filing_days"] = filing_days
    assert paths_of_faults(document) == [fault]


def test_the_company_does_not_count_as_present_where_it_does_not_vote(document):
    document["council"] |= {"company_votes": False, "parties_present_min": 4}
    assert paths_of_faults(document) == ["policy.council.parties_present_min"]


def test_a_version_from_before_parties_had_names_can_still_be_read(document):
    document["council"]["parties"] = ["consumer_groups", "academia", "company"]
    assert [party.name_ko for party in parse_policy(document).council.parties] == [
        "consumer_groups",
        "academia",
        "company",
    ]


def test_every_fault_is_listed_not_only_the_first(document):
    document["tiers"][0]["payout_won"] = "none"
    document["tiers"][3]["above_won"] = 600_000
    document["services"]["map"]["platform_share_bp"] = -1
    document["typo"] = 1
    assert paths_of_faults(document) == [
        "policy.tiers[0].payout_won",
        "policy.tiers[3].above_won",
        "policy.services.map.platform_share_bp",
        "policy.typo",
    ]


@pytest.mark.parametrize(
    "document", [{}, [], None, "policy", {"tiers": {}}, {"tiers": 5, "services": [], "council": 1}]
)
def test_what_is_no_policy_at_all_is_refused(document):
    assert paths_of_faults(document)


def test_a_fault_speaks_both_languages(document):
    del document["general_margin_bp"]
    with pytest.raises(PolicyFaults, match=r"policy.general_margin_bp: 필수 항목입니다. \(Required.\)"):
        parse_policy(document)
