"""The chain of decisions: what a later change of any row shows."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from claims.models import CouncilDecision
from claims.services.council.undoing import undo
from claims.services.council.verifying import verify, verify_digests
from compensation.runtime.encryption import encrypt
from tests.cast import NOW
from tests.claims.council_cast import HOUR, council, item, vote_all

pytestmark = pytest.mark.django_db
__all__ = ["council", "item"]


@pytest.fixture
def chain(item, council, officer):
    """A decision with an other amount and a dissent, and its undoing."""
    decision = vote_all(item, council, "support", "support", "support_other 1500000", "refuse", "support")
    undo(decision=decision, reason="다시 봅니다.", actor=officer, at=NOW + 2 * HOUR)
    return council.council


def change(statement: str, *values: object) -> None:
    """Past the triggers, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")


def test_what_nobody_changed_verifies(chain):
    assert verify(council=chain) == []
    first, second = chain.decisions.order_by("number")
    assert (first.previous_digest, second.previous_digest) == ("", first.digest)


def test_the_content_says_all_of_it_and_no_names_or_words(chain):
    content = chain.decisions.get(number=1).content
    assert [(vote["party"], vote["choice"], vote["amount_won"]) for vote in content["votes"]][2:4] == [
        ("merchant_associations", "support_other", 1_500_000),
        ("academia", "refuse", 0),
    ]
    assert (content["amount_won"], content["case"]["cap_won"]) == (2_000_000, 9_000_000)
    assert content["parties_present"] == ["consumer_groups", "merchant_associations", "academia", "company"]
    assert content["dissent"] == [content["votes"][3]["seat"]]
    assert content["reasons"] == ["loss_proven", "loss_partly_proven"]
    assert "Member" not in json.dumps(content)


CHANGES: list[tuple[str, set[str]]] = [
    ("UPDATE claims_vote SET amount_won = 1 WHERE choice = 'support_other'", {"votes", "supported_won"}),
    ("UPDATE claims_vote SET choice = 'refuse' WHERE choice = 'support_other'", {"votes"}),
    ("UPDATE claims_vote SET choice = 'refuse' WHERE choice LIKE 'support%%'", {"outcome"}),
    ("UPDATE claims_vote SET cast_at = cast_at + interval '1 second'", {"votes"}),
    ("UPDATE claims_vote SET text = 'v1:broken' WHERE choice = 'refuse'", {"texts"}),
    ("DELETE FROM claims_vote WHERE choice = 'refuse'", {"votes", "dissent", "parties_present"}),
    ("UPDATE claims_determination SET amount_won = 3", {"determination"}),
    ("UPDATE ledger_transfer SET amount_won = 3 WHERE kind = 'determination'", {"booked_won"}),
    ("UPDATE ledger_transfer SET amount_won = 3 WHERE kind <> 'determination'", {"taken_back_won"}),
    ("UPDATE claims_proposal SET amount_won = 3", {"proposal"}),
    ("UPDATE claims_agendaitem SET assessed_won = 3", {"case"}),
    ("DELETE FROM claims_councildecision WHERE number = 1", {"number", "previous_digest"}),
    ("DELETE FROM claims_councildecision", {"a decision"}),
    ("UPDATE claims_councildecision SET digest = 'x' WHERE number = 1", {"digest", "previous_digest"}),
    (
        "UPDATE claims_councildecision SET content = content || '{\"amount_won\": 9}' WHERE number = 1",
        {"digest", "amount_won"},
    ),
    (
        'UPDATE claims_councildecision SET content = content || \'{"reason": "x"}\' WHERE number = 2',
        {"digest"},
    ),
]


def test_a_change_of_any_row_shows(chain):
    digests = {"number", "digest", "previous_digest"}
    for statement, places in CHANGES:
        undone = transaction.savepoint()
        change(statement)
        faults = verify(council=chain)
        found = {fault.expected if fault.number == 0 else fault.place for fault in faults}
        assert places <= found, statement
        assert {fault.place for fault in verify_digests(council=chain)} == found & digests, statement
        transaction.savepoint_rollback(undone)
    assert verify(council=chain) == []


def test_a_text_that_was_exchanged_shows(chain):
    change("UPDATE claims_vote SET text = %s", encrypt("다른 말", context="claims_vote.text"))
    assert [fault.place for fault in verify(council=chain)] == ["votes"]


def test_a_policy_that_was_rewritten_shows(chain):
    change("UPDATE programmes_policyversion SET document = jsonb_set(document, '{council,tie}', '\"deferred\"')")
    assert [fault.place for fault in verify(council=chain)] == ["policy document"]


def test_no_statement_changes_a_decision(chain):
    with pytest.raises(Exception, match="Cannot update"):
        CouncilDecision.objects.filter(number=1).update(outcome="refused")


def test_the_command_says_the_same_and_fails_where_something_differs(chain, capsys):
    call_command("verify_decisions", "1015", "--json")
    assert json.loads(capsys.readouterr().out) == {"programme": "1015", "decisions": 2, "faults": []}
    change("UPDATE claims_determination SET amount_won = 3")
    with pytest.raises(CommandError) as failed:
        call_command("verify_decisions", "1015")
    assert failed.value.returncode == 2
    assert "determination" in capsys.readouterr().out
