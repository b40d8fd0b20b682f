"""The storage pass (announced: the first 3,000,000 who apply, and more when demand is high), from file to last day.

Applying is a row in a line; whether the pass is somebody's follows from their place and the quota. So raising the quota
touches no application, and a yes is never taken back: quotas do not fall below what was issued.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from compensation.audit.services import because
from compensation.policy.benefits import APPLIED_FOR, Validity, valid_until
from compensation.policy.quota import Offer, Standing, check_quota
from compensation.policy.transitions import PassQuotaChangeState
from compensation.programmes.models import Programme
from compensation.runtime.refusals import StepRefused
from compensation.runtime.tasks import send_after_commit
from users.models import Member, MemberStatus, PassActivation, PassApplication, PassQuotaChange, StoragePass, User
from users.services.people import system_user

REMIND_BEFORE = timedelta(days=3)  # ours: time to save what is stored there


@transaction.atomic
def keep_in_step(*, programme: Programme) -> None:
    """Makes the passes that the programme's file offers; one that nobody has applied for yet follows the file.

    The loading of the file sees to it that it offers the same from the opening on. Harmless twice.
    """
    with because(actor=system_user(), reason="programme file loaded"):
        for item in programme.benefit_items.filter(kind=APPLIED_FOR).exclude(offer=None):
            offer = Offer.from_json(item.offer or {})
            fields = {"programme": programme, "opens_at": offer.opens_at, "quota": offer.quota}
            storage_pass, created = StoragePass.objects.get_or_create(item=item, defaults=fields)
            if not created:
                untouched = StoragePass.objects.filter(pk=storage_pass.pk, last_place=0)
                untouched.exclude(quota_changes__state=PassQuotaChangeState.APPROVED).exclude(
                    opens_at=offer.opens_at, quota=offer.quota
                ).update(opens_at=offer.opens_at, quota=offer.quota)


class PassRefused(StepRefused):
    """Something that the pass does not take now. `str(error)` is the sentence for the person who asked."""

    sentence = _("지금은 처리할 수 없습니다.")


class NotOpenYet(PassRefused):
    """Applied before the opening, by the server's clock. `opens_at` is when to come back."""

    sentence = _("아직 신청을 받지 않습니다. 신청이 시작된 뒤 다시 눌러 주세요.")

    def __init__(self, opens_at: datetime) -> None:
        super().__init__(opens_at)
        self.opens_at = opens_at


class MemberMayNotApply(PassRefused):
    """Not an active member: withdrawn, suspended, or unknown."""

    sentence = _("이용 중인 계정만 신청할 수 있습니다. 계정 상태를 확인해 주세요.")


class NoSuchPass(PassRefused):
    sentence = _("찾는 이용권이 없습니다.")


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, and when they reached us."""

    member_id: int
    at: datetime


Outcome = Standing | PassRefused

# One statement, one transaction, which is committed before PostgreSQL answers. Whether members are in line or may be is
# looked up first; then the update of the pass's row takes the line, and it is held for the writing only. An update sees
# what others committed while it waited, so no place is given twice. What was looked up may be older than that: a member
# whom another process put in line meanwhile runs into the key, and all is asked again.
_PUT = "EXECUTE put_in_line(%(storage_pass)s, %(members)s, %(moments)s)"
_TRIES = 5  # each but the first only after another process put one of the same members in line at that moment
# Planned once for a connection: planning took as long as a small batch. What is known of a person is looked up by
# scalar subqueries: those use the keys however empty the tables were when the plan was made.
_PREPARE = """
    PREPARE put_in_line (bigint, bigint[], timestamptz[]) AS
    WITH asked AS MATERIALIZED (
        SELECT member_id, at, turn, pass.opens_at, pass.quota,
               (SELECT place FROM users_passapplication known
                 WHERE known.storage_pass_id = $1 AND known.member_id = sent.member_id) AS known_place,
               (SELECT status FROM users_member member WHERE member.id = sent.member_id) AS status
          FROM unnest($2, $3) WITH ORDINALITY AS sent (member_id, at, turn), users_storagepass pass WHERE pass.id = $1
    ), judged AS (
        SELECT *, known_place IS NULL AND status = %(active)s AND at >= opens_at AS is_fresh FROM asked
    ), ranked AS MATERIALIZED (
        SELECT member_id, known_place, status, opens_at, quota, is_fresh,
               count(*) FILTER (WHERE is_fresh) OVER in_turn AS nth, max(at) FILTER (WHERE is_fresh) OVER in_turn AS at
          FROM judged WINDOW in_turn AS (ORDER BY turn ROWS UNBOUNDED PRECEDING)
    ), moved AS (
        UPDATE users_storagepass
           SET last_place = last_place + fresh.count, last_applied_at = greatest(last_applied_at, fresh.at),
               last_applied_at_before = last_applied_at
          FROM (SELECT max(nth) AS count, max(at) AS at, max(opens_at) AS opens_at
                  FROM ranked HAVING max(nth) > 0) fresh
         WHERE id = $1 AND users_storagepass.opens_at = fresh.opens_at
        RETURNING last_place - fresh.count AS before, last_applied_at_before, users_storagepass.quota
    ), put AS (
        INSERT INTO users_passapplication (storage_pass_id, member_id, place, applied_at)
        SELECT $1, member_id, before + nth, greatest(last_applied_at_before, at) FROM ranked, moved WHERE is_fresh
    )
    SELECT member_id, coalesce(known_place, CASE WHEN is_fresh THEN before + nth END),
           coalesce(moved.quota, ranked.quota), status, opens_at
      FROM ranked LEFT JOIN moved ON true
"""
_own = threading.local()  # `prepared_on`: the connection of this thread that knows the statement


def put_in_line(*, storage_pass_id: int, applicants: list[Applicant]) -> dict[int, Outcome]:
    """Puts all of them in line in the order in which they come, and answers what became of each, by member.

    Whoever is in line already keeps the place; refusals are NotOpenYet, MemberMayNotApply, NoSuchPass, and cost the
    others nothing. Durable when it returns (outside of a transaction). Called by the batcher, not by views.
    """
    first: dict[int, datetime] = {}
    for applicant in applicants:
        first.setdefault(applicant.member_id, applicant.at)
    values: dict[str, int | str] = {
        "storage_pass": storage_pass_id,
        "members": f"{{{','.join(map(str, first))}}}",  # arrays as PostgreSQL writes them: the driver takes longer
        "moments": f"{{{','.join([at.isoformat() for at in first.values()])}}}",
    }
    found = {row[0]: _outcome(*row[1:]) for row in _put(values)}
    return {member: found.get(member) or NoSuchPass() for member in first}


def _put(values: dict[str, int | str]) -> list[tuple[Any, ...]]:
    """What the statement says of each member."""
    with connection.cursor() as cursor:
        if getattr(_own, "prepared_on", None) is not connection.connection:
            cursor.execute("DEALLOCATE ALL;" + _PREPARE, {"active": MemberStatus.ACTIVE})
            _own.prepared_on = connection.connection
        for _again in range(_TRIES - 1):
            with suppress(IntegrityError):
                cursor.execute(_PUT, values)
                return cursor.fetchall()
        cursor.execute(_PUT, values)
        return cursor.fetchall()


def _outcome(place: int | None, quota: int, status: int | None, opens_at: datetime) -> Outcome:
    if place is not None:
        return Standing(place=place, quota=quota)
    return MemberMayNotApply() if status != MemberStatus.ACTIVE else NotOpenYet(opens_at)


class NotServedYet(PassRefused):
    """Not in line, or behind the quota."""

    sentence = _("아직 받은 이용권이 없습니다. 순번을 확인해 주세요.")


@transaction.atomic
def activate(*, storage_pass: StoragePass, member: Member, at: datetime) -> PassActivation:
    """Starts the month of the member's pass. Once: a second call answers the first start. Raises NotServedYet.

    Nothing renews, and nothing is paid: after `ends_at` there is simply no pass any more.
    """
    application = PassApplication.objects.filter(storage_pass=storage_pass, member=member).first()
    quota = StoragePass.objects.values_list("quota", flat=True).get(pk=storage_pass.pk)
    if application is None or not Standing(place=application.place, quota=quota).is_served:
        raise NotServedYet
    validity = Validity.from_json(storage_pass.item.validity)
    ends_at = valid_until(validity=validity, granted_at=application.applied_at, activated_at=at)
    if ends_at is None:  # the file's check of a pass' validity
        raise NotServedYet
    activation = PassActivation(storage_pass=storage_pass, member=member, activated_at=at, ends_at=ends_at)
    PassActivation.objects.bulk_create([activation], ignore_conflicts=True)
    return PassActivation.objects.get(storage_pass=storage_pass, member=member)


class QuotaChangeMovedOn(PassRefused):
    """Another person was faster, or another change waits for its approval."""

    sentence = _("한도 변경의 상태가 바뀌어 처리하지 못했습니다. 새로 고친 뒤 다시 확인해 주세요.")


def propose_quota(*, storage_pass: StoragePass, quota: int, note: str, maker: User, at: datetime) -> PassQuotaChange:
    """Asks for another quota, in people. It counts once another person approved it.

    Raises policy.quota.QuotaRefused, also with the number that was issued; QuotaChangeMovedOn while another one waits.
    """
    with transaction.atomic(), because(actor=maker, reason="pass_quota_proposed"):
        locked = StoragePass.objects.select_for_update(no_key=True).get(pk=storage_pass.pk)
        check_quota(wanted=quota, quota=locked.quota, last_place=locked.last_place)
        if locked.quota_changes.filter(state=PassQuotaChangeState.PROPOSED).exists():
            raise QuotaChangeMovedOn
        return locked.quota_changes.create(quota=quota, quota_before=locked.quota, note=note, maker=maker, made_at=at)


class MakerMayNotApproveQuota(PassRefused):
    """Ours: two people for every quota. The database holds it too (pass_quota_change_approved_by_another)."""

    sentence = _("한도 변경을 올린 사람은 승인할 수 없습니다. 다른 담당자에게 승인을 요청해 주세요.")


def approve_quota(*, change: PassQuotaChange, approver: User, at: datetime) -> PassQuotaChange:
    """The new quota counts from now on: whoever is next in line is served, in the order of the line, and will be told.

    No application is touched: the change names the places that it serves, and workers tell those who hold them.
    Raises MakerMayNotApproveQuota, QuotaChangeMovedOn, and QuotaRefused where so many were issued meanwhile that the
    quota would be too low.
    """
    if approver.pk == change.maker_id:
        raise MakerMayNotApproveQuota
    with transaction.atomic(), because(actor=approver, reason="pass_quota_approved"):
        locked = StoragePass.objects.select_for_update(no_key=True).get(pk=change.storage_pass_id)
        check_quota(wanted=change.quota, quota=locked.quota, last_place=locked.last_place)
        served_after = min(locked.quota, locked.last_place)
        served_until = max(min(change.quota, locked.last_place), served_after)
        _decide(
            change,
            state=PassQuotaChangeState.APPROVED,
            decider=approver,
            decided_at=at,
            served_after=served_after,
            served_until=served_until,
            told_until=served_after,
        )
        StoragePass.objects.filter(pk=locked.pk).update(quota=change.quota)
        send_after_commit("users.tell_served", change_id=change.pk)
    return change


def withdraw_quota(*, change: PassQuotaChange, actor: User, at: datetime) -> PassQuotaChange:
    """Nobody approves it any more. Raises QuotaChangeMovedOn."""
    with transaction.atomic(), because(actor=actor, reason="pass_quota_withdrawn"):
        _decide(change, state=PassQuotaChangeState.WITHDRAWN, decider=actor, decided_at=at)
    return change


def _decide(change: PassQuotaChange, **values: object) -> None:
    waiting = PassQuotaChange.objects.filter(pk=change.pk, state=PassQuotaChangeState.PROPOSED)
    if waiting.update(**values) != 1:
        raise QuotaChangeMovedOn
    change.refresh_from_db()
