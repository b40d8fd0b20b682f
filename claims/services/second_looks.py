"""The second look (재확인): drawing determinations that somebody else looks at before they are paid (ours).

The draw is about everything that was determined since the last one, tier decisions included. Its seed is made when the
determinations are there already, so nobody can know beforehand which will be drawn; it is kept, so that anybody can
repeat the draw afterwards.
"""

import secrets
from datetime import datetime

from django.db import connection, transaction

from claims.models import LookOutcome, SecondLook, SecondLookDraw
from claims.selectors.second_looks import CURRENT, has_part, judged, latest_draw, undrawn
from claims.services.claim_lock import lock_claim
from compensation import limits
from compensation.audit.services import because
from compensation.programmes.models import Programme
from compensation.programmes.selectors import current_policy
from compensation.programmes.services.policy_versions import freeze
from compensation.values.paragraphs import parse_paragraphs
from compensation.values.refused import ValueRefused
from users.models import User

SEED_BYTES = 16

KEEP_DRAWN = """
INSERT INTO claims_secondlook (draw_id, programme_id, determination_id, outcome, note)
SELECT %s, %s, id, '', '' FROM unnest(%s::bigint[]) AS id
"""


class LookRefused(ValueRefused):
    """A second look that cannot be taken: done already, no longer needed, one's own work, or incomplete."""


def draw(*, programme: Programme, at: datetime) -> SecondLookDraw | None:
    """Draws among what was determined since the last draw; None when that is nothing. Harmless twice or at once."""
    if not undrawn(programme=programme).exists():
        return None
    return _draw_up_to(_last_finished_id(), programme, at)


@transaction.atomic
def _last_finished_id() -> int:
    """The highest id of a determination, below which no transaction that still runs can bring another one.

    Whoever writes determinations holds the table (ROW EXCLUSIVE) before an id is taken from the sequence; this waits
    for them, and ends at once, for until then the next ones wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE claims_determination IN SHARE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM claims_determination")
        return int(cursor.fetchone()[0])


@transaction.atomic
def _draw_up_to(up_to_id: int, programme: Programme, at: datetime) -> SecondLookDraw | None:
    Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)  # two draws come one after the other
    earlier = latest_draw(programme=programme)
    version = current_policy(programme=programme)
    plan = SecondLookDraw(
        programme=programme,
        policy_version=version,
        seed=secrets.token_hex(SEED_BYTES),
        after_id=earlier.up_to_id if earlier else 0,
        up_to_id=up_to_id,
        first_place=earlier.first_place + earlier.candidates if earlier else 1,
        drawn_at=at,
    )
    chosen, plan.candidates = [], 0
    for candidate in judged(draw=plan, rules=version.policy.second_look):
        plan.candidates += 1
        if candidate.is_drawn:
            chosen.append(candidate.determination_id)
    if not plan.candidates:
        return None  # somebody else has drawn meanwhile
    freeze(policy_version=version, at=at)  # the share that was drawn by stays what it was
    plan.drawn = len(chosen)
    plan.save()
    with connection.cursor() as cursor:
        cursor.execute(KEEP_DRAWN, [plan.pk, programme.pk, chosen])
    return plan


@transaction.atomic
def look(*, second_look: SecondLook, outcome: str, note: str, actor: User, at: datetime) -> SecondLook:
    """Notes what somebody else thinks of a determination; a different judgement (with a note) keeps the payout back.

    The same again is the same look. Raises LookRefused; ValueRefused for a note that is too long.
    """
    lock_claim(second_look.determination.claim)
    held = SecondLook.objects.select_for_update().get(pk=second_look.pk)
    said = parse_paragraphs(note, length_max=limits.REVIEW_NOTE_LENGTH_MAX)
    if held.outcome:
        if (held.outcome, held.note, held.looked_by_id) == (outcome, said, actor.pk):
            return held
        raise LookRefused(
            "look_done",
            "다른 담당자가 먼저 재확인을 마쳤습니다.",
            "Somebody else has already done this second look.",
        )
    _refuse_unfit(held, actor)
    _refuse_incomplete(outcome, said)
    held.outcome, held.note, held.looked_by, held.looked_at = outcome, said, actor, at
    with because(actor=actor, reason="looked again"):
        held.save(update_fields=["outcome", "note", "looked_by", "looked_at"])
    return held


def _refuse_unfit(held: SecondLook, actor: User) -> None:
    if not SecondLook.objects.filter(CURRENT, pk=held.pk).exists():
        raise LookRefused(
            "look_superseded",
            "그사이 이 결정을 대신하는 절차가 있어 더 이상 재확인하지 않아도 됩니다.",
            "This determination no longer counts, so nobody needs to look at it again.",
        )
    if has_part(second_look=held, user=actor):
        raise LookRefused(
            "look_own_work",
            "이 접수 건의 심사나 결정에 참여했거나 이 소상공인을 대리하므로 재확인할 수 없습니다. 다른 담당자가 해야 "
            "합니다.",
            "You had a part in this case, or act for this business. Somebody else has to look at it again.",
        )


def _refuse_incomplete(outcome: str, note: str) -> None:
    if outcome not in LookOutcome.values:
        raise LookRefused(
            "look_outcome_missing",
            "결정과 같은 판단인지 다른 판단인지 골라 주세요.",
            "Please choose whether you come to the same judgement or to another.",
        )
    if outcome == LookOutcome.DIFFERS and not note:
        raise LookRefused(
            "look_note_missing",
            "무엇이 왜 다른지 적어 주세요. 결정을 고칠 담당자가 읽습니다.",
            "Please write what is wrong and why: whoever corrects the decision will read it.",
        )
