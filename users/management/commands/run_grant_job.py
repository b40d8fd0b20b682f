import json
from dataclasses import asdict

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from compensation.programmes.models import BenefitPackage
from users.management.watching import watch
from users.models import User
from users.selectors.grant_proof import GrantProof, prove
from users.services.grant_jobs import CHUNK_SIZE, GrantJobRefused, begin


class Command(BaseCommand):
    help = "Grants a package to all members: plans, rehearses, approves and starts a job, and watches workers do it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("programme", help="code of the programme, such as 1015")
        parser.add_argument("package", help="code of the package, such as members-all")
        parser.add_argument("--maker", required=True, help="username of the person who plans it")
        parser.add_argument("--approver", required=True, help="username of another person")
        parser.add_argument("--chunk-size", type=int, default=CHUNK_SIZE, help="members per chunk")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, *, programme: str, package: str, maker: str, approver: str, **options: object) -> None:
        try:
            job = begin(
                package=BenefitPackage.objects.select_related("programme").get(code=package, programme__code=programme),
                maker=User.objects.get(username=maker),
                approver=User.objects.get(username=approver),
                at=timezone.now(),
                chunk_size=options["chunk_size"],
            )
        except (BenefitPackage.DoesNotExist, User.DoesNotExist, GrantJobRefused) as error:
            raise CommandError(str(error)) from error
        watch(job=job, file=self.stderr)
        proof = prove(job=job)
        self._print(proof, as_json=bool(options["json"]))
        if not proof.holds:
            raise CommandError("The figures do not add up.")

    def _print(self, proof: GrantProof, *, as_json: bool) -> None:
        progress = proof.progress
        if as_json:
            figures = asdict(proof) | {"adds_up": proof.holds}
            self.stdout.write(json.dumps(figures, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
            return
        excluded = ", ".join(f"{reason} {count:,}" for reason, count in progress.excluded.items())
        self.stdout.write(
            f"expected {progress.expected:,} = granted {progress.granted:,}"
            f" + excluded {sum(progress.excluded.values()):,} ({excluded}) + failed {progress.failed:,}\n"
            f"booked {proof.booked_won:,} won"
        )
