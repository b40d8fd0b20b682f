"""Drafts: begun once, saved as typed, carried on elsewhere, not overwritten unknowingly, thrown away."""

import pytest
from django.db import connection

from claims.models import ClaimDraft
from claims.services.drafts import (
    Answers,
    DraftBecameClaim,
    SavedElsewhere,
    StepUnknown,
    TooManyDrafts,
    context_of,
    discard_draft,
    problems_by_step,
    start_draft,
    steps_for,
)
from compensation import limits
from compensation.runtime.encryption import blind_index
from merchants.models import Merchant, Representative
from merchants.services.registration import PHONE_INDEX_CONTEXT
from tests.cast import NOW, one_claim
from tests.claims.evidence_cast import files_in, receive
from tests.claims.form_cast import BUSINESS_NUMBER, filled_draft, merchant_user, save, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(programme):
    return merchant_user()


@pytest.fixture
def draft(programme, owner):
    return start_draft(programme=programme, owner=owner, at=NOW)


def typed(draft, step):
    draft.refresh_from_db()
    return Answers(draft.answers).typed(step)


def test_a_double_click_begins_one_draft(programme, owner, draft):
    assert start_draft(programme=programme, owner=owner, at=NOW) == draft
    save(draft, "margin", {"basis": "own"})
    assert start_draft(programme=programme, owner=owner, at=NOW) != draft


def test_nobody_begins_drafts_without_end(programme, owner, monkeypatch):
    monkeypatch.setattr(limits, "DRAFTS_PER_PERSON_MAX", 1)
    save(start_draft(programme=programme, owner=owner, at=NOW), "margin", {"basis": "own"})
    with pytest.raises(TooManyDrafts):
        start_draft(programme=programme, owner=owner, at=NOW)


def test_wrong_answers_are_kept_as_typed_and_come_back_with_what_is_wrong(draft):
    saved = save(draft, "margin", {"basis": "own", "margin": "많이", "nonsense": "x"})
    assert [(problem.field, problem.code) for problem in saved.problems] == [("margin", "percent_malformed")]
    assert typed(draft, "margin") == {"basis": "own", "margin": "많이", "industry": ""}


def test_answers_are_encrypted_at_rest(draft):
    save(draft, "account", {"bank": "004", "number": "12345678901234", "holder": "이다정"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT answers FROM claims_claimdraft")
        assert "이다정" not in str(cursor.fetchone())


def test_saving_the_same_again_changes_nothing(draft):
    assert save(draft, "margin", {"basis": "industry"}).version == 1
    before = ClaimDraft.objects.get().version
    assert save(draft, "margin", {"basis": "industry"}).version == 1
    assert ClaimDraft.objects.get().version == before


def test_another_device_is_told_before_it_overwrites_what_it_has_not_seen(draft):
    save(draft, "margin", {"basis": "industry"}, seen_version=0, device="phone")
    with pytest.raises(SavedElsewhere) as conflict:
        save(draft, "margin", {"basis": "own", "margin": "5"}, seen_version=0, device="desk")
    assert typed(draft, "margin")["basis"] == "industry"
    save(draft, "margin", {"basis": "own", "margin": "5"}, seen_version=conflict.value.version, device="desk")
    assert typed(draft, "margin")["basis"] == "own"


def test_another_step_saved_elsewhere_is_no_conflict(draft):
    save(draft, "margin", {"basis": "industry"}, seen_version=0, device="phone")
    save(draft, "account", {"bank": "004"}, seen_version=0, device="desk")
    assert typed(draft, "margin")["basis"] == "industry"


def test_the_back_button_of_the_same_device_is_no_conflict(draft):
    save(draft, "margin", {"basis": "industry"}, seen_version=0, device="phone")
    save(draft, "margin", {"basis": "own", "margin": "5"}, seen_version=0, device="phone")
    assert typed(draft, "margin")["basis"] == "own"


def test_what_both_devices_wrote_alike_is_no_conflict(draft):
    save(draft, "margin", {"basis": "industry"}, seen_version=0, device="phone")
    save(draft, "margin", {"basis": "industry"}, seen_version=0, device="desk")


@pytest.mark.parametrize("text", ["x" * (limits.ANSWER_LENGTH_MAX + 1), ["a"], {"a": 1}, 10**100])
def test_what_no_draft_could_keep_is_said_and_leaves_the_draft_as_it_was(draft, text):
    save(draft, "margin", {"basis": "industry"})
    saved = save(draft, "margin", {"basis": "own", "margin": text})
    assert not saved.is_kept
    assert saved.problems[0].field == "margin"
    assert typed(draft, "margin")["basis"] == "industry"


@pytest.mark.parametrize("step", ["check", "nowhere", "__class__"])
def test_there_is_nothing_to_save_in_other_steps(draft, step):
    with pytest.raises(StepUnknown):
        save(draft, step, {})


@pytest.mark.parametrize("half", ["\ud800", "a\udfffb"])
def test_half_a_character_cannot_break_the_page_that_shows_it(draft, half):
    save(draft, "business", {"trade_name": half})
    typed(draft, "business")["trade_name"].encode()


def test_a_blank_account_number_keeps_the_one_that_was_typed(draft):
    save(draft, "account", {"bank": "004", "number": "123456", "holder": ""})
    saved = save(draft, "account", {"bank": "088", "number": "", "holder": "이다정"})
    assert saved.parsed.values.named.number == "123456"
    assert saved.parsed.values.named.bank_code == "088"


def test_answers_of_a_line_go_with_the_line_and_others_stay(draft):
    lines = [{"key": key, "service": "messenger", "began": "", "ended": ""} for key in "12"]
    save(draft, "periods", {"lines": lines})
    save(draft, "losses", {"lines": {"1": {"lost_sales": "1"}, "2": {"lost_sales": "2"}}})
    save(draft, "periods", {"lines": [lines[1], {"service": "map"}]})
    assert [line["key"] for line in typed(draft, "periods")["lines"]] == ["2", "3"]
    assert typed(draft, "losses")["lines"] == {"2": {"lost_sales": "2"}}


@pytest.mark.parametrize(
    "lines",
    [
        "x",
        {"1": {}},
        [[]],
        [{"key": "a"}],
        [{"key": "1"}, {"key": "1"}],
        [{"key": "1234"}],
        [{}] * (limits.LOSSES_PER_CLAIM_MAX + 1),
    ],
)
def test_lines_of_another_form_are_refused(draft, lines):
    saved = save(draft, "periods", {"lines": lines})
    assert (saved.is_kept, saved.problems[0].code) == (False, "misshapen")


def test_the_alternatives_are_a_step_only_where_the_merchant_is_asked(draft, owner):
    def steps_with(*services):
        lines = [{"service": service, "began": "", "ended": ""} for service in services]
        save(draft, "periods", {"lines": lines})
        draft.refresh_from_db()
        return steps_for(context_of(draft, user=owner))

    assert "alternative" not in steps_with("map", "channel")
    assert "alternative" in steps_with("map", "messenger")


def test_a_business_of_the_association_is_taken_over_with_its_number(programme, owner, draft):
    claim = one_claim(programme=programme, lost_sales_won=1)
    index = blind_index("+821012345678", context=PHONE_INDEX_CONTEXT)
    Merchant.objects.filter(pk=claim.merchant_id).update(business_number="1234567891", phone_index=index)
    saved = save(draft, "business", {"business_number": BUSINESS_NUMBER})
    assert saved.parsed.values.details.trade_name == claim.merchant.trade_name
    assert Representative.objects.get().user == owner


def test_a_complete_draft_has_no_problems(programme, owner):
    assert problems_by_step(context_of(filled_draft(owner, programme), user=owner)) == {}


def test_a_draft_is_thrown_away_with_its_files(owner, draft, kept, tmp_path, django_capture_on_commit_callbacks):
    receive(draft, tmp_path, actor=owner)
    with django_capture_on_commit_callbacks(execute=True):
        discard_draft(draft=draft, actor=owner)
    assert not ClaimDraft.objects.exists()
    assert files_in(kept) == set()


def test_what_was_sent_is_not_thrown_away(programme, owner):
    draft = filled_draft(owner, programme)
    send(draft)
    with pytest.raises(DraftBecameClaim):
        discard_draft(draft=draft, actor=owner)
