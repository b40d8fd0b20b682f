"""manage.py rotate_encryption: encrypts by the newest key what an older one encrypted. Can be interrupted."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from compensation.runtime.encryption import DecryptionFailed
from compensation.runtime.file_rotation import SealedFiles, keys_to_rotate, rotate_file, sealed_files
from compensation.runtime.key_rotation import encrypted_columns, left_to_rotate, rotate_next


class Command(BaseCommand):
    help = (
        "Encrypts personal data, in columns and in kept files, anew by the newest key of ENCRYPTION_KEYS. The oldest "
        "key has to stay in it. Exits with 1 where a kept file is missing or damaged, after everything else is done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count only")
        parser.add_argument("--json", action="store_true", help="print the result for machines")

    def handle(self, *, dry_run: bool, json: bool, **options: Any) -> None:
        self._faults: list[str] = []
        found = {str(column): self._rotated(column, dry_run, options["verbosity"]) for column in encrypted_columns()}
        files = {str(kind): self._sealed_anew(kind, dry_run, options["verbosity"]) for kind in sealed_files()}
        answer = {
            "dry_run": dry_run,
            "columns": found,
            "values": sum(found.values()),
            "files": files,
            "faults": self._faults,
        }
        self._write(answer, as_json=json)
        if self._faults:
            raise CommandError(f"kept files that cannot be read: {len(self._faults)}")

    def _rotated(self, column: Any, dry_run: bool, verbosity: int) -> int:
        left = left_to_rotate(column=column)
        if dry_run or not left:
            return left
        done = 0
        with tqdm(total=left, desc=str(column), leave=False, disable=verbosity == 0) as bar:
            while rotated := rotate_next(column=column):
                done += rotated
                bar.update(rotated)
        return done

    def _sealed_anew(self, files: SealedFiles, dry_run: bool, verbosity: int) -> int:
        keys = list(keys_to_rotate(files=files))
        return len(keys) if dry_run else self._seal_all(files, keys, verbosity)

    def _seal_all(self, files: SealedFiles, keys: list[int], verbosity: int) -> int:
        done = 0
        for key in tqdm(keys, desc=str(files), leave=False, disable=verbosity == 0):
            try:
                done += rotate_file(files=files, key=key)
            except (FileNotFoundError, DecryptionFailed) as error:
                self._faults.append(f"{files} {key}: {type(error).__name__}")
        return done

    def _write(self, answer: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer, indent=2))
            return
        for name, count in (answer["columns"] | answer["files"]).items():
            if count:
                self.stdout.write(f"{name}: {count:,}")
        for fault in answer["faults"]:
            self.stdout.write(fault)
        self.stdout.write(f"values: {answer['values']:,}, files: {sum(answer['files'].values()):,}")
