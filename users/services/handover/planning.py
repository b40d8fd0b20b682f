"""What goes into a delivery: the chunks that a partner does not have yet, or the members whom it refused."""

import contextlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from compensation import limits
from compensation.audit.services import because
from compensation.policy.transitions import HandoverFileState
from compensation.programmes.models import BenefitItem
from compensation.runtime.tasks import send_after_commit
from users.models import (
    GrantChunk,
    GrantJob,
    GrantJobKind,
    HandoverDelivery,
    HandoverFile,
    HandoverFormat,
    HandoverKind,
    Partner,
    PartnerScope,
    User,
)
from users.selectors.handover import chunks_to_hand_over, jobs_owed
from users.selectors.partners import receivers
from users.services.handover.refusals import NobodyReceives, NothingToHandOver, NothingToSendAgain
from users.services.people import system_user

MESSAGES = 2  # workers that write at once: a third would wait for the same disk

# The members who are sent again, in parts of as many: what a file is of, by source file.
_REFUSED = """
    SELECT item_id, min(member_id), max(member_id) + 1, count(*), array_agg(DISTINCT file_id)
      FROM (SELECT file.item_id, refusal.member_id, refusal.file_id,
                   (row_number() OVER (PARTITION BY file.item_id ORDER BY refusal.member_id) - 1) / %(rows)s AS part
              FROM users_handoverrefusal refusal JOIN users_handoverfile file ON file.id = refusal.file_id
             WHERE refusal.sent_again_id = %(delivery)s AND file.delivery_id = %(of)s) AS refused
     GROUP BY item_id, part ORDER BY item_id NULLS FIRST, part
"""
_TAKE = """
    UPDATE users_handoverrefusal refusal SET sent_again_id = %(delivery)s
      FROM users_handoverfile file
     WHERE file.id = refusal.file_id AND file.delivery_id = %(of)s AND refusal.sent_again_id IS NULL
"""


def plan_delivery(
    *,
    partner: Partner,
    job: GrantJob,
    format_: str,
    actor: User,
    at: datetime,
    expired: bool = False,
    anew: bool = False,
) -> HandoverDelivery:
    """A delivery of what `job` granted (or took back) and the partner does not have yet; with `expired`, of the items
    of its grants that have ended since; with `anew`, also of what the partner had before, as it stands now. Workers
    write its files.

    Raises NobodyReceives, NothingToHandOver (also for the slower of two people).
    """
    with transaction.atomic(), because(actor=actor, reason="handover planned"):
        held = _hold(partner, at)
        if job.programme_id != held.programme_id or (expired and job.kind == GrantJobKind.RECALL):
            raise NothingToHandOver
        kind = _kind(job, expired)
        parts = [
            (item, chunks_to_hand_over(partner=held, job=job, kind=kind, item=item, at=at, anew=anew))
            for item in (job.package.items.order_by("pk") if expired else [None])
        ]
        if not any(chunks for _item, chunks in parts):
            raise NothingToHandOver
        delivery = _create(held, job=job, kind=kind, format_=format_, actor=actor, at=at)
        files = (_file(item, group) for item, chunks in parts for group in _groups(chunks))
        _number(delivery, files)
        send_work(delivery=delivery)
    return delivery


def plan_owed(*, at: datetime) -> list[HandoverDelivery]:
    """A delivery to each partner of each finished job (and recall) that it does not have all of, in the format of the
    partner's last one. Harmless twice, and beside people who do the same.
    """
    made = []
    for partner in receivers(at=at):
        last = partner.deliveries.order_by("number").last()
        format_ = last.format if last else HandoverFormat.CSV
        for job in jobs_owed(partner=partner):
            with contextlib.suppress(NothingToHandOver, NobodyReceives):  # somebody was faster
                made.append(plan_delivery(partner=partner, job=job, format_=format_, actor=system_user(), at=at))
    return made


def send_again(*, delivery: HandoverDelivery, actor: User, at: datetime) -> HandoverDelivery:
    """A new delivery of the members of this one whom the partner refused, each once. Raises NobodyReceives,
    NothingToSendAgain (also for the slower of two people).
    """
    with transaction.atomic(), because(actor=actor, reason="handover sent again"):
        held = _hold(delivery.partner, at)
        again = _create(
            held, job=delivery.job, kind=delivery.kind, format_=delivery.format, actor=actor, at=at, of=delivery
        )
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, {"delivery": again.pk, "of": delivery.pk})
            if not cursor.rowcount:
                raise NothingToSendAgain
            names = {"delivery": again.pk, "of": delivery.pk, "rows": limits.HANDOVER_FILE_ROWS}
            cursor.execute(_REFUSED, names)
            parts = cursor.fetchall()
        chunks = dict(delivery.files.values_list("pk", "chunks"))
        _number(again, (_file_again(*part, chunks=chunks) for part in parts))
        send_work(delivery=again)
    return again


def send_work(*, delivery: HandoverDelivery) -> None:
    """Asks workers to write the delivery's files."""
    pending = delivery.files.filter(state=HandoverFileState.PENDING)[:MESSAGES].count()
    for _message in range(max(pending, 1)):  # the one that finds nothing to do says that the delivery is ready
        send_after_commit("users.write_handover", delivery_id=delivery.pk)


def _hold(partner: Partner, at: datetime) -> Partner:
    """The partner's row, locked: deliveries get their numbers, and their chunks, one after the other."""
    held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    live = held.tokens.filter(revoked_at=None, expires_at__gt=at, scopes__contains=[PartnerScope.RECEIVE])
    if not live.exists():
        raise NobodyReceives
    return held


def _kind(job: GrantJob, expired: bool) -> HandoverKind:
    if expired:
        return HandoverKind.EXPIRED
    return HandoverKind.RECALLED if job.kind == GrantJobKind.RECALL else HandoverKind.GRANTS


def _create(
    partner: Partner,
    *,
    job: GrantJob,
    kind: str,
    format_: str,
    actor: User,
    at: datetime,
    of: HandoverDelivery | None = None,
) -> HandoverDelivery:
    last = partner.deliveries.aggregate(last=Max("number"))["last"] or 0
    return HandoverDelivery.objects.create(
        partner=partner,
        number=last + 1,
        job=job,
        kind=HandoverKind(kind),
        format=HandoverFormat(format_),
        again_of=of,
        maker=actor,
        created_at=at,
    )


def _number(delivery: HandoverDelivery, files: Iterable[HandoverFile]) -> None:
    made = []
    for number, file in enumerate(files, start=1):
        file.delivery, file.number = delivery, number
        made.append(file)
    HandoverFile.objects.bulk_create(made, batch_size=2_000)


def _groups(chunks: Iterable[GrantChunk]) -> Iterator[list[GrantChunk]]:
    """Chunks one after the other, as many as fit into a file; a large one has a file of its own."""
    group: list[GrantChunk] = []
    for chunk in chunks:
        if group and sum(map(_members, group)) + _members(chunk) > limits.HANDOVER_FILE_ROWS:
            yield group
            group = []
        group.append(chunk)
    if group:
        yield group


def _file(item: BenefitItem | None, chunks: list[GrantChunk]) -> HandoverFile:
    return HandoverFile(
        item=item,
        lower_id=min(chunk.lower_id for chunk in chunks),
        upper_id=max(chunk.upper_id for chunk in chunks),
        chunks=[chunk.pk for chunk in chunks],
        expected=sum(map(_members, chunks)),
    )


def _members(chunk: GrantChunk) -> int:
    return chunk.granted + chunk.recalled  # of any chunk, one of them is 0


def _file_again(
    item_id: int | None, lower: int, upper: int, members: int, sources: list[int], *, chunks: dict[int, list[int]]
) -> HandoverFile:
    return HandoverFile(
        item_id=item_id,
        lower_id=lower,
        upper_id=upper,
        chunks=sorted({chunk for source in sources for chunk in chunks[source]}),
        expected=members,
    )
