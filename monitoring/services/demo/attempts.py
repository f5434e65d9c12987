"""The attempts that the demo network's past sessions were: counted at once, since its figures are looked at at once.

What ports are used to is worked out anew with them."""

import threading

from django.db import transaction

from drivers.models import Organization
from monitoring.models import PortHabit
from monitoring.services import habits, success, uptime_rollups


def make(organization: Organization, stop: threading.Event) -> int:
    """Take in what is missing, and what follows for the uptime of ports that failed; returns how many attempts."""
    written = 0 if stop.is_set() else success.take_in()
    if written:
        success.sweep()
        with transaction.atomic():
            PortHabit.objects.filter(evse__station__site__organization=organization).delete()
        habits.sweep()
        uptime_rollups.roll_up()
    return written
