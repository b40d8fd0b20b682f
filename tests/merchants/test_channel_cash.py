"""Channel cash: every small merchant on the channel, once per programme."""

import threading

import pytest
from django.db import connection

from compensation.ledger.models import Account
from compensation.ledger.selectors import balances
from merchants.models import ChannelCashGrant, Merchant
from merchants.services.channel_cash import grant_channel_cash
from tests.cast import NOW, make_claims


def test_every_merchant_on_the_channel_gets_it_once(programme):
    make_claims(programme=programme, count=5)
    assert grant_channel_cash(programme=programme, at=NOW) == 5
    assert grant_channel_cash(programme=programme, at=NOW) == 0
    assert balances(programme=programme)[Account.CHANNEL_CASH] == 5 * 50_000


@pytest.mark.parametrize(
    ("facts", "granted"),
    [
        ({"on_channel": False}, 0),
        ({"certificate_state": "refused"}, 0),
        ({"certificate_state": "verified"}, 1),
        ({"certificate_state": "none"}, 1),
    ],
)
def test_who_is_on_the_channel_and_not_refused_as_small_gets_it(programme, facts, granted):
    make_claims(programme=programme, count=1)
    Merchant.objects.update(**facts)
    assert grant_channel_cash(programme=programme, at=NOW) == granted


def test_a_merchant_that_joins_the_channel_later_gets_it_with_the_next_run(programme):
    make_claims(programme=programme, count=2)
    late = Merchant.objects.latest("id")
    Merchant.objects.filter(pk=late.pk).update(on_channel=False)
    grant_channel_cash(programme=programme, at=NOW)
    Merchant.objects.filter(pk=late.pk).update(on_channel=True)
    assert grant_channel_cash(programme=programme, at=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_grant_it_once(programme):
    make_claims(programme=programme, count=200)
    start, granted = threading.Barrier(2), []

    def run():
        start.wait()
        granted.append(grant_channel_cash(programme=programme, at=NOW))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(granted) == ChannelCashGrant.objects.count() == 200
