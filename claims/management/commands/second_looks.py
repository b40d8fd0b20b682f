import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from claims.selectors.second_looks import DrawSummary, draws_of, repeat_draw
from claims.services.second_looks import draw
from compensation.programmes.models import Programme
from users.management.programme_command import programme_named


class Command(BaseCommand):
    help = "Draws determinations for a second look, lists the draws, or repeats them from their seeds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("task", choices=["draw", "list", "repeat"])
        parser.add_argument("programme", help="code of the programme, e.g. 1015")
        parser.add_argument("--draw", type=int, help="repeat: the number of one draw; without it all")
        parser.add_argument("--json", action="store_true", help="the same for machines")

    def handle(self, **options: Any) -> None:
        programme = programme_named(options["programme"])
        tasks: dict[str, Callable[[Programme, dict[str, Any]], list[dict[str, Any]]]] = {
            "draw": self._draw,
            "list": self._list,
            "repeat": self._repeat,
        }
        rows = tasks[options["task"]](programme, options)
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
        else:
            self._print(rows)
        if changed := [str(row["number"]) for row in rows if row.get("is_same") is False]:
            raise CommandError(f"not what the seed draws: {', '.join(changed)}", returncode=2)

    def _draw(self, programme: Programme, _options: dict[str, Any]) -> list[dict[str, Any]]:
        if draw(programme=programme, at=timezone.now()) is None:
            return []
        return [_as_row(draws_of(programme=programme, newest=1)[0])]

    def _list(self, programme: Programme, _options: dict[str, Any]) -> list[dict[str, Any]]:
        return list(map(_as_row, draws_of(programme=programme, newest=None)))

    def _repeat(self, programme: Programme, options: dict[str, Any]) -> list[dict[str, Any]]:
        draws = draws_of(programme=programme, newest=None)
        if (number := options["draw"]) is not None:
            draws = [summary for summary in draws if summary.number == number]
            if not draws:
                raise CommandError(f"no such draw: {number}")
        return [_repeated(summary) for summary in draws]

    def _print(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            drawn = f"draw {row['number']}: {row['drawn']:,} of {row['candidates']:,}"
            if "is_same" not in row:
                self.stdout.write(f"{drawn}, seed {row['seed']}")
                continue
            self.stdout.write(f"{drawn}, {'the same again' if row['is_same'] else 'NOT the same again'}")
            for name in ("missing", "extra"):
                for key in row[name]:
                    self.stdout.write(f"  {name}: {key}")
        if not rows:
            self.stdout.write("nothing")


def _as_row(summary: DrawSummary) -> dict[str, Any]:
    """What one needs to repeat the draw: of each determination, in order, SHA-256 of "seed:reference:id"."""
    row = summary.draw
    names = ("seed", "after_id", "up_to_id", "first_place", "candidates", "drawn")
    return {
        "number": summary.number,
        "drawn_at": timezone.localtime(row.drawn_at).isoformat(timespec="seconds"),
        "policy_version": row.policy_version.number,
        "share_bp": summary.rules.share_bp,
        "first": summary.rules.first,
        **{name: getattr(row, name) for name in names},
        "standings": summary.standings,
    }


def _repeated(summary: DrawSummary) -> dict[str, Any]:
    repetition = repeat_draw(draw=summary.draw)
    return {"number": summary.number, **asdict(repetition), "is_same": repetition.is_same}
