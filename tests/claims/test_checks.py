"""Checks of a case as stored facts: what the machine finds, what people found, when it is looked at again."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from claims import tasks
from claims.models import Check, Claim, ClaimOrigin, Evidence, Review
from claims.selectors.related import related_claims
from claims.services.account_change import change_account
from claims.services.case_checks import record_check, run_due_checks, run_machine_checks
from claims.services.desk import DeskRefused
from claims.services.submission import Origin, submit_draft
from compensation.policy import case_checks as checks
from compensation.programmes.models import Role
from compensation.values.refused import ValueRefused
from merchants.models import BankAccount, Merchant, Representative
from merchants.services.bank_accounts import BankAccountDetails
from tests.cast import NOW, one_claim, person
from tests.claims.desk_cast import another, case, objection_after
from tests.claims.form_cast import declared, filled_draft, good_answers, merchant_user, policy_of, send
from tests.claims.registry_standin import registry
from tests.claims.status_cast import BEFORE_THE_COUNCIL, SALES, assessed_claim, hong, paper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def claim(programme) -> Claim:
    """Hong's, before the council."""
    return assessed_claim(programme, lost_sales_won=BEFORE_THE_COUNCIL)


def newest(claim: Claim, code: str) -> Check:
    return Check.objects.filter(claim=claim, code=code).latest()


def outcomes(claim: Claim) -> dict[str, str]:
    rows = Check.objects.filter(claim=claim).order_by("code", "-id").distinct("code")
    return {row.code: row.outcome for row in rows}


def marks(claim: Claim) -> list[str]:
    return Review.objects.get(claim=claim).marks


def by_hand(claim: Claim, officer, code: str, outcome: str, note: str = "자료를 보았습니다.") -> Check:
    return record_check(claim=claim, code=code, outcome=outcome, note=note, actor=officer, at=LATER)


def test_the_first_run_has_a_finding_for_every_check_and_marks_what_failed(claim):
    Merchant.objects.filter(pk=claim.merchant_id).update(certificate_state="refused")
    assert run_due_checks(at=NOW) == 1
    found = outcomes(claim)
    assert found.keys() == checks.CHECKS.keys()
    assert {code for code, outcome in found.items() if outcome == "no_data"} == {
        checks.BUSINESS_ACTIVE,
        checks.LOSS_PROOF,
        checks.BUSINESS_USE,
    }
    assert marks(claim) == [checks.CERTIFICATE_VALID]


def test_what_was_found_is_not_written_again_and_nothing_is_due(claim):
    run_due_checks(at=NOW)
    before = Check.objects.count()
    assert run_due_checks(at=LATER) == 0
    assert run_machine_checks(claim=claim, at=LATER) == 0
    assert Check.objects.count() == before


def test_papers_accounts_and_a_restart_are_looked_at_again(claim, tmp_path):
    run_due_checks(at=NOW)
    evidence = paper(claim, tmp_path, kind=SALES, at=LATER)
    assert run_due_checks(at=LATER) == 1
    assert newest(claim, checks.LOSS_PROOF).found == [evidence.reference]
    other = BankAccountDetails("088", "110123456789", "김다른")
    change_account(claim=claim, account=other, actor=hong(claim.programme), at=LATER)
    tasks.run_case_checks.run()  # what beat's sweeper sends as well
    assert (newest(claim, checks.HOLDER_MATCHES).outcome, marks(claim)) == ("failed", [checks.HOLDER_MATCHES])


def test_a_worker_that_died_leaves_the_review_due_again(claim):
    review = Review.objects.get(claim=claim)
    Review.objects.filter(pk=review.pk).update(checks_due_at=NOW + timedelta(seconds=120))  # its lease
    assert run_due_checks(at=NOW) == 0
    assert run_due_checks(at=NOW + timedelta(seconds=121)) == 1


SHARED = {
    checks.SHARED_ACCOUNT: lambda one, other: _same_account(one, other),
    checks.SHARED_PHONE: lambda one, other: Merchant.objects.update(phone="+821012345678", phone_index="same"),
    checks.SHARED_DOCUMENT: lambda one, other: _same_file(one, other),
    checks.SHARED_DEVICE: lambda one, other: _origins(device_index="same"),
}


def _same_account(one: Claim, other: Claim) -> None:
    for claim in (one, other):
        BankAccount.objects.create(
            merchant=claim.merchant, bank_code="088", number="110123456789", number_index="same", created_at=NOW
        )


def _same_file(one: Claim, other: Claim) -> None:
    for number, claim in enumerate((one, other)):
        Evidence.objects.create(
            claim=claim, kind=SALES, file_name="a.pdf", content_type="", size_bytes=1, sha256="same", received_at=NOW,
            storage_key=f"key{number}",
        )  # fmt: skip


def _origins(**index: str) -> None:
    for claim in Claim.objects.all():
        ClaimOrigin.objects.create(claim=claim, **index)


def other_claim(claim: Claim) -> Claim:
    other = one_claim(programme=claim.programme, lost_sales_won=1)
    BankAccount.objects.create(
        merchant=other.merchant, bank_code="004", number="1", number_last4="1", holder="x", created_at=NOW
    )
    return other


@pytest.mark.parametrize("code", SHARED)
def test_what_another_merchants_claim_shares_fails_and_is_listed(claim, code):
    other = other_claim(claim)
    run_due_checks(at=NOW)
    assert newest(claim, code).outcome == "passed"
    SHARED[code](claim, other)
    run_machine_checks(claim=claim, at=LATER)
    assert (newest(claim, code).outcome, newest(claim, code).found) == ("failed", [other.reference])
    assert [(row.claim, row.shared) for row in related_claims(claim=claim)] == [(other, (code,))]


def test_a_few_claims_from_one_line_are_no_sign_and_other_programmes_are_not_looked_at(claim):
    for _ in range(checks.ADDRESS_CLAIMS_USUAL):
        one_claim(programme=claim.programme, lost_sales_won=1)
    _origins(address_index="same")
    run_machine_checks(claim=claim, at=NOW)
    assert newest(claim, checks.SHARED_ADDRESS).outcome == "passed"
    assert len(newest(claim, checks.SHARED_ADDRESS).found) == checks.ADDRESS_CLAIMS_USUAL
    more = one_claim(programme=claim.programme, lost_sales_won=1)
    ClaimOrigin.objects.create(claim=more, address_index="same")
    run_machine_checks(claim=claim, at=LATER)
    assert newest(claim, checks.SHARED_ADDRESS).outcome == "failed"


@pytest.mark.parametrize(("state", "outcome"), [("received", "failed"), ("withdrawn", "passed")])
def test_the_same_days_of_one_merchant_are_a_duplicate(claim, state, outcome):
    again = one_claim(programme=claim.programme, lost_sales_won=1)
    Claim.objects.filter(pk=again.pk).update(merchant=claim.merchant, services=["messenger", "channel"], state=state)
    run_machine_checks(claim=claim, at=NOW)
    assert newest(claim, checks.DUPLICATES).outcome == outcome


def test_many_cases_take_as_many_queries_as_one(programme):
    def queries(count: int) -> int:
        for _ in range(count):
            case(programme)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert run_due_checks(at=NOW) == count
        return len(found)

    assert queries(1) == queries(7)


def test_the_register_says_who_is_active_and_is_asked_in_one_call(programme, settings):
    reviews = [case(programme) for _ in range(4)]
    numbers = [review.claim.merchant.business_number for review in reviews]
    with registry() as tax_service:
        settings.BUSINESS_REGISTRY = tax_service.options
        tax_service.states = dict(zip(numbers, ["01", "02", "03", ""], strict=True))
        run_due_checks(at=NOW)
    assert tax_service.calls == [sorted(numbers)]
    found = [newest(review.claim, checks.BUSINESS_ACTIVE) for review in reviews]
    assert [(row.outcome, row.found) for row in found] == [
        ("passed", ["01"]),
        ("failed", ["02"]),
        ("failed", ["03"]),
        ("failed", [""]),
    ]


@pytest.mark.parametrize("mood", ["broken", "rubbish", "unknown"])
def test_a_register_without_an_answer_takes_nothing_back_and_is_asked_again_later(claim, settings, mood):
    with registry() as tax_service:
        settings.BUSINESS_REGISTRY = tax_service.options
        run_due_checks(at=NOW)
        tax_service.mood = mood
        Review.objects.update(checks_due_at=NOW)
        assert run_due_checks(at=LATER) == 1
    assert newest(claim, checks.BUSINESS_ACTIVE).outcome == "passed"
    assert Review.objects.get(claim=claim).checks_due_at == LATER + timedelta(minutes=10)


def test_what_a_person_found_counts_until_something_changes(claim, officer, tmp_path):
    run_due_checks(at=NOW)
    version = Review.objects.get(claim=claim).version
    by_hand(claim, officer, checks.LOSS_PROOF, "failed")
    by_hand(claim, officer, checks.LOSS_PROOF, "failed")  # a second click
    assert Review.objects.get(claim=claim).version == version + 1
    run_machine_checks(claim=claim, at=LATER)
    assert (newest(claim, checks.LOSS_PROOF).checked_by, marks(claim)) == (officer, [checks.LOSS_PROOF])
    paper(claim, tmp_path, kind=SALES, at=LATER)
    run_due_checks(at=LATER)
    assert (newest(claim, checks.LOSS_PROOF).checked_by, marks(claim)) == (None, [])
    assert Check.objects.filter(claim=claim, code=checks.LOSS_PROOF).count() == 3


@pytest.mark.parametrize(
    ("code", "outcome", "note", "refusal"),
    [
        ("astrology", "passed", "별", "check_unknown"),
        (checks.LOSS_PROOF, "", "보았음", "check_outcome_missing"),
        (checks.LOSS_PROOF, "perhaps", "보았음", "check_outcome_missing"),
        (checks.LOSS_PROOF, "passed", " \n", "check_note_missing"),
        (checks.LOSS_PROOF, "passed", "가" * 501, "text_too_long"),
    ],
)
def test_a_check_by_hand_says_what_was_found_and_why(claim, officer, code, outcome, note, refusal):
    with pytest.raises(ValueRefused) as refused:
        by_hand(claim, officer, code, outcome, note)
    assert refused.value.code == refusal
    assert not Check.objects.filter(checked_by=officer).exists()


def test_whoever_should_not_have_the_case_does_not_check_it(claim, programme, officer):
    Representative.objects.create(merchant=claim.merchant, user=officer, since=NOW)
    Review.objects.filter(claim=claim).update(officer=another(programme))
    with pytest.raises(DeskRefused) as refused:
        by_hand(claim, officer, checks.LOSS_PROOF, "passed")
    assert refused.value.code == "case_has_officer"
    Review.objects.filter(claim=claim).update(officer=None)
    with pytest.raises(DeskRefused) as refused:
        by_hand(claim, officer, checks.LOSS_PROOF, "passed")
    assert refused.value.code == "case_own_business"
    objection = objection_after(programme, another(programme))
    with pytest.raises(DeskRefused) as refused:
        by_hand(objection.claim, another(programme), checks.LOSS_PROOF, "passed")
    assert refused.value.code == "case_decided_before"


def test_nothing_is_checked_after_the_review_is_over(claim, officer):
    Review.objects.filter(claim=claim).update(state="closed", closed_at=NOW)
    with pytest.raises(DeskRefused) as refused:
        by_hand(claim, officer, checks.LOSS_PROOF, "passed")
    assert refused.value.code == "case_closed"


def test_checks_are_never_edited(claim):
    run_due_checks(at=NOW)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        Check.objects.update(outcome="passed")


def test_a_claim_keeps_from_where_it_was_sent_as_indexes_that_say_nothing(programme):
    user = merchant_user()
    draft = filled_draft(user, programme)
    claim = submit_draft(
        draft=draft,
        declared=declared(policy_of(programme)),
        actor=user,
        request_received_at=NOW,
        at=NOW,
        origin=Origin("203.0.113.7", "device-of-hong"),
    )
    kept = ClaimOrigin.objects.get(claim=claim)
    assert len(kept.address_index) == len(kept.device_index) == 32
    assert kept.address_index != kept.device_index


def test_two_claims_of_one_browser_are_found_and_an_agents_has_no_origin(client, programme):
    user = merchant_user()
    tick = {"declared": declared(policy_of(programme))}
    for number in ("1234567891", "2208162517"):
        business = good_answers(policy_of(programme))["business"] | {"business_number": number}
        draft = filled_draft(user, programme, business=business)
        with time_machine.travel(NOW, tick=False):
            client.force_login(user)
            assert client.post(f"/my/drafts/{draft.reference}/steps/check/", tick).status_code == 302
    first, second = ClaimOrigin.objects.order_by("id")
    assert first.device_index == second.device_index != ""
    business |= {"business_number": "1208147521"}
    send(filled_draft(person("agent", programme, Role.AGENT), programme, by_agent=True, business=business))
    assert ClaimOrigin.objects.count() == 2
