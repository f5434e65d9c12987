"""Waiting for a command's outcome with nothing held: no transaction, no connection, only the request's thread."""

import time

from django.db import connection

from stations.domain.commands import OPEN_STATES
from stations.models import Command

INTERVAL_S = 0.1


def wait_for_outcome(command: Command, *, seconds: float) -> Command:
    """The command as it is once it has an outcome, or after `seconds`."""
    deadline = time.monotonic() + seconds
    while command.state in OPEN_STATES and (left := deadline - time.monotonic()) > 0:
        _let_go()
        time.sleep(min(INTERVAL_S, left))
        state = Command.objects.values_list("state", flat=True).get(pk=command.pk)
        if state != command.state:
            command.refresh_from_db()
    return command


def _let_go() -> None:
    """Close the connection, which gives a pooled one back; inside a transaction (of a test) it stays."""
    if not connection.in_atomic_block:
        connection.close()
