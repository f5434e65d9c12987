"""Maintenance windows over real sockets: out of service only after the session, and back in service after the end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import MaintenanceWindow, WindowStation
from monitoring.services import window_sweep, windows
from stations.models import Command, Connector, Session, Station
from tests.flows.plain import PlainCharger
from tests.server import until

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


def states():
    """How far each window is, the first one first."""
    return list(WindowStation.objects.order_by("window_id").values_list("state", flat=True))


@pytest.fixture
def announce(depot):
    """`announce(hours)`: a window of the depot that begins now."""

    def announce(hours=2):
        now = timezone.now()
        return windows.announce(
            site=depot, title="Cables", starts_at=now, ends_at=now + timedelta(hours=hours), by=None
        )

    return announce


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
async def test_a_window_waits_for_the_session_and_puts_back_afterwards(connect, database, announce, protocol):
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


async def test_of_two_windows_that_overlap_the_later_one_puts_back(connect, database, announce):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        first, second = await database(lambda: (announce(hours=1), announce(hours=2)))
        await database.until(swept(lambda: states() == ["out", "out"]), "it is out of service for both")
        await database(lambda: windows.end(window=first))
        await database.until(swept(lambda: states() == ["back", "out"]), "the first is over")
        assert await database(told) == [(False, "accepted")]
        await database(lambda: windows.end(window=second))
        await database.until(swept(lambda: states() == ["back", "back"]), "both are over")
        assert await database(told) == [(False, "accepted"), (True, "accepted")]


async def test_what_a_person_switched_off_before_stays_off(connect, database, desk, announce):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        await desk.command("change_availability", operative=False)
        plugs = Connector.objects.filter(status="unavailable")
        await database.until(plugs.exists, "it is unavailable")
        window = await database(announce)
        await database.until(swept(lambda: states() == ["left"]), "the window leaves it")
        await database(lambda: windows.end(window=window))
        await database(swept(states))
        assert await database(states) == ["left"]
        assert await database(told) == [(False, "accepted")]
        assert await database(plugs.exists)


def test_a_window_that_is_ended_before_the_charger_has_answered_gives_it_back_when_it_returns(
    server, make_station, announce
):
    make_station("CP-1")
    charger = PlainCharger(server.ocpp, "CP-1", silent_to=["ChangeAvailability"])
    charger.connect()
    window = announce()
    until(swept(lambda: charger.availability == ["Inoperative"]), "it is asked")
    windows.end(window=window)
    # Nobody knows yet what becomes of it.
    assert swept(states)() == ["asked"]
    charger.close()
    until(lambda: not Station.objects.get().connected, "it is gone")
    charger.silent_to.clear()
    charger.connect()
    until(swept(lambda: states() == ["back"]), "it is back in service")
    assert charger.availability == ["Inoperative", "Operative"]
    charger.close()
