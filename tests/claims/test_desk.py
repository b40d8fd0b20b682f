"""The officers' desk: who has a case, what can be done with it in which state, and what is said where it cannot."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from claims import tasks
from claims.models import Claim, Proposal, Review, Verdict
from claims.services import desk
from claims.services.desk import HasOfficer, ProposalDetails
from claims.services.questions import ask
from claims.services.withdrawal import withdraw
from compensation import limits
from compensation.programmes.models import Programme
from compensation.values.refused import ValueRefused
from merchants.models import Representative
from tests.cast import NOW, a_council, a_session
from tests.claims.desk_cast import GRANT, another, case, cases, objection_after
from users.services.people import system_user

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)

ACTIONS = {
    "hold": lambda review, actor, version: desk.hold(
        review=review, reason="세무서 회신 대기", actor=actor, version=version, at=NOW
    ),
    "resume": lambda review, actor, version: desk.resume(review=review, actor=actor, version=version, at=NOW),
    "refer": lambda review, actor, version: desk.refer(
        review=review, proposal=GRANT, actor=actor, version=version, at=NOW
    ),
    "take_back": lambda review, actor, version: desk.take_back(review=review, actor=actor, version=version, at=NOW),
    "release": lambda review, actor, version: desk.release(review=review, actor=actor, version=version, at=NOW),
    "tag": lambda review, actor, version: desk.tag(review=review, add=["급함"], actor=actor, version=version, at=NOW),
}
# By action: the state it is done in, the state it leads to.
MOVES = {
    "hold": ("open", "held"),
    "resume": ("held", "open"),
    "refer": ("open", "referred"),
    "take_back": ("referred", "open"),
}


def taken(programme, officer) -> Review:
    return desk.take(review=case(programme), actor=officer, version=1, at=NOW)


def in_state(review: Review, state: str) -> Review:
    Review.objects.filter(pk=review.pk).update(state=state)
    return Review.objects.get(pk=review.pk)


def code_of(work) -> str:
    with pytest.raises(ValueRefused) as refused:
        work()
    return refused.value.code


def test_a_case_is_taken_once_and_taking_it_again_changes_nothing(programme, officer):
    review = taken(programme, officer)
    assert (review.officer, review.taken_at, review.version) == (officer, NOW, 2)
    assert desk.take(review=review, actor=officer, version=1, at=LATER).version == 2


def test_who_comes_second_is_told_who_has_the_case(programme, officer):
    review = taken(programme, officer)
    with pytest.raises(HasOfficer) as refused:
        desk.take(review=review, actor=another(programme), version=2, at=NOW)
    assert refused.value.message_ko.endswith(f"{review.claim.reference} (Officer)")


@pytest.mark.parametrize("action", [*ACTIONS])
def test_whoever_acts_on_an_older_page_is_told_so(programme, officer, action):
    review = taken(programme, officer)
    if action in MOVES:
        review = in_state(review, MOVES[action][0])
    assert code_of(lambda: ACTIONS[action](review, officer, 1)) == "case_changed"
    assert ACTIONS[action](review, officer, 2).version == 3
    assert Review.objects.get(pk=review.pk).version == 3


@pytest.mark.parametrize("action", [*MOVES])
@pytest.mark.parametrize("state", ["open", "held", "referred"])
def test_every_action_in_every_state(programme, officer, action, state):
    review, (from_state, to_state) = in_state(taken(programme, officer), state), MOVES[action]
    if state in (from_state, to_state) and not (action in ("hold", "refer") and state == to_state):
        assert ACTIONS[action](review, officer, 2).state == to_state
    else:
        assert code_of(lambda: ACTIONS[action](review, officer, 2)) in ("case_held", "case_referred")


@pytest.mark.parametrize("action", [*MOVES])
def test_only_who_has_the_case_works_on_it(programme, officer, action):
    review = in_state(case(programme), MOVES[action][0])
    assert code_of(lambda: ACTIONS[action](review, officer, 1)) == "case_not_taken"
    desk.take(review=review, actor=officer, version=1, at=NOW)
    assert code_of(lambda: ACTIONS[action](review, another(programme), 2)) == "case_has_officer"


@pytest.mark.parametrize("action", [*ACTIONS])
def test_a_second_click_is_once(programme, officer, action):
    review = taken(programme, officer)
    if action in MOVES:
        review = in_state(review, MOVES[action][0])
    first, again = (ACTIONS[action](review, officer, 2) for _ in range(2))
    assert first.version == again.version == 3
    assert Proposal.objects.count() == (action == "refer")


def test_nothing_is_done_with_a_case_that_is_over(programme, officer):
    review = taken(programme, officer)
    withdraw(claim=review.claim, reason="withdrawn_other", actor=system_user(), at=NOW)
    for action in ACTIONS.values():
        assert code_of(lambda action=action: action(review, officer, None)) == "case_closed"


def test_the_next_case_is_the_one_that_is_due_first(programme, officer):
    late, early, asked = cases(programme, 3)
    Review.objects.filter(pk=late.pk).update(due_at=NOW + timedelta(days=300))
    ask(claim=asked.claim, kinds=[], text="무엇을 파시나요?", actor=officer, at=NOW)
    took = [desk.take_next(programme=programme, actor=officer, at=NOW) for _ in range(3)]
    assert took == [early, late, None]


def test_somebody_elses_case_is_released_with_a_reason_only(programme, officer):
    review = taken(programme, officer)
    release = {"review": review, "actor": another(programme), "version": 2, "at": NOW}
    assert code_of(lambda: desk.release(**release)) == "reason_missing"
    assert desk.release(**release, reason="휴가").officer is None
    event = review.events.latest("pgh_id")
    assert event.pgh_context.metadata["said"] == "휴가"


def test_cases_are_assigned_all_or_none_and_each_that_somebody_has_is_named(programme, officer):
    reviews, second = cases(programme, 3), another(programme)
    desk.take(review=reviews[1], actor=second, version=1, at=NOW)
    with pytest.raises(HasOfficer) as refused:
        desk.assign(reviews=reviews, officer=officer, actor=officer, at=NOW)
    assert [review.claim.reference for review in refused.value.taken] == [reviews[1].claim.reference]
    assert not Review.objects.filter(officer=officer).exists()
    assert desk.assign(reviews=reviews, officer=second, actor=officer, at=NOW) == 2


def test_assigning_five_hundred_cases_takes_as_many_queries_as_two(programme, officer, django_assert_num_queries):
    two, more = cases(programme, 2), cases(programme, 4)
    another(programme)
    with django_assert_num_queries(7):
        desk.assign(reviews=two, officer=officer, actor=officer, at=NOW)
    with django_assert_num_queries(6):  # the officer's roles are known by now
        desk.assign(reviews=more, officer=officer, actor=officer, at=NOW)


def test_only_an_officer_of_the_programme_has_cases(programme, officer, ops):
    review = case(programme)
    assert code_of(lambda: desk.take(review=review, actor=ops, version=1, at=NOW)) == "no_officer"
    assert code_of(lambda: desk.assign(reviews=[review], officer=ops, actor=officer, at=NOW)) == "no_officer"
    assert code_of(lambda: desk.take_next(programme=programme, actor=ops, at=NOW)) == "no_officer"


def test_nobody_has_the_case_of_an_own_business(programme, officer):
    review = case(programme)
    Representative.objects.create(merchant=review.claim.merchant, user=officer, since=NOW)
    assert code_of(lambda: desk.take(review=review, actor=officer, version=1, at=NOW)) == "case_own_business"
    assert desk.take_next(programme=programme, actor=officer, at=NOW) is None


def test_an_objection_is_for_somebody_who_did_not_prepare_the_decision(programme, officer):
    review = objection_after(programme, officer)
    assert code_of(lambda: desk.take(review=review, actor=officer, version=1, at=NOW)) == "case_decided_before"
    assert code_of(lambda: desk.assign(reviews=[review], officer=officer, actor=officer, at=NOW)) == (
        "case_decided_before"
    )
    assert desk.take_next(programme=programme, actor=officer, at=NOW) is None
    assert desk.take_next(programme=programme, actor=another(programme), at=NOW) == review


def test_the_database_refuses_it_too(programme, officer):
    review = objection_after(programme, officer)
    with pytest.raises(IntegrityError, match="another officer"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(officer=officer)
    Review.objects.filter(pk=review.pk).update(officer=another(programme))


def test_a_case_on_an_agenda_is_not_taken_back(programme, officer):
    review = desk.refer(review=taken(programme, officer), proposal=GRANT, actor=officer, version=2, at=NOW)
    a_council(programme)
    a_session(programme, review)
    version = Review.objects.get(pk=review.pk).version
    assert code_of(lambda: desk.take_back(review=review, actor=officer, version=version, at=NOW)) == "case_on_agenda"


def test_a_case_whose_merchant_is_asked_is_not_referred(programme, officer):
    review = taken(programme, officer)
    ask(claim=review.claim, kinds=[], text="무엇을 파시나요?", actor=officer, at=NOW)
    assert code_of(lambda: ACTIONS["refer"](review, officer, 2)) == "case_merchant_asked"


def test_a_case_that_is_being_assessed_again_is_not_referred(programme, officer):
    review = taken(programme, officer)
    Claim.objects.filter(pk=review.claim_id).update(state="received")
    assert code_of(lambda: ACTIONS["refer"](review, officer, 2)) == "case_being_assessed"


@pytest.mark.parametrize(
    ("verdict", "amount_won", "reasons", "code"),
    [
        ("grant", 1, ["loss_proven"], ""),
        ("grant", 9_000_000, ["loss_proven", "season"], ""),
        ("grant", 0, ["loss_proven"], "proposal_amount_too_low"),
        ("grant", 9_000_001, ["loss_proven"], "proposal_amount_too_high"),
        ("grant", 1, [], "proposal_reasons_missing"),
        ("grant", 1, ["loss_proven", "loss_not_proven"], "proposal_reasons_mixed"),
        ("grant", 1, ["no_such_reason"], "proposal_reasons_mixed"),
        ("refuse", 0, ["loss_not_proven"], ""),
        ("refuse", 5, ["loss_not_proven"], ""),  # a refusal has no amount, whatever is typed
        ("refuse", 0, ["loss_proven"], "proposal_reasons_mixed"),
        ("refuse", 0, [], "proposal_reasons_missing"),
    ],
)
def test_what_can_be_proposed(programme, officer, verdict, amount_won, reasons, code):
    review, details = taken(programme, officer), ProposalDetails(Verdict(verdict), amount_won, reasons)

    def refer():
        return desk.refer(review=review, proposal=details, actor=officer, version=2, at=NOW)

    if code:
        assert code_of(refer) == code
        assert not Proposal.objects.exists()
    else:
        proposal = refer().proposals.get()
        assert proposal.amount_won == (amount_won if verdict == "grant" else 0)


def test_reasons_to_fix_something_are_no_reasons_to_refuse(programme, officer):
    review = taken(programme, officer)
    fixable = [reason.code for reason in review.assessment.policy_version.policy.reasons if reason.kind == "fixable"]
    assert fixable
    for reason in fixable:
        details = ProposalDetails(Verdict.REFUSE, 0, [reason])
        assert (
            code_of(
                lambda details=details: desk.refer(review=review, proposal=details, actor=officer, version=2, at=NOW)
            )
            == "proposal_reasons_mixed"
        )


def test_after_an_objection_more_is_proposed_than_was_granted_or_nothing(programme, officer):
    review = desk.take(review=objection_after(programme, another(programme)), actor=officer, version=1, at=NOW)
    granted = review.claim.determination.amount_won
    for amount, code in [(granted, "proposal_amount_too_low"), (granted + 1, "")]:
        details = ProposalDetails(Verdict.GRANT, amount, ["loss_proven"])

        def refer(details=details):
            return desk.refer(review=review, proposal=details, actor=officer, version=2, at=NOW)

        assert (code_of(refer) if code else refer().state) == (code or "referred")


def test_tags_are_words_of_bounded_number_and_length(programme, officer):
    review = case(programme)

    def tag(*words, remove=()):
        return desk.tag(review=review, add=words, remove=remove, actor=officer, version=None, at=NOW)

    assert tag("급함", " 현장  확인 ", "급함").tags == ["급함", "현장 확인"]
    assert tag(remove=["급함"]).tags == ["현장 확인"]
    assert code_of(lambda: tag("가" * (limits.TAG_LENGTH_MAX + 1))) == "name_too_long"
    assert code_of(lambda: tag(*map(str, range(limits.TAGS_MAX)))) == "tags_too_many"


def test_a_reason_is_needed_and_bounded(programme, officer):
    review = taken(programme, officer)
    hold = {"review": review, "actor": officer, "version": 2, "at": NOW}
    assert code_of(lambda: desk.hold(**hold, reason=" \n")) == "reason_missing"
    assert code_of(lambda: desk.hold(**hold, reason="가" * 501)) == "text_too_long"


def test_what_was_done_is_in_the_history_with_who_did_it(programme, officer):
    review = taken(programme, officer)
    ACTIONS["hold"](review, officer, 2)
    last = review.events.latest("pgh_id")
    assert (last.state, last.pgh_context.metadata["reason"]) == ("held", "case held")
    assert last.pgh_context.metadata["actor"] == officer.pk


def test_what_an_older_version_left_without_a_review_gets_one_with_its_old_deadline(programme, officer):
    review, objection = case(programme), objection_after(programme, officer)
    due = set(Review.objects.filter(state="open").values_list("due_at", flat=True))
    Review.objects.filter(pk__in=[review.pk, objection.pk]).delete()
    Programme.objects.update(status="open")
    tasks.sweep_reviews()
    tasks.sweep_reviews()
    fresh = Review.objects.filter(state="open")
    assert set(fresh.values_list("claim", "objection")) == {
        (review.claim_id, None),
        (objection.claim_id, objection.objection_id),
    }
    assert set(fresh.values_list("due_at", flat=True)) == due
