"""manage.py rebuild_rollups: quarters and days worked out anew from the samples."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from stations.services import rollups


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


class Command(BaseCommand):
    help = (
        "Works out the roll-ups (energy by 15 minutes and day) anew, while everything else goes on."
        " Days whose samples were dropped stay as they are. Running it twice does no harm."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="First day, by UTC (default: all).")
        parser.add_argument("--until", type=_day, metavar="YYYY-MM-DD", help="Day after the last one, by UTC.")

    def handle(self, *args: Any, **options: Any) -> None:
        changed = rollups.rebuild(since=options["since"], until=options["until"])
        self.stdout.write(f"{changed} rows changed.")
