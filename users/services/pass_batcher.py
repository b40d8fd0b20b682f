"""Group commit of applications: those that wait at the same moment are put in line by one transaction.

Each process has one thread that gathers what its request threads ask for; they are answered after the commit, so what a
member is told is durably true. Nothing is kept here: a process that is killed leaves nothing half-done, and whoever got
no answer applies again and gets the place that they have.
"""

import logging
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils.translation import gettext_lazy as _

from compensation.policy.quota import Standing
from compensation.runtime.turnstile import leave_place
from users.services.storage_pass import Applicant, Outcome, PassRefused, put_in_line

BATCH_MAX = 500  # applications of one transaction: a few milliseconds under the lock of the line
ANSWER_SECONDS = 10  # then the person is asked to try again; the application may have gone through, which is harmless
IDLE_SECONDS = 30  # then the thread ends, and its connection with it

logger = logging.getLogger(__name__)


class ApplicationsUnavailable(PassRefused):
    """The database did not answer. Whether the application went through is found out by applying again."""

    sentence = _("신청이 몰려 처리하지 못했습니다. 잠시 후 다시 눌러 주세요. 이미 접수되었다면 순번은 그대로입니다.")


Tell = Callable[[Outcome | Exception], object]


@dataclass(frozen=True, slots=True)
class _Waiting:
    storage_pass_id: int
    applicant: Applicant
    tell: Tell


class _Line(queue.SimpleQueue["_Waiting | None"]):
    """Who waits in this process; None asks the gathering thread to end when nobody does."""


class Batcher:
    """The gathering thread of this process. It starts with the first application, also after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._waiting = _Line()
        self._thread: threading.Thread | None = None

    @property
    def depth(self) -> int:
        """How many applications wait in this process."""
        return self._waiting.qsize()

    def ask(self, *, storage_pass_id: int, applicant: Applicant) -> Outcome:
        """What became of the application, once that is durable. Raises ApplicationsUnavailable."""
        leave_place()  # the more wait here, the more are in one commit
        answer: queue.SimpleQueue[Outcome | Exception] = queue.SimpleQueue()
        self.submit(storage_pass_id=storage_pass_id, applicant=applicant, tell=answer.put)
        try:
            outcome = answer.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            raise ApplicationsUnavailable from None
        if isinstance(outcome, Standing | PassRefused) and not isinstance(outcome, ApplicationsUnavailable):
            return outcome
        raise outcome

    def submit(self, *, storage_pass_id: int, applicant: Applicant, tell: Tell) -> None:
        """The same without waiting: `tell` is called by the gathering thread, and must be quick and raise nothing."""
        with self._lock:
            self._make_sure_somebody_gathers()
            self._waiting.put(_Waiting(storage_pass_id, applicant, tell))

    def stop(self) -> None:
        """Ends the thread as soon as nobody waits, and returns then; the next application starts another.

        Nothing is held meanwhile: whoever is told may ask again, and is answered.
        """
        with self._lock:
            thread = self._thread if self._pid == os.getpid() else None
            if thread is not None:
                self._waiting.put(None)
        if thread is not None:
            thread.join()

    def _make_sure_somebody_gathers(self) -> None:
        if self._pid != os.getpid():  # a fork copies the queue, but not the thread
            self._pid, self._thread, self._waiting = os.getpid(), None, _Line()
        if self._thread is None:
            self._thread = threading.Thread(target=self._gather, args=[self._waiting], name="pass", daemon=True)
            self._thread.start()

    def _gather(self, waiting: _Line) -> None:
        patience: float = IDLE_SECONDS
        try:
            while True:
                batch, is_to_end = _batch(waiting, patience)
                patience = 0 if is_to_end else patience
                if batch:
                    _put_in_line(batch)
                    continue
                with self._lock:  # nobody can ask meanwhile
                    if waiting.empty():
                        self._thread = None
                        return
        finally:
            connection.close()
            with self._lock:  # whatever it was that ended it, the next application starts another
                if self._thread is threading.current_thread():
                    self._thread = None


batcher = Batcher()


def apply(*, storage_pass_id: int, member_id: int, at: datetime) -> Standing:
    """Puts the member in line, or finds the place they have; returns after the commit. Safe to repeat.

    Not inside a transaction of the caller: the thread has a connection of its own.
    Raises NotOpenYet, MemberMayNotApply, NoSuchPass, ApplicationsUnavailable.
    """
    outcome = batcher.ask(storage_pass_id=storage_pass_id, applicant=Applicant(member_id=member_id, at=at))
    if isinstance(outcome, Standing):
        return outcome
    raise outcome


def _batch(waiting: _Line, patience: float) -> tuple[list[_Waiting], bool]:
    """Who waits now, or comes within `patience` (seconds); and whether the thread was asked to end.

    Nobody waits for company: those who come while a batch commits are the next one. (To wait a millisecond cost a
    quarter of the rate.)
    """
    batch: list[_Waiting] = []
    is_to_end = False
    try:
        one = waiting.get(timeout=patience)
        while True:
            if one is None:
                is_to_end = True
            else:
                batch.append(one)
            if len(batch) == BATCH_MAX:
                break
            one = waiting.get_nowait()
    except queue.Empty:
        pass
    return batch, is_to_end


def _put_in_line(batch: list[_Waiting]) -> None:
    """One transaction for each pass that somebody asked for: nearly always one."""
    for storage_pass_id in dict.fromkeys(one.storage_pass_id for one in batch):
        ours = [one for one in batch if one.storage_pass_id == storage_pass_id]
        try:
            outcomes = _again_if_lost(storage_pass_id, [one.applicant for one in ours])
        except Exception as fault:
            logger.exception("applications could not be put in line")
            refusal = ApplicationsUnavailable() if isinstance(fault, DatabaseError) else fault
            for one in ours:
                one.tell(refusal)
        else:
            for one in ours:
                one.tell(outcomes[one.applicant.member_id])


def _again_if_lost(storage_pass_id: int, applicants: list[Applicant]) -> dict[int, Outcome]:
    """A connection that idled through a restart of the server is found dead at its next use: once more, anew.

    Whatever the first try did is found by the second: a place is given once.
    """
    try:
        return put_in_line(storage_pass_id=storage_pass_id, applicants=applicants)
    except (OperationalError, InterfaceError):
        connection.close()
        return put_in_line(storage_pass_id=storage_pass_id, applicants=applicants)
