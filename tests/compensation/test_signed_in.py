"""Who has signed in is read when a view asks, and not before; and a connection is looked at, not asked."""

import pytest
from django.db import connection
from django.test import Client

from tests.concurrency.waiting import wait_until
from users.models import User


@pytest.fixture
def client() -> Client:
    signed_in = Client()
    signed_in.force_login(User.objects.create(username="mina"))
    return signed_in


@pytest.mark.django_db
def test_a_view_that_asks_nobody_costs_no_look_up(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_has_closed_is_found_without_a_question():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (ours,) = cursor.fetchone()
    assert connection.is_usable()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [ours])
    other.close()
    wait_until(lambda: not connection.is_usable(), "the end has arrived")
    connection.close()
