"""`manage.py seed_demo`: the demo network, with its past unless said otherwise."""

import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from stations.services.demo import history
from stations.services.demo.seed import seed


class Command(BaseCommand):
    help = "Make the demo network. What is there already is left as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-history", action="store_true", help="Leave out the ninety days of past sessions.")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = seed()
        days = 0 if options["no_history"] else history.make(organization=organization, stop=threading.Event())
        self.stdout.write(f"{organization} is there; {days} days of history written.")
