"""manage.py restore FILE: bring an installation back from a backup."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.backup import BackupProblem, restoring
from config.backup.progress import Meter


class Command(BaseCommand):
    help = "Restores a backup into an empty installation whose processes are stopped."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", metavar="DATABASE", default="", help="Name of the database here, whose data may all be lost."
        )
        parser.add_argument("--force", action="store_true", help="Even while other processes use the database.")

    def handle(self, *, file: Path, replace: str, force: bool, **options: Any) -> None:
        meter = Meter(sys.stderr)
        try:
            manifest = restoring.restore(file, replace=replace, force=force, say=self.stdout.write, progress=meter)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        finally:
            meter.end()
        self.stdout.write(f"Restored the state of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC:")
        for table, rows in manifest.rows.items():
            self.stdout.write(f"  {table:<24} {rows:>12,}")
        if manifest.without:
            self.stdout.write(f"Not in this backup: {', '.join(manifest.without)}.")
