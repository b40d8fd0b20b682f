"""Whom to call stands below every page, for the programmes that were announced."""

import pytest

from compensation.programmes.models import Programme
from compensation.programmes.selectors import customer_centres
from tests.cast import NOW

pytestmark = pytest.mark.django_db

CALL = '<a class="number" href="tel:+827000001015">070-0000-1015</a>'


@pytest.mark.parametrize(
    ("path", "language", "times"),
    [
        ("/", "ko", 2),
        ("/check-message/", "ko", 2),
        ("/sign-in/", "ko", 1),
        ("/no-such-page/", "ko", 1),
        ("/sign-in/", "en", 1),
    ],
)
def test_a_number_to_call_stands_on_the_page(client, programme, path, language, times):
    page = client.get(path, headers={"accept-language": language}).content.decode()
    assert page.count(CALL) == times
    assert ("평일 09:00~18:00" if language == "ko" else "Monday to Friday") in page


def test_a_programme_loaded_before_files_named_one_shows_nothing(programme):
    Programme.objects.update(customer_centre={})
    assert customer_centres(at=NOW) == ()


def test_a_customer_centre_of_several_programmes_stands_there_once(programme):
    again = {"name_ko": "다른 지원", "name_en": "Other", "customer_centre": programme.customer_centre}
    Programme.objects.create(code="other", incident=programme.incident, status="open", **again)
    Programme.objects.create(code="draft", incident=programme.incident, status="draft", **again)
    assert customer_centres(at=NOW) == (programme.centre,)
