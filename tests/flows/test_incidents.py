"""From what chargers report over real sockets to incidents, and back."""

import websockets

from monitoring.models import Alert, Incident
from stations.models import Station
from tests.flows.looking import look


async def test_a_fault_is_an_incident_until_the_charger_recovers(charger, database):
    async with charger:
        await charger.boot()
        await charger.fault(1, "GroundFailure")
        await database(look)
        (alert,) = await database(lambda: list(Alert.objects.select_related("incident")))
        assert (alert.rule, alert.raised_at is not None, alert.incident.is_open) == ("faulted", True, True)
        await charger.clear_fault(1)
        await database(look)
        await database(lambda: look(2))
    incident = await database(Incident.objects.get)
    assert (incident.is_open, incident.resolved_by_id) == (False, None)


async def test_ten_chargers_of_a_site_that_go_away_are_one_incident(server, make_station, database):
    sockets = []
    for number in range(10):
        await database(lambda number=number: make_station(f"CP-{number}"))
        sockets.append(await websockets.connect(f"{server.ocpp}/CP-{number}", subprotocols=["ocpp1.6"]))
    for socket in sockets:
        await socket.close()
    await database.until(lambda: not Station.objects.filter(connection__isnull=False).exists(), "all are offline")
    await database(lambda: look(4))
    assert await database(Alert.objects.filter(rule="offline").count) == 10
    assert await database(Incident.objects.count) == 1
