"""PostgreSQL and Redis for one machine, from the Python wheels: no server to install, no Docker, no root needed.

Everything lives under `var` in the clone, or in a private folder for tests:

    var/secrets/     one file per secret, made on first use, 0600
    var/run/         the ports that were chosen, locks
    var/postgres/    PostgreSQL's data folder
    var/redis/       Redis' configuration and pid
    var/log/         what they say

`DATABASE_URL` and `REDIS_URL` win over all of this; a service that is given is neither started nor stopped here.
No Django in this package: the settings import it.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from . import postgres, redis_server
from .state import VAR, State, secret
from .system import EmbeddedServiceError

__all__ = [
    "VAR",
    "EmbeddedServiceError",
    "ServiceUrls",
    "hint_when_down",
    "running_services",
    "secret",
    "service_urls",
    "start_services",
    "stop_services",
]


@dataclass(frozen=True)
class ServiceUrls:
    """Where the database and Redis are, passwords included."""

    database_url: str
    redis_url: str

    def as_environment(self) -> dict[str, str]:
        """The same, for a child process."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def service_urls(*, var: Path = VAR) -> ServiceUrls:
    """The addresses: the environment's, else the embedded servers', whether they run or not.

    So lint, types and `manage.py help` work on a fresh clone; `hint_when_down` explains a refused connection.
    """
    return ServiceUrls(
        database_url=os.environ.get("DATABASE_URL") or postgres.url(State(var)),
        redis_url=os.environ.get("REDIS_URL") or redis_server.url(State(var)),
    )


def start_services(*, var: Path = VAR, durable: bool = True) -> ServiceUrls:
    """Start what the environment does not give, or reuse what runs already.

    `durable=False` trades safety for speed, for data that is thrown away: tests.
    Raises EmbeddedServiceError, whose text says what to do.
    """
    with State(var).locked():
        if not os.environ.get("DATABASE_URL"):
            postgres.start(State(var), durable=durable)
        if not os.environ.get("REDIS_URL"):
            redis_server.start(State(var))
    return service_urls(var=var)


def stop_services(*, var: Path = VAR) -> None:
    """Stop the embedded servers, Redis first; one that does not run is no fault."""
    with State(var).locked():
        redis_server.stop(State(var))
        postgres.stop(State(var))


def running_services(*, var: Path = VAR) -> dict[str, int | None]:
    """The process id of each embedded server, None where it does not run."""
    return {"PostgreSQL": postgres.running_pid(State(var)), "Redis": redis_server.running_pid(State(var))}


def hint_when_down() -> str:
    """A sentence for whoever meets a refused connection, in Korean and English."""
    return (
        "데이터베이스나 Redis가 실행 중이 아닙니다. "
        "`make run`으로 시작하거나 DATABASE_URL과 REDIS_URL을 지정해 주세요.\n"
        "The database or Redis is not running: start with `make run` or `python -m compensation.embedded start`, "
        "or set DATABASE_URL and REDIS_URL."
    )
