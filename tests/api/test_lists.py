"""Pages of a list, and how often one may ask."""

import pytest
from redis.exceptions import ConnectionError as RedisDown

from claims.models import Claim
from compensation.runtime.api_throttles import Throttle
from merchants.models import Representative
from tests.api.cast import fields_of, problem_of
from tests.cast import NOW, make_claims

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(programme, merchant):
    """Six claims more, all of the same moment: what a file of the association makes."""
    make_claims(programme=programme, count=6, first=100)
    claims = Claim.objects.exclude(merchant__representatives__user=merchant)
    Representative.objects.bulk_create(
        Representative(merchant_id=pk, user=merchant, since=NOW) for pk in claims.values_list("merchant", flat=True)
    )


@pytest.mark.usefixtures("many")
def test_page_by_page_everything_comes_once_newest_first(program):
    seen, cursor = [], {}
    while True:
        page = program.get("/claims", limit=3, **cursor).json()
        seen += [claim["reference"] for claim in page["results"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    newest_first = Claim.objects.order_by("-received_at", "-id").values_list("reference", flat=True)
    assert seen == list(newest_first)


@pytest.mark.usefixtures("many")
def test_a_cursor_shows_no_row_numbers_and_cannot_be_made_up(program):
    cursor = program.get("/claims", limit=1).json()["next_cursor"]
    middle = len(cursor) // 2
    forged = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    assert fields_of(program.get("/claims", cursor=forged)) == {"cursor": "cursor_unknown"}
    assert fields_of(program.get("/drafts", cursor=cursor)) == {"cursor": "cursor_unknown"}


@pytest.mark.parametrize("cursor", ["x", "1:AAAA", "\0", "가", "=" * 9, "MTpBQUFB", "x" * 5_000])
def test_a_nonsense_cursor_is_told(program, cursor):
    assert fields_of(program.get("/claims", cursor=cursor)) == {"cursor": "cursor_unknown"}


@pytest.mark.parametrize("limit", ["0", "-1", "101", "100000000", "", "1e2", "१", "x", "\0", "9" * 99])
def test_a_limit_out_of_its_bounds_is_told(program, limit):
    assert fields_of(program.get("/claims", limit=limit)) == {"limit": "limit_out_of_range"}


def test_whoever_asks_too_often_waits(program, monkeypatch):
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", Throttle.THROTTLE_RATES | {"read": "2/min"})
    answers = [program.get("/claims") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert problem_of(answers[-1], 429)["code"] == "throttled"
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_people_are_counted_apart(program, stranger, monkeypatch):
    monkeypatch.setattr(Throttle, "THROTTLE_RATES", Throttle.THROTTLE_RATES | {"read": "1/min"})
    assert [program.get("/claims").status_code, stranger.get("/claims").status_code] == [200, 200]


def test_without_redis_strangers_come_back_later_and_the_others_go_on(program, nobody, monkeypatch):
    def down(*_args, **_kwargs):
        raise RedisDown

    monkeypatch.setattr(Throttle.cache, "get", down)
    answer = nobody.get("/programmes")
    assert problem_of(answer, 503)["code"] == "unavailable"
    assert "Retry-After" in answer
    assert program.get("/claims").status_code == 200
