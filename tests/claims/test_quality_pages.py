"""The pages of objections, second looks and deadlines: who gets in, what they take, how often they ask the database."""

import pytest
from django.utils import timezone

from claims.models import SecondLook
from claims.services.second_looks import draw
from compensation.audit.models import AccessRecord
from compensation.programmes.models import Role
from tests.cast import NOW, person
from tests.claims.desk_cast import another, cases, objection_after
from tests.claims.pages_cast import assessed_claims
from tests.claims.status_cast import assessed_claim

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("warm_process")]

BASE = "/programmes/1015/"
OBJECTIONS, DEADLINES, LOOKS = f"{BASE}review/objections/", f"{BASE}review/deadlines/", f"{BASE}second-looks/"
SEEN_BY = (Role.OFFICER, Role.OPS, Role.AUDITOR)


@pytest.fixture
def waiting(programme) -> SecondLook:
    claim = assessed_claim(programme, at=timezone.now())
    draw(programme=programme, at=timezone.now())
    return claim.determination.second_look


def address(look: SecondLook) -> str:
    return f"{LOOKS}{look.determination.claim.reference}/1/"


@pytest.mark.parametrize("role", list(Role))
def test_who_reviews_or_watches_sees_them_and_only_officers_look(client, programme, waiting, role):
    client.force_login(person("somebody", programme, role))
    shown = {client.get(path).status_code for path in (OBJECTIONS, DEADLINES, LOOKS, address(waiting))}
    assert shown == ({200} if role in SEEN_BY else {404})
    sent = client.post(address(waiting), {"outcome": "agrees"}).status_code
    assert sent == (302 if role == Role.OFFICER else 404)


@pytest.mark.parametrize("rest", ["NOPE/1/", "{reference}/0/", "{reference}/2/", "{reference}/99999999999999999999/"])
def test_a_look_that_does_not_exist_is_not_there(client, officer, waiting, rest):
    client.force_login(officer)
    assert client.get(LOOKS + rest.format(reference=waiting.determination.claim.reference)).status_code == 404


def test_looking_shows_the_working_leaves_a_record_and_is_done_once(client, officer, waiting):
    client.force_login(officer)
    page = client.get(address(waiting)).content.decode()
    assert "30,000원" in page
    assert AccessRecord.objects.get().task == "second_look_opened"
    listed = client.post(address(waiting), {"outcome": "agrees", "note": ""}, follow=True)
    assert "재확인을 마쳤습니다." in listed.content.decode()
    assert SecondLook.objects.get().looked_by == officer
    assert "재확인 마치기" not in client.get(address(waiting)).content.decode()
    assert waiting.determination.claim.reference in client.get(f"{LOOKS}?standing=agrees").content.decode()


@pytest.mark.parametrize(
    ("sent", "field"),
    [({}, "id_outcome_0"), ({"outcome": "x"}, "id_outcome_0"), ({"outcome": "differs", "note": " "}, "id_note")],
)
def test_what_is_missing_stands_next_to_its_field(client, officer, waiting, sent, field):
    client.force_login(officer)
    answer = client.post(address(waiting), sent)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.content.decode()


@pytest.mark.parametrize("note", ["a\0b", "😀" * 20, "x" * 3_000, "<script>alert(1)</script>", "\u202eabc"])
def test_whatever_is_written_is_taken_as_text_or_refused(client, officer, waiting, note):
    client.force_login(officer)
    answer = client.post(address(waiting), {"outcome": "differs", "note": note})
    assert answer.status_code in (302, 422)
    assert "<script>alert" not in client.get(f"{LOOKS}?standing=differs").content.decode()


def test_an_officer_who_had_a_part_finds_a_sentence_instead_of_the_form(client, programme, officer):
    review = objection_after(programme, officer)
    draw(programme=programme, at=NOW)
    client.force_login(officer)
    page = client.get(address(review.objection.determination.second_look)).content.decode()
    assert "참여했거나" in page
    assert "재확인 마치기" not in page


@pytest.mark.parametrize("query", ["", "?whose=mine", "?whose=nobody", "?whose=%00", "?standing=nonsense&page=x"])
def test_nonsense_in_an_address_shows_everything(client, officer, waiting, query):
    client.force_login(officer)
    assert {client.get(path + query).status_code for path in (OBJECTIONS, DEADLINES, LOOKS)} == {200}


@pytest.mark.parametrize("count", [1, 6])
def test_the_number_of_queries_does_not_grow(client, programme, officer, django_assert_num_queries, count):
    assessed_claims(programme=programme, count=4 * count)
    draw(programme=programme, at=NOW)
    cases(programme, count)
    objection_after(programme, another(programme))
    client.force_login(officer)
    client.get(BASE)
    for path, queries in {OBJECTIONS: 9, DEADLINES: 11, LOOKS: 12}.items():
        with django_assert_num_queries(queries, info=path):
            client.get(path)


def test_the_overview_shows_deadlines_to_those_whose_business_they_are(client, programme, ops):
    cases(programme, 2)  # their deadline was in 2023
    client.force_login(ops)
    assert "기한이 지난 심사 2건" in client.get(BASE).content.decode()
    client.force_login(person("agent", programme, Role.AGENT))
    assert "기한이 지난 심사" not in client.get(BASE).content.decode()
