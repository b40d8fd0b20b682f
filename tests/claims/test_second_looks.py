"""The second look: everything that was determined is drawn over once, and what is drawn is not paid before it."""

import json
from io import StringIO
from threading import Event

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from claims.models import Claim, Determination, SecondLook, SecondLookDraw
from claims.selectors.payouts import kept_back
from claims.selectors.second_looks import draws_of, repeat_draw
from claims.services import assessment
from claims.services.facts import correct_facts
from claims.services.second_looks import LookRefused, draw, look
from compensation.programmes.models import Role
from tests.cast import NOW, make_claims, person
from tests.claims.pages_cast import assessed_claims
from tests.claims.status_cast import DAY, assessed_claim, hong
from tests.concurrency.waiting import at_once, wait_until
from users.services.people import system_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(programme):
    """Looks again."""
    return person("second", programme, Role.OFFICER)


@pytest.fixture
def waiting(programme) -> SecondLook:
    """A determination that was drawn."""
    claim = assessed_claim(programme)
    draw(programme=programme, at=NOW)
    return claim.determination.second_look


def drawn_ids() -> set[int]:
    return set(SecondLook.objects.values_list("determination", flat=True))


def refused(second_look, actor, outcome="agrees", note="") -> str:
    with pytest.raises(LookRefused) as error:
        look(second_look=second_look, outcome=outcome, note=note, actor=actor, at=NOW)
    return error.value.code


def test_everything_is_drawn_over_once_the_first_twenty_all_and_then_a_share(programme):
    assessed_claims(programme=programme, count=400)
    first = draw(programme=programme, at=NOW)
    assert (first.candidates, first.first_place) == (300, 1)  # every fourth waits for the council
    assert set(Determination.objects.order_by("id").values_list("id", flat=True)[:20]) <= drawn_ids()
    assert 20 + 5 < first.drawn < 20 + 60
    assert draw(programme=programme, at=NOW) is None
    make_claims(programme=programme, count=100, first=1_000)
    assessment.assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    later = draw(programme=programme, at=NOW + DAY)
    assert (later.after_id, later.first_place) == (first.up_to_id, 301)
    assert later.seed != first.seed
    assert later.candidates + 300 == Determination.objects.count()


def test_a_draw_is_repeated_from_its_seed_and_names_what_differs(programme):
    assessed_claims(programme=programme, count=100)
    row = draw(programme=programme, at=NOW)
    assert repeat_draw(draw=row).is_same
    wrong = Determination.objects.exclude(pk__in=drawn_ids()).first()
    lost = SecondLook.objects.first()
    SecondLook.objects.filter(pk=lost.pk).delete()
    SecondLook.objects.create(draw=row, programme=programme, determination=wrong)
    repetition = repeat_draw(draw=row)
    assert repetition.missing == (f"{lost.determination.claim.reference}:{lost.determination_id}",)
    assert repetition.extra == (f"{wrong.claim.reference}:{wrong.pk}",)
    assert not repetition.is_same


def test_the_command_draws_lists_and_repeats(programme):
    def told(*words) -> list:
        out = StringIO()
        call_command("second_looks", *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    assessed_claims(programme=programme, count=40)
    [row] = told("draw", "1015")
    assert (row["number"], row["candidates"], row["share_bp"], len(row["seed"])) == (1, 30, 1_000, 32)
    assert told("draw", "1015") == []
    assert [row["seed"]] == [one["seed"] for one in told("list", "1015")]
    assert [one["is_same"] for one in told("repeat", "1015", "--draw=1")] == [True]
    SecondLook.objects.all()[:1].get().delete()
    with pytest.raises(CommandError, match="not what the seed draws: 1"):
        told("repeat", "1015")
    with pytest.raises(CommandError, match="no such draw"):
        told("repeat", "1015", "--draw=2")


def held_back(programme) -> set[Determination]:
    """Whose payouts wait for a draw, or for somebody who agrees."""
    kept = kept_back(programme=programme)
    return {row.determination for row, because in kept if because in ("second_look_draw", "second_look")}


def test_a_payout_waits_until_it_is_drawn_over_and_somebody_agrees(programme, second, waiting):
    fresh = assessed_claim(programme, lost_sales_won=400_000).determination
    assert held_back(programme) == {waiting.determination, fresh}
    look(second_look=waiting, outcome="agrees", note="", actor=second, at=NOW)
    assert held_back(programme) == {fresh}
    draw(programme=programme, at=NOW)
    look(second_look=fresh.second_look, outcome="differs", note="영업이익률이 다릅니다.", actor=second, at=NOW)
    assert held_back(programme) == {fresh}


def test_where_nobody_looks_twice_nothing_is_held_back(programme):
    version = programme.policy_versions.get()
    del version.document["second_look"]
    version.digest = "another"
    version.save()
    assessed_claims(programme=programme, count=4)
    draw(programme=programme, at=NOW)
    assert not held_back(programme)


def test_the_same_again_is_the_same_look_and_another_comes_too_late(programme, officer, second, waiting):
    for _ in range(2):
        look(second_look=waiting, outcome="differs", note=" 다릅니다. ", actor=second, at=NOW)
    assert refused(waiting, officer) == "look_done"
    assert refused(waiting, second, "differs", "더 다릅니다.") == "look_done"
    assert SecondLook.objects.get().note == "다릅니다."
    with pytest.raises(Exception, match="second_look_is_done_once"), transaction.atomic():
        SecondLook.objects.update(note="바꿈")


@pytest.mark.parametrize(
    ("outcome", "note", "code"),
    [("", "", "look_outcome_missing"), ("perhaps", "x", "look_outcome_missing"), ("differs", " ", "look_note_missing")],
)
def test_an_incomplete_look_is_refused_with_a_sentence(second, waiting, outcome, note, code):
    assert refused(waiting, second, outcome, note) == code


def test_who_had_a_part_in_the_case_does_not_look_again(programme, officer, second, waiting):
    claim = waiting.determination.claim
    assert refused(waiting, hong(programme)) == "look_own_work"  # acts for the business
    changes = {"reported_margin_bp": 9_000}
    correct_facts(claim=claim, changes=changes, actor=officer, reason="고침", at=NOW)
    assessment.assess_next_batch(programme=programme, actor=system_user(), at=NOW)
    draw(programme=programme, at=NOW)
    again = Claim.objects.get(pk=claim.pk).determination.second_look
    assert refused(again, officer) == "look_own_work"
    assert look(second_look=again, outcome="agrees", note="", actor=second, at=NOW).looked_by == second


def test_the_database_refuses_it_too(programme, waiting):
    with pytest.raises(IntegrityError, match="had a part"), transaction.atomic():
        SecondLook.objects.update(outcome="agrees", looked_by=hong(programme), looked_at=NOW)


def test_a_determination_that_was_superseded_first_is_no_longer_looked_at(programme, officer, second, waiting):
    claim = waiting.determination.claim
    correct_facts(claim=claim, changes={"reported_margin_bp": 9_000}, actor=officer, reason="고침", at=NOW)
    assert refused(waiting, second) == "look_superseded"
    assert draws_of(programme=programme)[0].standings["dropped"] == 1


@pytest.mark.django_db(transaction=True)
def test_two_draws_at_once_are_one(programme):
    assessed_claims(programme=programme, count=40)
    rows = at_once(*[lambda: draw(programme=programme, at=NOW)] * 2)
    assert sum(row is not None for row in rows) == 1
    assert SecondLookDraw.objects.get().candidates == Determination.objects.count()


@pytest.mark.django_db(transaction=True)
def test_two_looks_at_once_are_one(programme, officer, second, waiting):
    looks = [
        lambda actor=actor: look(second_look=waiting, outcome="agrees", note="", actor=actor, at=NOW)
        for actor in (officer, second)
    ]
    assert sorted(isinstance(one, LookRefused) for one in at_once(*looks)) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_a_draw_waits_for_determinations_whose_ids_are_taken_but_which_are_not_there_yet(programme, monkeypatch):
    """Their ids are lower than those of a batch that ends first: a draw that did not wait would pass them by."""
    assessed_claim(programme)  # the policy is frozen: on that the two batches would wait for each other
    make_claims(programme=programme, count=10, first=1_000)
    taken, ends = Event(), Event()

    def slow(*args, **values):
        taken.set()
        ends.wait(60)
        write(*args, **values)

    def first_batch():
        return assessment.assess_next_batch(programme=programme, actor=system_user(), at=NOW, size=5)

    def second_batch_and_draw():
        taken.wait(60)
        monkeypatch.setattr(assessment, "write_results", write)
        assessment.assess_next_batch(programme=programme, actor=system_user(), at=NOW)
        return draw(programme=programme, at=NOW)

    def release_once_the_draw_waits():
        wait_until(a_draw_waits, "the draw waits for the batch")
        ends.set()

    write = assessment.write_results
    monkeypatch.setattr(assessment, "write_results", slow)
    done, row, _ = at_once(first_batch, second_batch_and_draw, release_once_the_draw_waits)
    assert (done, row.candidates) == (5, 11)


def a_draw_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'relation')")
        return cursor.fetchone()[0]
