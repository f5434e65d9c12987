"""`manage.py rebuild_uptime`: the uptime ledger and its sums from the signals kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from monitoring.services import ledger, uptime_rollups


class Command(BaseCommand):
    help = "Work the uptime ledger out anew from what was heard and corrected. Nothing changes where all is well."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ports", nargs="*", type=int, help="Primary keys of EVSEs; all, if none is given.")

    def handle(self, *args: Any, ports: list[int], **options: Any) -> None:
        changed = ledger.rebuild(ports or None)
        months = uptime_rollups.rebuild(ports or None)
        self.stdout.write(f"{changed} entries changed; {months} months worked out.")
