"""manage.py backup [FILE]: one file from which this installation comes back."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.backup import BackupProblem, taking
from config.backup.progress import Meter


class Command(BaseCommand):
    help = "Writes database, keys and uploaded files to one file, while everything runs. It holds secrets."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", help="A new file, or - for standard output. Left out: a new one under DATA/backups."
        )
        parser.add_argument(
            "--without-frames", action="store_true", help="Leave out the flight recorder, by far the largest table."
        )
        parser.add_argument(
            "--without-keys",
            action="store_true",
            help="Leave out SECRET_KEY, FIELD_KEY and the certificate authority; keep them elsewhere.",
        )

    def handle(self, *, file: str | None, without_frames: bool, without_keys: bool, **options: Any) -> None:
        choice = taking.Choice(without_frames, without_keys)
        path = Path(file) if file else taking.default_path(timezone.now())
        meter = Meter(sys.stderr)
        if without_keys:
            self.stderr.write(
                "WARNING: without the keys of this installation a restored one cannot read secrets that wait to be "
                "sent, signs everybody out, and has another certificate authority: stations with certificates of "
                "this one would have to get new ones by hand."
            )
        try:
            if file == "-":
                manifest = taking.to_stream(sys.stdout.buffer, choice, meter)
                sys.stdout.buffer.flush()
            else:
                manifest = taking.to_file(path, choice, meter)
        except BackupProblem as problem:
            raise CommandError(str(problem)) from problem
        finally:
            meter.end()
        if settings.CA_KEY:
            self.stderr.write(f"Not in the backup: CA_CERTIFICATE and CA_KEY ({settings.CA_KEY}). Keep them elsewhere.")
        if file != "-":
            rows = sum(manifest.rows.values())
            self.stdout.write(f"{path}: {path.stat().st_size:,} bytes, {rows:,} rows of the main tables, checked.")
