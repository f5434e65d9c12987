"""Maintenance windows over real sockets: out of service only after the session, and back in service after the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import MaintenanceWindow, WindowStation
from monitoring.services import window_sweep, windows
from stations.models import Command, Session, Station

pytestmark = pytest.mark.django_db(transaction=True)


def told():
    """What the charger was told of its availability, as it answered."""
    rows = Command.objects.filter(kind="change_availability").order_by("pk")
    return [(row.values["operative"], row.state) for row in rows]


def swept(condition):
    """A condition that has the sweep run before it is looked at, as the beat does."""

    def check():
        WindowStation.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        window_sweep.sweep()
        return condition()

    return check


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
async def test_a_window_waits_for_the_session_and_puts_back_afterwards(connect, database, depot, protocol):
    def announce():
        now = timezone.now()
        return windows.announce(site=depot, title="Cables", starts_at=now, ends_at=now + timedelta(hours=2), by=None)

    async with connect(protocol) as charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.start(1, "CARD-1")
        await database.until(lambda: Session.objects.filter(ended_at=None).exists(), "a session runs")
        window = await database(announce)
        waits = swept(lambda: WindowStation.objects.filter(problem="A session runs.").exists())
        await database.until(waits, "the window waits for the session")
        assert await database(told) == []
        await charger.stop(1)
        await charger.unplug(1)
        await database.until(swept(lambda: told() == [(False, "accepted")]), "it is out of service")
        await database(lambda: windows.end(window=MaintenanceWindow.objects.get(pk=window.pk)))
        await database.until(
            swept(lambda: told() == [(False, "accepted"), (True, "accepted")]), "it is back in service"
        )
        back = swept(lambda: set(WindowStation.objects.values_list("state", flat=True)) <= {"back", "spared"})
        await database.until(back, "the window is over for all of it")
        assert await database(lambda: Station.objects.get().connected)
