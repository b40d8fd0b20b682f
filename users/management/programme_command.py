"""Commands about one programme: an action, in somebody's name, answered for people or for machines."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

import rules
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from compensation.policy.quota import QuotaRefused
from compensation.programmes.models import Programme
from compensation.programmes.selectors import programme_by_code
from compensation.runtime.refusals import StepRefused
from compensation.values.refused import ValueRefused
from users.models import User
from users.services.people import system_user

Options = dict[str, Any]
Answer = dict[str, Any]
Action = Callable[[Programme, Options], Answer]


class ProgrammeCommand(BaseCommand):
    """`manage.py NAME CODE [ACTION]`: does one of `actions`, without a word the first, and prints its answer.

    An action gets the programme and the options: `actor` is the person of --by, `output` and `bars` are where to write.
    What is refused, or is not there, ends the command with a sentence; an answer whose `is_accepted` is False does so,
    once it is printed.
    """

    actions: ClassVar[Mapping[str, Action]]

    def add_arguments(self, parser: CommandParser) -> None:
        first, *_others = self.actions
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("action", nargs="?", choices=list(self.actions), default=first)
        parser.add_argument("--by", help="user name of the person who does it; else the system's account")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, **options: Any) -> None:
        options |= {"output": self.stdout, "bars": self.stderr}
        programme = programme_named(options["programme"])
        options["actor"] = user_named(options["by"]) if options["by"] else system_user()
        try:
            answer = self.actions[options["action"]](programme, options)
        except (ObjectDoesNotExist, ValidationError, StepRefused) as error:
            raise CommandError(str(error)) from error
        except (ValueRefused, QuotaRefused) as refused:
            raise CommandError(f"{refused.message_ko} ({refused.message_en})") from refused
        except OSError as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        else:
            for line in _lines(answer):
                self.stdout.write(line)
        if answer.get("is_accepted") is False:
            raise CommandError("the file was refused; nothing was changed")


def programme_named(code: str) -> Programme:
    """The programme with this code. Raises CommandError."""
    try:
        return programme_by_code(code=code)
    except Programme.DoesNotExist as error:
        raise CommandError(f"no such programme: {code}") from error


def user_named(username: str) -> User:
    """The person who signs in by this name. Raises CommandError."""
    try:
        return User.objects.get(username=username)
    except User.DoesNotExist as error:
        raise CommandError(f"no such user: {username}") from error


def given(options: Options, name: str) -> Any:
    """What was typed for an option that the action cannot do without. Raises CommandError."""
    if not options[name]:
        raise CommandError(f"--{name.replace('_', '-')} is needed")
    return options[name]


def second_person(programme: Programme, options: Options, *, permission: str) -> User:
    """The person of --by, who may do that in the programme: what two people decide, no account of a machine decides.

    Raises CommandError.
    """
    given(options, "by")
    person: User = options["actor"]
    if not rules.has_perm(permission, person, programme):
        raise CommandError(f"{person.username} does not have the right to do this in {programme.code}.")
    return person


def _lines(answer: Answer, indent: str = "") -> Iterator[str]:
    for name, value in answer.items():
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from _lines(value, indent + "  ")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{indent}{name}:"
            yield from (f"{indent}  " + ", ".join(f"{key} {part}" for key, part in row.items()) for row in value)
        else:
            yield f"{indent}{name}: {value}"
