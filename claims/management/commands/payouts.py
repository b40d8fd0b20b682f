"""manage.py payouts CODE ACTION: bank runs from the shell, by the same services as the pages."""

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm

from claims.management.top_up_actions import TOP_UP_ACTIONS, add_top_up_arguments, who_does_it
from claims.management.writing_files import write_files
from claims.models import PayoutBatch
from claims.selectors.bank_files import current_profiles
from claims.selectors.payouts import (
    approvals_of,
    batch_named,
    batches_of,
    kept_back,
    list_of,
    plan,
    states_of,
    unfit_payouts,
)
from claims.services.payouts.batches import (
    cancel_batch,
    fill_next,
    freeze_batch,
    make_batch,
    take_out_unfit,
    thaw_batch,
)
from claims.services.payouts.due import make_missing
from claims.services.payouts.releasing import approve_batch, release_batch
from compensation import limits
from compensation.policy.seoul import day_in_seoul
from compensation.programmes.models import Programme
from compensation.values.refused import ValueRefused
from users.management.programme_command import programme_named

Rows = dict[str, Any]


class Command(BaseCommand):
    help = "Plans, makes, freezes, approves and releases bank runs. With --dry-run nothing stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("action", choices=[*ACTIONS], help="what to do; doing it twice is once")
        parser.add_argument("--batch", help="reference of the batch")
        parser.add_argument("--profile", help="make: code of the bank profile; default: the first")
        parser.add_argument("--pay-on", type=date.fromisoformat, help="make: the day of payment; default: today")
        parser.add_argument("--size", type=int, default=limits.BATCH_PAYOUTS_MAX, help="make: payouts at most")
        parser.add_argument(
            "--reason", default="", help="thaw, cancel, top-ups: why; make: a note for those who approve"
        )
        add_top_up_arguments(parser)
        parser.add_argument("--by", dest="person", help="user name of the person who does it")
        parser.add_argument("--dry-run", action="store_true", help="do it, show what came out, and take it back")
        parser.add_argument("--json", action="store_true", help="the answer for machines")

    def handle(self, **options: Any) -> None:
        programme = programme_named(options["programme"])
        try:
            with transaction.atomic() if options["dry_run"] else nullcontext():
                rows = ACTIONS[options["action"]](programme, options)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except ObjectDoesNotExist as error:
            raise CommandError(str(error)) from error
        except ValueRefused as refused:
            raise CommandError(f"{refused.message_ko} ({refused.message_en})") from refused
        if options["json"]:
            self.stdout.write(json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        else:
            for name, value in rows.items():
                self.stdout.write(f"{name}: {_told(value)}")


def _told(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return (
        json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False) if isinstance(value, (dict, list)) else str(value)
    )


def _plan(programme: Programme, _options: Rows) -> Rows:
    return asdict(plan(programme=programme))


def _kept_back(programme: Programme, _options: Rows) -> Rows:
    rows, after = [], 0
    while found := kept_back(programme=programme, after=after, size=1_000):
        rows += [{"payout": row.reference, "amount_won": row.amount_won, "because": code} for row, code in found]
        after = found[-1][0].pk
    return {"kept_back": rows}


def _list(programme: Programme, _options: Rows) -> Rows:
    return {
        "batches": [
            {"batch": row.reference, "state": row.state, "payouts": row.holds, "won": row.holds_won}
            for row in batches_of(programme=programme)
        ]
    }


def _make(programme: Programme, options: Rows) -> Rows:
    profiles = current_profiles(programme)
    profile = profiles.get(code=options["profile"]) if options["profile"] else profiles.first()
    if profile is None:
        raise CommandError("there is no bank profile: manage.py bank_files profiles")
    at = timezone.now()
    batch = make_batch(
        programme=programme,
        profile=profile,
        pay_on=options["pay_on"] or day_in_seoul(at),
        actor=who_does_it(options),
        at=at,
        size=options["size"],
        note=options["reason"],
    )
    with tqdm(desc="batch", total=batch.wanted, unit="", unit_scale=True) as bar:
        while fill_next(batch=batch, at=timezone.now()):
            bar.update(batch.payouts.count() - bar.n)
    return _shown(batch)


def _show(programme: Programme, options: Rows) -> Rows:
    return _shown(_batch(programme, options))


def _freeze(programme: Programme, options: Rows) -> Rows:
    batch = _batch(programme, options)
    digest = list_of(batch=batch).digest
    return _shown(freeze_batch(batch=batch, digest=digest, actor=who_does_it(options), at=timezone.now()))


def _approve(programme: Programme, options: Rows) -> Rows:
    batch = _batch(programme, options)
    approve_batch(batch=batch, digest=batch.digest, actor=who_does_it(options), at=timezone.now())
    return _shown(batch)


def _release(programme: Programme, options: Rows) -> Rows:
    """The list goes on its way; then the files, unless a worker has made them meanwhile."""
    batch = release_batch(batch=_batch(programme, options), actor=who_does_it(options), at=timezone.now())
    if not options["dry_run"]:
        write_files(batch, is_quiet=options["verbosity"] == 0)
    return _shown(batch)


def _thaw(programme: Programme, options: Rows) -> Rows:
    batch, actor = _batch(programme, options), who_does_it(options)
    return _shown(thaw_batch(batch=batch, reason=options["reason"], actor=actor, at=timezone.now()))


def _drop_unfit(programme: Programme, options: Rows) -> Rows:
    batch = _batch(programme, options)
    return {"taken_out": take_out_unfit(batch=batch, actor=who_does_it(options), at=timezone.now())}


def _cancel(programme: Programme, options: Rows) -> Rows:
    batch, actor = _batch(programme, options), who_does_it(options)
    return _shown(cancel_batch(batch=batch, reason=options["reason"], actor=actor, at=timezone.now()))


def _make_missing(programme: Programme, options: Rows) -> Rows:
    return {"made": make_missing(programme=programme, actor=who_does_it(options), at=timezone.now())}


ACTIONS: dict[str, Callable[[Programme, Rows], Rows]] = {
    "plan": _plan,
    "kept-back": _kept_back,
    "list": _list,
    "make": _make,
    "show": _show,
    "freeze": _freeze,
    "thaw": _thaw,
    "drop-unfit": _drop_unfit,
    "approve": _approve,
    "release": _release,
    "cancel": _cancel,
    "make-missing": _make_missing,
    **TOP_UP_ACTIONS,
}


def _batch(programme: Programme, options: Rows) -> PayoutBatch:
    if not options["batch"]:
        raise CommandError("--batch is needed: its reference")
    return batch_named(programme=programme, reference=options["batch"])


def _shown(batch: PayoutBatch) -> Rows:
    batch = batch_named(programme=batch.programme, reference=batch.reference)
    seen = list_of(batch=batch)
    return {
        "batch": batch.reference,
        "state": batch.state,
        "pay_on": batch.pay_on,
        "payouts": seen.count,
        "won": seen.won,
        "digest": seen.digest,
        "unfit": len(unfit_payouts(batch=batch)) if batch.state in ("draft", "frozen") else 0,
        "approvals": [row.approver.username for row in approvals_of(batch=batch)] if batch.digest else [],
        "approvals_needed": batch.approvals_needed,
        "states": {state: asdict(found) for state, found in states_of(batch=batch).items()},
        "files": [{"name": row.name, "sha256": row.sha256, "rows": row.rows} for row in batch.files.all()],
    }
