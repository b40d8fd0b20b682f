"""A draft becomes a claim: what comes with it, when it is refused, and that it happens once."""

from datetime import timedelta

import pytest
from django.db import InternalError, transaction

from claims.models import Claim, Consent
from claims.selectors.drafts import Business, Relation
from claims.services.assessment import assess_next_batch
from claims.services.drafts import DraftBecameClaim, save_step
from claims.services.drafts import context as draft_context
from claims.services.submission import (
    AlreadyFiled,
    DraftIncomplete,
    NotDeclared,
    NotYourDay,
    WindowClosed,
    submit_draft,
)
from compensation.messaging.models import Message
from compensation.programmes.models import Role
from merchants.models import BankAccount, Representative
from tests.cast import NOW, SEOUL, person
from tests.claims.evidence_cast import receive
from tests.claims.form_cast import (
    declared,
    filled_draft,
    good_answers,
    merchant_user,
    policy_of,
    send,
    spread_over_two_days,
)
from users.services.people import system_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(programme):
    return merchant_user()


def test_a_draft_becomes_a_claim_with_everything_in_it(programme, owner, kept, tmp_path):
    draft = filled_draft(owner, programme)
    receive(draft, tmp_path, actor=owner)
    claim = send(draft)
    assert (claim.state, claim.channel, claim.received_at) == ("received", "web", NOW)
    assert (claim.services, claim.lost_sales_won, claim.reported_margin_bp) == (["messenger"], 1_000_000, 1200)
    loss = claim.losses.get()
    assert (loss.service, loss.lost_sales_won, loss.has_alternative) == ("messenger", 1_000_000, False)
    assert (loss.began_at.astimezone(SEOUL).hour, (loss.ended_at - loss.began_at).days) == (0, 2)
    assert (claim.merchant.business_number, claim.merchant.trade_name) == ("1234567891", "다정찻집")
    assert claim.evidence.get().draft is None
    draft.refresh_from_db()
    assert draft.claim == claim


def test_whoever_files_acts_for_the_business_and_is_paid_to_the_account(programme, owner):
    claim = send(filled_draft(owner, programme))
    assert Representative.objects.get(merchant=claim.merchant).user == owner
    account = BankAccount.objects.get()
    assert (account.bank_code, account.number, account.holder) == ("004", "12345678901234", "이다정")


def test_each_consent_is_kept_with_the_digest_of_its_text(programme, owner):
    claim = send(filled_draft(owner, programme))
    policy = policy_of(programme)
    assert {row.code: row.digest for row in claim.consents.all()} == {
        consent.code: consent.digest("ko") for consent in policy.consents
    }
    versions = {consent.code: consent.version for consent in policy.consents}
    assert dict(claim.consents.values_list("code", "version")) == versions
    assert set(claim.consents.values_list("language", "by_telephone", "given_by")) == {("ko", False, owner.pk)}
    with pytest.raises(InternalError), transaction.atomic():
        Consent.objects.update(version=2)


def test_an_optional_consent_can_be_left_out_and_one_read_in_english_is_kept_as_english(programme, owner):
    policy = policy_of(programme)
    given = {each.code: each.digest("en") for each in policy.consents if each.required}
    claim = send(filled_draft(owner, programme, consents=given))
    assert set(claim.consents.values_list("code", "language")) == {
        ("personal_data", "en"),
        ("third_parties", "en"),
        ("truth", "ko"),
    }


def test_the_receipt_is_written_with_the_claim(programme, owner):
    claim = send(filled_draft(owner, programme))
    message = Message.objects.get()
    assert (message.template, message.recipient, message.subject) == (
        "claim_received",
        "+821012345678",
        f"claim {claim.reference}",
    )
    assert claim.reference in message.body


def test_the_claim_is_assessed_like_any_other(programme, owner):
    claim = send(filled_draft(owner, programme))
    assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    claim.refresh_from_db()
    assert (claim.state, claim.assessment.assessed_won) == ("determined", 120_000)


def test_the_same_draft_sent_twice_is_one_claim(programme, owner):
    draft = filled_draft(owner, programme)
    assert send(draft) == send(draft)
    assert (Claim.objects.count(), Message.objects.count()) == (1, 1)


def test_a_sent_draft_takes_no_answers_any_more(programme, owner):
    draft = filled_draft(owner, programme)
    claim = send(draft)
    with pytest.raises(DraftBecameClaim) as sent:
        save_step(draft=draft, step="margin", typed={}, seen_version=1, device="x", actor=owner, at=NOW)
    assert sent.value.claim == claim


def test_several_losses_are_one_claim(programme, owner):
    periods = [
        {"key": "1", "service": "messenger", "began": "2022-10-15", "ended": "2022-10-15"},
        {"key": "2", "service": "messenger", "began": "2022-10-16", "ended": "2022-10-16"},
        {"key": "3", "service": "map", "began": "2022-10-15", "ended": "2022-10-16"},
    ]
    draft = filled_draft(
        owner,
        programme,
        periods={"lines": periods},
        losses={"lines": {key: {"lost_sales": "100000"} for key in "123"}},
        alternative={"lines": {"1": {"alternative": "no"}, "2": {"alternative": "yes"}}},
    )
    claim = send(draft)
    assert (claim.services, claim.lost_sales_won) == (["map", "messenger"], 300_000)
    assert list(claim.losses.values_list("service", "has_alternative")) == [
        ("messenger", False),
        ("messenger", True),
        ("map", True),  # as the policy settles it
    ]


@pytest.mark.parametrize("step", ["business", "periods", "losses", "margin", "alternative", "account", "consents"])
def test_a_draft_that_lacks_a_step_is_not_taken(programme, owner, step):
    draft = filled_draft(owner, programme, **{step: {}})
    with pytest.raises(DraftIncomplete) as incomplete:
        send(draft)
    assert step in incomplete.value.problems
    assert not Claim.objects.exists()


@pytest.mark.parametrize("tick", ["", "yes", "0" * 64])
def test_without_the_declaration_nothing_is_taken(programme, owner, tick):
    with pytest.raises(NotDeclared):
        send(filled_draft(owner, programme), tick=tick)


@pytest.mark.parametrize(
    ("at", "is_taken"),
    [("opens_at", True), ("closes_at", False), ("before_opening", False), ("last_moment", True)],
)
def test_the_window_is_asked_about_the_moment_at_which_the_request_came(programme, owner, at, is_taken):
    window = programme.intake_windows.get(code="additional")
    tick = timedelta(microseconds=1)
    moment = {
        "opens_at": window.opens_at,
        "closes_at": window.closes_at,
        "before_opening": window.opens_at - tick,
        "last_moment": window.closes_at - tick,
    }[at]
    draft = filled_draft(owner, programme)
    if is_taken:
        assert send(draft, at=moment).received_at == moment
    else:
        with pytest.raises(WindowClosed):
            send(draft, at=moment)
        draft.refresh_from_db()
        assert draft.claim is None


def test_a_request_that_came_in_time_counts_however_late_it_is_worked_on(programme, owner):
    window = programme.intake_windows.get(code="additional")
    claim = submit_draft(
        draft=filled_draft(owner, programme),
        declared=declared(policy_of(programme)),
        actor=owner,
        request_received_at=window.closes_at - timedelta(milliseconds=1),
        at=window.closes_at + timedelta(seconds=30),
    )
    assert claim.window == window


def test_the_same_business_service_and_window_twice_is_refused_and_names_the_first(programme, owner):
    first = send(filled_draft(owner, programme))
    periods = {
        "lines": [
            {"key": "1", "service": "messenger", "began": "2022-10-15", "ended": "2022-10-15"},
            {"key": "2", "service": "taxi", "began": "2022-10-15", "ended": "2022-10-15"},
        ]
    }
    second = filled_draft(
        owner,
        programme,
        periods=periods,
        losses={"lines": {"1": {"lost_sales": "1"}, "2": {"lost_sales": "1"}}},
        alternative={"lines": {"1": {"alternative": "no"}, "2": {"alternative": "no"}}},
        account={"use": "recorded"},
    )
    with pytest.raises(AlreadyFiled) as filed:
        send(second)
    assert filed.value.claim == first
    assert Claim.objects.count() == 1


def test_another_service_of_the_same_business_is_another_claim(programme, owner):
    send(filled_draft(owner, programme))
    periods = {"lines": [{"key": "1", "service": "taxi", "began": "2022-10-15", "ended": "2022-10-15"}]}
    send(filled_draft(owner, programme, periods=periods, account={"use": "recorded"}))
    assert Claim.objects.count() == 2


def test_the_business_of_somebody_else_is_refused_at_its_field(programme, owner):
    send(filled_draft(owner, programme))
    stranger = merchant_user("010-9999-0000")
    answers = good_answers(policy_of(programme))["business"] | {"phone": "010-9999-0000"}
    draft = filled_draft(stranger, programme, business=answers)
    with pytest.raises(DraftIncomplete) as incomplete:
        send(draft)
    [problem] = incomplete.value.problems["business"]
    assert (problem.field, problem.code) == ("business_number", "business_of_others")
    assert "다정찻집" not in problem.message_ko


def test_a_business_that_somebody_entered_meanwhile_is_refused_as_well(programme, owner, monkeypatch):
    stranger = merchant_user("010-9999-0000")
    answers = good_answers(policy_of(programme))["business"] | {"phone": "010-9999-0000"}
    draft = filled_draft(stranger, programme, business=answers)
    send(filled_draft(owner, programme))
    monkeypatch.setattr(draft_context, "business_of", lambda **_: Business(Relation.NEW, None))
    with pytest.raises(DraftIncomplete) as incomplete:
        send(draft)
    assert [problem.code for problem in incomplete.value.problems["business"]] == ["business_of_others"]
    assert Claim.objects.count() == 1


def test_on_the_first_days_others_file_and_are_told_their_day(programme, owner):
    spread_over_two_days(programme)
    draft = filled_draft(owner, programme)
    with pytest.raises(NotYourDay) as other:
        send(draft)
    assert (other.value.day.month, other.value.day.day) == (2, 1)
    assert send(draft, at=NOW + timedelta(days=1))


def test_a_new_account_of_a_known_business_is_told_to_the_contact_on_record(programme, owner):
    send(filled_draft(owner, programme))
    periods = {"lines": [{"key": "1", "service": "taxi", "began": "2022-10-15", "ended": "2022-10-15"}]}
    other = {"use": "other", "bank": "088", "number": "110-222-333444", "holder": "이다정"}
    send(filled_draft(owner, programme, periods=periods, account=other))
    assert BankAccount.objects.latest("id").bank_code == "088"
    assert Message.objects.filter(template="bank_account_changed").count() == 1


class TestAnAgent:
    @pytest.fixture
    def agent(self, programme):
        return person("agent", programme, Role.AGENT)

    def test_files_for_a_merchant_who_called(self, programme, agent):
        claim = send(filled_draft(agent, programme, by_agent=True))
        assert claim.channel == "agent"
        assert claim.transitions.get().reason == "대표자 본인 통화"
        assert set(claim.consents.values_list("by_telephone", "given_by")) == {(True, agent.pk)}
        assert Message.objects.get().recipient == "+821012345678"
        assert not Representative.objects.exists()

    def test_cannot_change_the_account_on_record(self, programme, agent, owner):
        send(filled_draft(owner, programme))
        periods = {"lines": [{"key": "1", "service": "taxi", "began": "2022-10-15", "ended": "2022-10-15"}]}
        other = {"use": "other", "bank": "088", "number": "110-222-333444", "holder": "사기꾼"}
        send(filled_draft(agent, programme, by_agent=True, periods=periods, account=other))
        assert BankAccount.objects.get().bank_code == "004"

    def test_is_not_held_back_by_filing_days(self, programme, agent):
        spread_over_two_days(programme)
        assert send(filled_draft(agent, programme, by_agent=True))

    def test_needs_the_texts_that_are_read_aloud(self, programme, agent):
        written = good_answers(policy_of(programme))["consents"]
        draft = filled_draft(agent, programme, by_agent=True, consents=written)
        with pytest.raises(DraftIncomplete) as incomplete:
            send(draft)
        assert set(incomplete.value.problems) == {"consents"}


def test_an_account_that_came_on_record_meanwhile_is_asked_about_unless_it_is_the_same(programme, owner):
    send(filled_draft(owner, programme))
    periods = {"lines": [{"key": "1", "service": "taxi", "began": "2022-10-15", "ended": "2022-10-15"}]}
    other = {"bank": "088", "number": "110-222-333444", "holder": "이다정"}
    with pytest.raises(DraftIncomplete) as incomplete:
        send(filled_draft(owner, programme, periods=periods, account=other))
    assert [problem.field for problem in incomplete.value.problems["account"]] == ["use"]
    assert send(filled_draft(owner, programme, periods=periods))
