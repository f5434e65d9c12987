"""manage.py apikey EMAIL: a key of the REST API for a person."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from drivers.domain.apikeys import Scope
from drivers.models import User
from drivers.services import apikeys


class Command(BaseCommand):
    help = "Issues an API key for a person and prints it, once, as the last line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="Email address the person signs in with.")
        parser.add_argument(
            "--scope",
            action="append",
            choices=list(Scope),
            help="What the key may be used for; may be repeated. Left out: everything the person may do.",
        )
        parser.add_argument("--name", default="", help="A note to recognize the key by.")

    def handle(self, *, email: str, scope: list[str] | None, name: str, **options: Any) -> None:
        user = User.objects.filter(email__iexact=email, is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active person with the email address {email}.")
        issued = apikeys.issue(user=user, scopes=scope, name=name)
        self.stdout.write(f"A key for {user.email} ({', '.join(issued.row.scopes)}). It is not shown again:")
        self.stdout.write(issued.key)
