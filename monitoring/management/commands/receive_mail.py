"""manage.py receive_mail: one letter from standard input becomes a ticket or an answer, for a mail server's pipe."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError

from monitoring.domain.incoming_mail import MOST_BYTES, NotALetter
from monitoring.services.incoming_letters import Taken, take_in

# sysexits.h, which mail servers go by: bounce it, or keep it and try again.
DATA_ERROR, NO_USER, TRY_AGAIN = 65, 67, 75


class Command(BaseCommand):
    help = (
        "Takes in one letter from standard input, as a mail server's pipe hands it over. Ends with 0 when it is stored "
        "or needs no answer, 65 when it is no letter, 67 when it is nobody's, 75 when it should be tried again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
        try:
            taken = take_in(raw)
        except NotALetter as problem:
            self.stderr.write(str(problem))
            sys.exit(DATA_ERROR)
        except (OperationalError, InterfaceError) as problem:
            self.stderr.write(f"The database does not answer: {problem}")
            sys.exit(TRY_AGAIN)
        self.stdout.write(taken.value)
        if taken == Taken.NOBODYS:
            sys.exit(NO_USER)
        if taken == Taken.TOO_MANY:
            sys.exit(TRY_AGAIN)
