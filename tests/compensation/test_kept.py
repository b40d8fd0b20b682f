"""What a process keeps of the rules, and for how long."""

import itertools

import pytest

from compensation.runtime import kept

MOMENT = 0.001


@pytest.fixture
def clock(monkeypatch, settings):
    settings.KEPT_SECONDS = 5
    now = [1000.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: now[0])
    return now


def test_an_answer_is_believed_for_its_seconds_and_then_asked_for_again(clock):
    answers, rules = itertools.count(), kept.Kept()
    told = []
    for later in (0, 5 - MOMENT, MOMENT, 0):
        clock[0] += later
        told.append(rules.get("1015", lambda: next(answers)))
    assert told == [0, 0, 1, 1]


def test_each_key_has_its_own_answer_and_they_do_not_pile_up(clock):
    rules = kept.Kept()
    assert [rules.get(key, lambda key=key: -key) for key in range(kept.KEYS_MAX + 1)][-2:] == [-99, -100]
    assert len(rules._known) <= kept.KEYS_MAX
