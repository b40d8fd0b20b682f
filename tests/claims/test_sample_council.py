"""The sample's council: a second `make run`, days later, finds it as it is."""

from datetime import timedelta

import pytest

from claims.models import Review, SeatHolder
from claims.selectors.council import council_of, open_items_for
from claims.services.sample import prepare_people
from claims.services.sample_council import SHARES_PERCENT, prepare_council, prepare_session
from tests.cast import NOW
from tests.claims.desk_cast import cases
from users.models import User


@pytest.mark.django_db
def test_a_member_of_the_sample_finds_cases_to_vote_on_and_a_second_run_changes_nothing(programme, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    cases(programme, 6)
    for at in (NOW, NOW + timedelta(days=3)):
        prepare_people(programme=programme)
        prepare_council(programme=programme, at=at)
        called = prepare_session(programme=programme, at=at)
        assert (called is None) == (at != NOW)
    items = open_items_for(member=User.objects.get(username="council"), council=council_of(programme=programme), at=at)
    proposed = {item.proposal.amount_won for item in items}
    assert proposed == {9_000_000 * share // 100 for share in SHARES_PERCENT}
    assert (SeatHolder.objects.count(), Review.objects.filter(state="open").count()) == (6, 1)
