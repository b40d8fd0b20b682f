"""Votes and recusals: who may, what is complete, and that both are final."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from claims.models import CouncilDecision, Recusal, Review, SeatHolder, Vote
from claims.selectors.ballots import spoken
from claims.selectors.council import open_items_for
from claims.selectors.recusals import proposed_recusals
from claims.selectors.voters import why_no_vote
from claims.services.council.voting import VoteRefused, recuse
from compensation.programmes.models import PolicyVersion, Role
from merchants.models import BankAccount, Merchant, Representative
from tests.cast import NOW, SENT_IN, a_session, person, referred_review
from tests.claims.council_cast import HOUR, council, item, step_aside, vote
from users.models import Contact

pytestmark = pytest.mark.django_db
__all__ = ["council", "item"]


def refusal(work, *args, **kwargs) -> str:
    with pytest.raises(VoteRefused) as refused, transaction.atomic():
        work(*args, **kwargs)
    return refused.value.code


@pytest.mark.parametrize(
    ("choice", "amount_won", "reasons", "code"),
    [
        ("maybe", 0, [], "vote_choice_missing"),
        ("support_other", 0, ["loss_proven"], "vote_amount_out_of_bounds"),
        ("support_other", 9_000_001, ["loss_proven"], "vote_amount_out_of_bounds"),
        ("support_other", 2_000_000, ["loss_proven"], "vote_amount_as_proposed"),
        ("support_other", 1, [], "vote_reasons_missing"),
        ("support_other", 1, ["loss_not_proven"], "vote_reason_unfit"),
        ("support_other", 9_000_000, ["loss_proven", "season"], None),
        ("support_other", 1, ["season"], None),
        ("refuse", 0, [], "vote_reasons_missing"),
        ("refuse", 0, ["season"], "vote_reason_unfit"),
        ("refuse", 0, ["paper_missing"], "vote_reason_unfit"),
        ("refuse", 0, ["loss_not_proven", "outside_outage"], None),
        ("send_back", 0, [], "vote_reasons_missing"),
        ("send_back", 0, ["needs_more_facts"], None),
        ("support", 5, ["loss_not_proven"], "vote_reason_unfit"),
        ("support", 5, [], None),
    ],
)
def test_a_vote_has_to_be_complete(item, council, choice, amount_won, reasons, code):
    if code:
        assert refusal(vote, item, council.members[0], choice, amount_won=amount_won, reasons=reasons) == code
        assert not Vote.objects.exists()
        return
    cast = vote(item, council.members[0], choice, amount_won=amount_won, reasons=reasons)
    expected = {"support": 2_000_000, "support_other": amount_won}.get(choice, 0)
    assert (cast.amount_won, cast.reasons) == (expected, reasons)


def a_case_by_other_rules(programme, **changes):
    """On an agenda, assessed by a policy that differs in these keys; None leaves one out."""
    document = programme.policy_versions.get().document | changes
    document = {key: value for key, value in document.items() if value is not None}
    PolicyVersion.objects.create(programme=programme, number=2, document=document, digest="of other rules")
    return a_session(programme, referred_review(programme)).items.get()


def test_where_the_policy_lists_no_reasons_words_are_needed(programme, council):
    case = a_case_by_other_rules(programme, reasons=None)
    assert refusal(vote, case, council.members[0], "refuse", reasons=[]) == "vote_reasons_missing"
    assert vote(case, council.members[0], "refuse", reasons=[], text="자료가 없습니다.").text == "자료가 없습니다."


def test_where_the_company_has_a_voice_only_it_neither_votes_nor_is_waited_for(programme, council):
    rules = programme.policy_versions.get().document["council"] | {"company_votes": False}
    case = a_case_by_other_rules(programme, council=rules)
    assert refusal(vote, case, council.members[4]) == "vote_voice_only"
    for member in council.members[:4]:
        vote(case, member)
    assert CouncilDecision.objects.get().outcome == "granted"


def test_a_vote_is_final_and_sending_it_again_is_the_same_vote(item, council):
    first = vote(item, council.members[0])
    assert vote(item, council.members[0], at=NOW + 2 * HOUR) == first
    assert refusal(vote, item, council.members[0], "refuse") == "vote_cast"
    assert refusal(recuse, item=item, member=council.members[0], basis="filed", text="", at=NOW + HOUR) == "vote_cast"


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW - timedelta(microseconds=1), "vote_not_open"),
        (NOW, None),
        (NOW + SENT_IN - timedelta(microseconds=1), None),
        (NOW + SENT_IN, "vote_time_over"),
    ],
)
def test_votes_are_taken_from_the_opening_until_before_the_end(item, council, at, code):
    why = why_no_vote(item=item, member=council.members[0], at=at)
    assert (why and why.code) == code


def test_a_seat_has_one_vote_whoever_of_it_speaks_first(item, council):
    vote(item, council.substitute)
    assert refusal(vote, item, council.members[0]) == "vote_of_seat_cast"
    assert [cast.seat.party for cast in Vote.objects.all()] == ["consumer_groups"]


def test_without_a_seat_in_its_term_nobody_votes(item, council, programme):
    assert refusal(vote, item, person("guest", programme, Role.COUNCIL)) == "vote_no_seat"
    SeatHolder.objects.filter(user=council.members[1]).update(term_until=NOW.date())
    assert refusal(vote, item, council.members[1]) == "vote_no_seat"


def test_a_recused_member_does_not_vote_in_the_service_or_in_the_database(item, council):
    member = council.members[3]
    step_aside(item, member)
    step_aside(item, member)
    assert Recusal.objects.count() == 1
    assert refusal(vote, item, member) == "vote_recused"
    refuse_in_database(item, member, "a recused member does not vote")


def test_whoever_prepared_the_case_does_not_vote(item, council):
    member = council.members[3]
    Review.objects.filter(pk=item.review_id).update(officer=member)
    assert refusal(vote, item, member) == "vote_prepared"
    refuse_in_database(item, member, "prepared a case")


def test_whoever_acts_for_the_merchant_does_not_vote(item, council):
    member = council.members[3]
    Representative.objects.create(merchant=item.review.claim.merchant, user=member, since=NOW)
    assert refusal(vote, item, member) == "vote_acts_for_merchant"
    refuse_in_database(item, member, "acts for the merchant")


def refuse_in_database(item, member, message) -> None:
    seat = member.council_seats.get().seat
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        Vote.objects.create(item=item, seat=seat, member=member, choice="refuse", cast_at=NOW)


def test_the_system_proposes_recusals_from_what_the_data_show(item, council):
    member, merchant = council.members[2], item.review.claim.merchant
    assert proposed_recusals(item=item, member=member) == ()
    Merchant.objects.filter(pk=merchant.pk).update(phone="+821012345678")
    Contact.objects.create(user=member, kind="phone", value="+821012345678", value_index="x", verified_at=NOW)
    BankAccount.objects.create(
        merchant=merchant, bank_code="004", number="1", number_last4="1", holder=member.name, created_at=NOW
    )
    Representative.objects.create(merchant=merchant, user=member, since=NOW)
    item.refresh_from_db()
    found = [basis.code for basis in proposed_recusals(item=item, member=member)]
    assert found == ["acts_for_merchant", "same_contact", "same_account"]


def test_it_is_shown_how_many_seats_have_spoken_and_what_waits_for_whom(item, council):
    assert (spoken(item=item, at=NOW).spoken, spoken(item=item, at=NOW).seats) == (0, 5)
    vote(item, council.members[0])
    step_aside(item, council.members[1])
    found = spoken(item=item, at=NOW + HOUR)
    assert (found.spoken, found.seats) == (1, 4)
    waiting = [
        bool(open_items_for(member=user, council=council.council, at=NOW + HOUR))
        for user in (*council.members, council.substitute)
    ]
    assert waiting == [False, False, True, True, True, False]


def test_a_basis_has_to_be_one_of_the_list(item, council):
    code = refusal(recuse, item=item, member=council.members[0], basis="mood", text="", at=NOW)
    assert code == "recusal_basis_unknown"
