from itertools import product

import pytest

from compensation.policy import transitions
from compensation.policy.transitions import StateUnknown, TransitionTable, is_allowed

TABLES = {name: table for name, table in vars(transitions).items() if isinstance(table, TransitionTable)}
STATES_IN_CODE = {
    "CLAIM": transitions.ClaimState,
    "GRANT_JOB": transitions.GrantJobState,
    "GRANT_JOB_RUN": transitions.GrantJobRunState,
    "GRANT_CHUNK": transitions.GrantChunkState,
    "HANDOVER_FILE": transitions.HandoverFileState,
    "PASS_QUOTA_CHANGE": transitions.PassQuotaChangeState,
    "PROGRAMME": transitions.ProgrammeState,
    "EVIDENCE_SCAN": transitions.EvidenceScanState,
    "QUESTION": transitions.QuestionState,
    "OBJECTION": transitions.ObjectionState,
    "REVIEW": transitions.ReviewState,
    "AGENDA_ITEM": transitions.AgendaItemState,
    "PAYOUT": transitions.PayoutState,
    "PAYOUT_BATCH": transitions.PayoutBatchState,
    "ACCOUNT": transitions.AccountStanding,
    "MESSAGE": transitions.MessageState,
}
ALLOWED = {
    "CLAIM": "received>determined received>awaiting_council received>withdrawn determined>received "
    "awaiting_council>received awaiting_council>withdrawn awaiting_council>determined determined>awaiting_council",
    "GRANT_JOB": "draft>rehearsed rehearsed>approved rehearsed>draft "
    "draft>cancelled rehearsed>cancelled approved>cancelled",
    "GRANT_JOB_RUN": "idle>running running>paused paused>running running>finished paused>finished",
    "GRANT_CHUNK": "pending>done pending>failed failed>pending",
    "HANDOVER_FILE": "pending>written pending>failed failed>pending",
    "PASS_QUOTA_CHANGE": "proposed>approved proposed>withdrawn",
    "PROGRAMME": "draft>open open>closed closed>open",
    "EVIDENCE_SCAN": "waiting>clean waiting>infected waiting>unscanned unscanned>clean unscanned>infected",
    "QUESTION": "asked>answered asked>cancelled",
    "OBJECTION": "received>withdrawn received>decided decided>received",
    "REVIEW": "open>held held>open open>referred referred>open open>closed held>closed referred>closed closed>open",
    "AGENDA_ITEM": "open>decided open>sent_back open>deferred open>dropped",
    "PAYOUT": "due>batched due>cancelled batched>due batched>cancelled batched>released released>paid "
    "released>returned released>unknown unknown>paid unknown>returned",
    "PAYOUT_BATCH": "draft>frozen draft>cancelled frozen>draft frozen>cancelled frozen>releasing releasing>released "
    "released>closed",
    "ACCOUNT": "entered>verified entered>to_check entered>refused to_check>verified to_check>refused to_check>entered "
    "verified>to_check verified>refused refused>entered",
    "MESSAGE": "waiting>sending sending>sent sending>failed sending>waiting failed>waiting",
}
MATRIX = [(name, old, new) for name, table in TABLES.items() for old, new in product(table.states, repeat=2)]


@pytest.mark.parametrize(("name", "old", "new"), MATRIX)
def test_only_the_listed_moves_are_allowed(name, old, new):
    assert is_allowed(TABLES[name], old, new) == (f"{old}>{new}" in ALLOWED[name].split())


@pytest.mark.parametrize("name", TABLES)
def test_code_and_table_have_the_same_states(name):
    assert list(STATES_IN_CODE[name]) == list(TABLES[name].states)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached(name):
    table = TABLES[name]
    assert {table.initial, *(new for _, new in table.moves)} == set(table.states)


@pytest.mark.parametrize("pair", [("received", "paid"), ("paid", "received")])
def test_an_unknown_state_is_refused(pair):
    with pytest.raises(StateUnknown, match="paid"):
        is_allowed(transitions.CLAIM, *pair)


def test_a_withdrawn_claim_does_not_block_another():
    assert set(transitions.CLAIM.states) - set(transitions.LIVE_CLAIM_STATES) == {"withdrawn"}


def test_states_have_names_in_both_languages():
    assert transitions.CLAIM.name("awaiting_council", "ko") == "협의체 심사 대기"
    assert transitions.CLAIM.name("awaiting_council", "en") == "Waiting for the council"
