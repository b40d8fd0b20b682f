"""What `make run` does, step by step, and which processes it keeps running."""

import contextlib
import http.client
import math
import os
import sys
import time
from dataclasses import dataclass, field

from compensation import embedded

from .house import House, StepFailed, StopAsked
from .leftovers import end_marked_processes, sole_supervisor
from .port import next_free, parse_port, require_free_port
from .processes import ProcessSpec

CLONE = embedded.VAR.parent
PROGRAMME = "1015"
CORES = len(os.sched_getaffinity(0))
# Which worker takes which queues: bulk work as wide as the machine, everything short beside it, never behind it.
# Messages have one of their own: a provider that does not answer must keep nobody else waiting.
WORKERS = {
    "bulk": (["assessment", "grants", "files"], CORES),
    "default": (["default"], 1),
    "messages": (["codes", "messages"], 1),
}
# Few of the threads work at once (REQUESTS_AT_ONCE); the rest wait: for slow phones, and for the commit that
# applications for the pass share (users/services/pass_batcher.py): the more wait, the fewer commits.
WEB_WORKERS, WEB_THREADS = 2, 24
DEATHS_MAX_ONCE = 4  # in a row, of one child: about 15 seconds of trying
_STEPS = 6


@dataclass
class Terminal:
    """What people see: numbered steps with the time since the start."""

    started_at: float = field(default_factory=lambda: float(os.environ.get("STARTED_AT") or time.time()))
    _step: int = 0

    def step(self, text: str) -> None:
        self._step += 1
        self.say(f"[{self._step}/{_STEPS}] {text}")

    def say(self, text: str) -> None:
        minutes, seconds = divmod(int(time.time() - self.started_at), 60)
        with contextlib.suppress(OSError):  # the terminal may be gone; stopping goes on
            print(f"{minutes:2d}:{seconds:02d}  {text}", flush=True)


def run() -> int:
    """Everything, from the servers to the report, then stay up. Answers the exit status."""
    terminal = Terminal()
    port = parse_port(os.environ.get("PORT") or "8000")
    with sole_supervisor(embedded.VAR):
        end_marked_processes(embedded.VAR)
        require_free_port(port)
        _stand_in_for_kakao(port)
        _stand_in_for_open_banking(port)
        house = House(
            var=embedded.VAR,
            say=terminal.say,
            watch=lambda: _keep_servers(terminal),
            deaths_max=DEATHS_MAX_ONCE if _once() else math.inf,
        )
        house.listen_to_signals()
        try:
            return _work(house, terminal, port)
        except StopAsked:
            terminal.say("Stopping …")
            return 130 if _once() else 0
        except (StepFailed, embedded.EmbeddedServiceError) as error:
            terminal.say(str(error))
            return 1
        finally:
            house.stop()
            embedded.stop_services()
            terminal.say("Everything is stopped.")


def _work(house: House, terminal: Terminal, port: int) -> int:
    _prepare(house, terminal)
    address = f"http://127.0.0.1:{port}"
    web, *others = processes(port)
    terminal.step(f"Web: {address}")
    house.start([web])
    terminal.step("Sample data, where there is none")
    house.require(manage("prepare_sample"))
    if not house.wait_until(lambda: _web_answers(port), within_seconds=60):
        raise StepFailed(f"The web does not answer. See {embedded.VAR / 'log' / 'web.log'}")
    house.run(manage("sign_ins"))
    terminal.say(f"Open {address} (progress shows there too)")
    terminal.step(f"The programme {PROGRAMME}: files, claims, channel cash, grants, report")
    house.start(others)
    status = house.run(manage("run_programme", PROGRAMME))
    if status != 0:
        terminal.say(f"The programme's run ended with exit status {status}.")
    house.run(manage("prepare_sample", "--cases"))
    if _once():
        return status
    house.run(manage("sign_ins"))  # again, below the report: they have scrolled away
    terminal.say(f"Running at {address} . Ctrl-C stops everything.")
    house.stay()
    return status


def _prepare(house: House, terminal: Terminal) -> None:
    terminal.step("PostgreSQL and Redis")
    embedded.start_services()
    terminal.step("Front-end parts")
    house.require([sys.executable, "bin/assets.py"], quiet_as="setup")
    terminal.step(f"Texts, static files, tables, and the rules of programmes/{PROGRAMME}.toml")
    house.require(manage("prepare_site", f"programmes/{PROGRAMME}.toml"))


def processes(port: int) -> list[ProcessSpec]:
    """The web first, then the workers and beat."""
    celery = [sys.executable, "-m", "celery", "-A", "compensation"]
    gunicorn = [sys.executable, "-m", "gunicorn", "compensation.wsgi:application", f"--bind=127.0.0.1:{port}"]
    gunicorn += [f"--workers={WEB_WORKERS}", f"--threads={WEB_THREADS}", "--graceful-timeout=5"]
    gunicorn += ["--access-logfile=-", "--no-control-socket"]
    workers = [
        ProcessSpec(
            name=f"worker-{name}",
            command=[
                *[*celery, "worker", f"--hostname={name}@%h", f"--queues={','.join(queues)}"],
                *[f"--concurrency={concurrency}", "--without-gossip", "--without-mingle", "--loglevel=INFO"],
            ],
        )
        for name, (queues, concurrency) in WORKERS.items()
    ]
    schedule = embedded.VAR / "run" / "beat-schedule"
    beat = ProcessSpec(
        name="beat", command=[*celery, "beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO"]
    )
    return [ProcessSpec(name="web", command=gunicorn), *workers, beat, *_kakao(), *_open_banking()]


def _stand_in_for_kakao(port: int) -> None:
    """Where no Kakao is configured, the environment of all processes names a stand-in beside the web.

    It believes whatever a visitor says, so it is not for a site that people reach from outside.
    """
    if any(name.startswith("KAKAO_") for name in os.environ) or os.environ.get("BEHIND_TLS"):
        return
    own_port = next_free(port)
    os.environ |= {
        "KAKAO_STAND_IN_PORT": str(own_port),
        "KAKAO_SERVER_URL": f"http://127.0.0.1:{own_port}",
        "KAKAO_CLIENT_ID": "stand-in-client",
        "KAKAO_CLIENT_SECRET": "stand-in-secret",
        "KAKAO_LOGIN_SITES": "",
    }


def _kakao() -> list[ProcessSpec]:
    if not (port := os.environ.get("KAKAO_STAND_IN_PORT")):
        return []
    return [ProcessSpec(name="kakao", command=[sys.executable, "-m", "users.standins.openid_provider", port])]


def _stand_in_for_open_banking(port: int) -> None:
    """Where no Open Banking is configured, banks are asked of a stand-in, which believes the merchants of this site."""
    if any(name.startswith("OPEN_BANKING_") for name in os.environ) or os.environ.get("BEHIND_TLS"):
        return
    own_port = next_free(next_free(port))
    os.environ |= {
        "OPEN_BANKING_STAND_IN_PORT": str(own_port),
        "OPEN_BANKING_ADDRESS": f"http://127.0.0.1:{own_port}",
        "OPEN_BANKING_CLIENT_ID": "stand-in-client",
        "OPEN_BANKING_CLIENT_SECRET": "stand-in-secret",
        "OPEN_BANKING_INSTITUTION": "M202200101",
    }


def _open_banking() -> list[ProcessSpec]:
    if not (port := os.environ.get("OPEN_BANKING_STAND_IN_PORT")):
        return []
    command = [sys.executable, "-m", "merchants.standins.open_banking", port]
    return [ProcessSpec(name="open-banking", command=command)]


def manage(*arguments: str) -> list[str]:
    """A command of `manage.py`."""
    return [sys.executable, str(CLONE / "manage.py"), *arguments]


def _keep_servers(terminal: Terminal) -> None:
    """Start an embedded server again that has died under us."""
    given = {"PostgreSQL": "DATABASE_URL", "Redis": "REDIS_URL"}
    for name, pid in embedded.running_services().items():
        if pid is None and not os.environ.get(given[name]):
            terminal.say(f"{name} is gone; starting it again.")
            embedded.start_services()


def _web_answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def _once() -> bool:
    return os.environ.get("ONCE", "") not in ("", "0")
