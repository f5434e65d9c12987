"""manage.py rebuild_charging_success: attempts and their counts by day made anew from the sessions."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand

from monitoring.services import success


class Command(BaseCommand):
    help = (
        "Takes the sessions in again and counts attempts to charge by EVSE and day anew, while everything else goes on."
        " The firmware noted with an attempt stays. Running it twice does no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="First day, by UTC.")
        parser.add_argument("--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="Day after the last one.")

    def handle(self, *args: Any, **options: Any) -> None:
        changed = success.rebuild(since=options["since"], until=options["until"])
        self.stdout.write(f"{changed} rows changed.")
