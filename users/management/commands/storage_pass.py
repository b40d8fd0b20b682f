"""manage.py storage_pass CODE [show|open|propose|approve|withdraw|proof]: the pass, its line, and its quota."""

from dataclasses import asdict
from typing import ClassVar

from django.core.management.base import CommandParser
from django.utils import timezone

from compensation.programmes.models import Programme
from compensation.values.head_counts import parse_head_count
from users.management.programme_command import Answer, Options, ProgrammeCommand, given, second_person
from users.models import PassQuotaChange, StoragePass
from users.selectors.storage_pass import figures_of, pass_of, proposed_change, prove_line, quota_changes_of
from users.services import storage_pass as passes
from users.views.grants.forms import parse_note
from users.views.storage_pass.ops import CHANGE


def _pass(programme: Programme) -> StoragePass:
    found = pass_of(programme)
    if found is None:
        raise passes.NoSuchPass
    return found


def _show(programme: Programme, _options: Options) -> Answer:
    one = _pass(programme)
    figures, waits = figures_of(one), proposed_change(one)
    return {
        "opens_at": figures.opens_at,
        "is_open": figures.opens_at <= timezone.now(),
        "quota": figures.quota,
        "applied": figures.applied,
        "issued": figures.issued,
        "remaining": figures.remaining,
        "waiting": figures.waiting,
        "proposed_quota": waits.quota if waits else None,
        "changes": len(quota_changes_of(one)),
    }


def _open(programme: Programme, options: Options) -> Answer:
    """Makes the pass of the file, if it is not there; it takes applications from its hour on, by itself."""
    passes.keep_in_step(programme=programme)
    return _show(programme, options)


def _propose(programme: Programme, options: Options) -> Answer:
    change = passes.propose_quota(
        storage_pass=_pass(programme),
        quota=parse_head_count(given(options, "quota")),
        note=parse_note(given(options, "note")),
        maker=options["actor"],
        at=timezone.now(),
    )
    return _change(change)


def _approve(programme: Programme, options: Options) -> Answer:
    approver = second_person(programme, options, permission=CHANGE)
    return _change(passes.approve_quota(change=_proposed(programme), approver=approver, at=timezone.now()))


def _withdraw(programme: Programme, options: Options) -> Answer:
    return _change(passes.withdraw_quota(change=_proposed(programme), actor=options["actor"], at=timezone.now()))


def _proposed(programme: Programme) -> PassQuotaChange:
    change = proposed_change(_pass(programme))
    if change is None:
        raise passes.QuotaChangeMovedOn
    return change


def _change(change: PassQuotaChange) -> Answer:
    names = ("quota", "quota_before", "state", "served_after", "served_until", "note")
    return {name: getattr(change, name) for name in names}


def _proof(programme: Programme, _options: Options) -> Answer:
    proof = prove_line(storage_pass=_pass(programme))
    return {"holds": proof.holds} | asdict(proof)


class Command(ProgrammeCommand):
    help = "Shows the pass and its line; makes the pass that the file offers; changes the quota by two people."
    actions: ClassVar = {
        "show": _show,
        "open": _open,
        "propose": _propose,
        "approve": _approve,
        "withdraw": _withdraw,
        "proof": _proof,
    }

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--quota", help="propose: how many people may have the pass, e.g. 3,500,000")
        parser.add_argument("--note", default="", help="propose: why")
