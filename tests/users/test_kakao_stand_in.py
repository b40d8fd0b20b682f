"""The stand-in as `make run` starts it."""

import subprocess
import sys
import time

import pytest
import requests

from compensation.supervisor import plan
from compensation.supervisor.port import next_free


@pytest.fixture
def no_kakao(monkeypatch):
    """No Kakao is configured; what the plan puts into the environment is gone afterwards."""
    for name in (
        "KAKAO_STAND_IN_PORT",
        "KAKAO_SERVER_URL",
        "KAKAO_CLIENT_ID",
        "KAKAO_CLIENT_SECRET",
        "KAKAO_LOGIN_SITES",
    ):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def names(monkeypatch, **environment):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    plan._stand_in_for_kakao(8000)
    return [spec.name for spec in plan.processes(8000)]


def test_it_runs_where_no_kakao_is_configured(no_kakao, monkeypatch):
    assert "kakao" in names(monkeypatch)


@pytest.mark.parametrize("environment", [{"KAKAO_CLIENT_ID": "real"}, {"BEHIND_TLS": "1"}])
def test_it_does_not_run_beside_the_real_one_or_on_a_public_site(no_kakao, monkeypatch, environment):
    assert "kakao" not in names(monkeypatch, **environment)


def test_it_answers_as_a_process_of_its_own():
    port = next_free(18_000)
    process = subprocess.Popen([sys.executable, "-m", "users.standins.openid_provider", str(port)])
    try:
        assert discovered(f"http://127.0.0.1:{port}")["code_challenge_methods_supported"] == ["S256"]
    finally:
        process.kill()
        process.wait()


def discovered(url):
    for _ in range(300):
        try:
            return requests.get(f"{url}/.well-known/openid-configuration", timeout=60).json()
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(url)
