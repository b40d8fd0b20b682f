"""The waiting room before the pass: people are let in at a set rate, in the order in which they came.

It is always there and nobody sees it until more people come than are let in: then whoever comes gets a number, and
keeps it through reloads and in other tabs (a signed ticket in a cookie), also on another device while they wait. Redis
holds the numbers and nothing that counts: without Redis nobody is let in, and a wiped Redis gives out numbers anew.
Places in line are the database's.

The ticket of whoever was let in says also which member applies for which pass, and in which session it was given. So
applying asks neither the session nor any table who that is: under a stampede, all that is left is the place in line.
"""

import hashlib
import math
import secrets
from dataclasses import dataclass, replace

from django.conf import settings
from django.core import signing
from redis import Redis
from redis.exceptions import RedisError

ADMITTED_SECONDS = 600  # within which whoever was let in applies; then they come in again
TICKET_SECONDS = 3 * 3_600  # after which a number is worth nothing
LOOK_AGAIN_SECONDS_MAX = 60  # however long the wait: the rate may be raised meanwhile
BURST_SECONDS = 2  # of admissions at once where nobody waits: a full train does not make a queue
_REDIS_SECONDS = 1  # without an answer

# Numbers are served by the clock of Redis, one for all web processes. `served` is the highest number that is let in: it
# grows with time, and runs ahead of the numbers given out by the burst only.
_ENTER = """
    local time = redis.call('TIME')
    local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
    local rate, burst = tonumber(ARGV[4]), tonumber(ARGV[5])
    local room = redis.call('HMGET', KEYS[1], 'epoch', 'given', 'served', 'at')
    local epoch, given = room[1] or ARGV[3], tonumber(room[2] or 0)
    local served, at = tonumber(room[3] or burst), tonumber(room[4] or now)
    served = math.min(served + rate * math.max(now - at, 0), given + burst)
    local number = tonumber(ARGV[2])
    if ARGV[1] ~= epoch or number < 1 or number > given then
        number = tonumber(redis.call('HGET', KEYS[2], ARGV[7]) or 0)
        if number < 1 or number > given then
            given = given + 1
            number = given
        end
    end
    if number > served then
        redis.call('HSET', KEYS[2], ARGV[7], number)
    else
        redis.call('HDEL', KEYS[2], ARGV[7])
    end
    redis.call('HSET', KEYS[1], 'epoch', epoch, 'given', given, 'served', tostring(served), 'at', tostring(now))
    redis.call('EXPIRE', KEYS[1], ARGV[6])
    redis.call('EXPIRE', KEYS[2], ARGV[6])
    return {epoch, number, math.floor(served)}
"""

_redis = Redis.from_url(
    settings.REDIS_URL, socket_timeout=_REDIS_SECONDS, socket_connect_timeout=_REDIS_SECONDS, decode_responses=True
)
_enter = _redis.register_script(_ENTER)
_signer = signing.TimestampSigner(salt="users.waiting_room")


class RoomClosed(Exception):
    """Redis does not answer: nobody is let in, whoever comes is asked to try again."""


@dataclass(frozen=True, slots=True)
class Visit:
    """How somebody stands in the room. `ticket` is what they show next time; `ahead` are people, 0 once let in."""

    ticket: str
    ahead: int
    seconds: int

    @property
    def is_admitted(self) -> bool:
        return self.ahead == 0

    @property
    def look_again_seconds(self) -> int:
        """When to ask again: when it is their turn. If all who wait asked every few seconds, nobody else would be
        answered."""
        return min(max(self.seconds, 1), LOOK_AGAIN_SECONDS_MAX)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who stands before which pass. `session_key` is '' for a program, which says who it is with every request."""

    programme_code: str
    storage_pass_id: int
    member_id: int
    session_key: str = ""

    @property
    def session_mark(self) -> str:
        """By which the session is known again, without naming it."""
        return hashlib.sha256(self.session_key.encode()).hexdigest()[:32] if self.session_key else ""


@dataclass(frozen=True, slots=True)
class _Ticket:
    """What was signed. The fields have no point in them: codes are slugs."""

    programme_code: str
    storage_pass_id: int
    member_id: int
    session_mark: str
    epoch: str
    number: int
    is_admitted: bool

    @property
    def signed(self) -> str:
        fields = (self.programme_code, self.storage_pass_id, self.member_id, self.session_mark, self.epoch, self.number)
        return _signer.sign(".".join(map(str, (*fields, int(self.is_admitted)))))

    @classmethod
    def read(cls, text: str, *, seconds: int) -> "_Ticket | None":
        """None for what is forged or older than `seconds`."""
        try:
            code, storage_pass, member, mark, epoch, number, admitted = _signer.unsign(text, max_age=seconds).split(".")
        except (signing.BadSignature, ValueError):
            return None
        return cls(code, int(storage_pass), int(member), mark, epoch, int(number), admitted == "1")


def enter(*, guest: Guest, ticket: str) -> Visit:
    """Lets the member in, or tells how many are ahead. `ticket` is what they got last time, '' for who comes first.

    A ticket from before another sign-in keeps its number. Raises RoomClosed.
    """
    who = (guest.storage_pass_id, guest.member_id)
    if _admitted(ticket, guest.programme_code, guest.session_mark) == who:
        return Visit(ticket=ticket, ahead=0, seconds=0)
    shown = _Ticket.read(ticket, seconds=TICKET_SECONDS)
    is_theirs = shown is not None and (shown.storage_pass_id, shown.member_id) == who
    epoch, number = (shown.epoch, shown.number) if shown and is_theirs else ("", 0)
    rate = settings.PASS_ADMISSIONS_PER_SECOND
    try:
        epoch, number, served = _enter(
            keys=[f"waiting-room:{guest.storage_pass_id}", f"waiting-room:{guest.storage_pass_id}:members"],
            args=[epoch, number, secrets.token_hex(4), rate, rate * BURST_SECONDS, TICKET_SECONDS, guest.member_id],
        )
    except RedisError as error:
        raise RoomClosed from error
    ahead = max(number - served, 0)
    mine = _Ticket(guest.programme_code, *who, guest.session_mark, epoch, number, is_admitted=ahead == 0).signed
    return Visit(ticket=mine, ahead=ahead, seconds=math.ceil(ahead / rate))


def known_guest(*, programme_code: str, session_key: str, ticket: str) -> Guest | None:
    """Who waits with this ticket in this session; None for whoever has to say who they are. Asks nobody."""
    guest = Guest(programme_code, 0, 0, session_key)
    shown = _shown(ticket, programme_code, guest.session_mark, seconds=TICKET_SECONDS) if session_key else None
    return replace(guest, storage_pass_id=shown.storage_pass_id, member_id=shown.member_id) if shown else None


def let_in(*, programme_code: str, session_key: str, ticket: str) -> tuple[int, int] | None:
    """The pass and the member (ids) for whom the ticket lets this session apply now; None where it does not.

    Asks nobody: the signature says it. So a session that was ended from elsewhere may still apply for its member, for
    ADMITTED_SECONDS at most; whether the member is still one is looked at when they are put in line.
    """
    mark = Guest(programme_code, 0, 0, session_key).session_mark
    return _admitted(ticket, programme_code, mark) if session_key else None


def _admitted(ticket: str, programme_code: str, session_mark: str) -> tuple[int, int] | None:
    shown = _shown(ticket, programme_code, session_mark, seconds=ADMITTED_SECONDS)
    return (shown.storage_pass_id, shown.member_id) if shown and shown.is_admitted else None


def _shown(ticket: str, programme_code: str, session_mark: str, *, seconds: int) -> _Ticket | None:
    """The ticket, if it was given for this programme in this session, no longer than `seconds` ago."""
    shown = _Ticket.read(ticket, seconds=seconds)
    if shown is None or (shown.programme_code, shown.session_mark) != (programme_code, session_mark):
        return None
    return shown
