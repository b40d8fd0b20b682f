from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from users.services.members import make_members


class Command(BaseCommand):
    help = "Makes sample members until there are --count of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--count", type=int, required=True)
        parser.add_argument("--seed", type=int, default=1015)

    def handle(self, **options: int) -> None:
        with tqdm(desc="members", unit="", unit_scale=True, file=self.stderr) as bar:
            added = make_members(count=options["count"], seed=options["seed"], progress=bar.update)
        self.stdout.write(f"{added:,} members added, {options['count']:,} wanted.")
