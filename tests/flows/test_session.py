"""A driver charges: the same trip in both versions."""

import orjson

from stations.domain.status import ConnectorStatus
from stations.models import Connector, Evse, Frame, MeterSample, Session, Station
from stations.ocpp import protocols
from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile


async def test_a_charger_that_boots_is_shown_connected_with_its_nameplate_and_connectors(charger, database):
    async with charger:
        await charger.boot()
        station = await database(lambda: Station.objects.get(identity="CP-1"))
        assert station.connected
        assert (station.vendor, station.model, station.firmware_version) == ("Busbar", "Virtual", "1.0.0")
        statuses = await database(lambda: list(Connector.objects.values_list("evse__number", "status")))
        assert statuses == [(1, ConnectorStatus.AVAILABLE)]


async def test_a_session_ends_with_the_energy_the_meter_counted(charger, database):
    async with charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.authorize("CARD-1")
        await charger.start(1, "CARD-1")
        session = await database(lambda: Session.objects.select_related("token").get())
        assert session.is_open
        assert session.token.value == "CARD-1"
        await charger.meter(1, seconds=600)
        await charger.stop(1)
        await charger.unplug(1)
        session = await database(Session.objects.get)
        counted = await database(lambda: MeterSample.objects.filter(session=session).count())
    assert session.ended_at is not None
    assert session.energy_wh > 1000
    assert session.energy_wh == session.meter_stop_wh - session.meter_start_wh
    assert counted >= 20


async def test_a_connector_goes_through_the_statuses_of_a_session(charger, database):
    async with charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.start(1, "CARD-1")
        await charger.meter(1, seconds=60)
        connector = await database(Connector.objects.get)
        assert connector.status in (ConnectorStatus.CHARGING, ConnectorStatus.OCCUPIED)
        await charger.stop(1)
        await charger.unplug(1)
        connector = await database(Connector.objects.get)
        assert connector.status == ConnectorStatus.AVAILABLE


async def test_messages_of_an_offline_spell_arrive_with_the_times_they_had(charger, database):
    async with charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.start(1, "CARD-1")
        charger.go_offline()
        await charger.meter(1, seconds=600)
        await charger.stop(1)
        await charger.come_back()
        session = await database.until(
            lambda: Session.objects.filter(ended_at__isnull=False).first(), "the session has ended"
        )
    assert (session.ended_at - session.started_at).total_seconds() >= 590
    assert session.energy_wh > 1000


async def test_a_charger_may_change_its_version_between_connections(server, make_station, database):
    await database(lambda: make_station("CP-1"))
    for version in ("ocpp1.6", "ocpp2.0.1", "ocpp1.6"):
        async with VirtualCharger(Profile(identity="CP-1", protocol=version, evses=2), url=server.ocpp) as charger:
            await charger.boot()
    assert await database(Evse.objects.count) == 2
    assert await database(Connector.objects.count) == 2
    assert await database(lambda: Station.objects.get().protocol) == "ocpp1.6"


async def test_everything_we_send_fits_the_schemas_of_the_version(charger, database, protocol):
    """A whole trip, then every CALLRESULT we sent is held against the bundled schema of its action."""
    async with charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.authorize("CARD-1")
        await charger.authorize("UNKNOWN")
        await charger.start(1, "CARD-1")
        await charger.meter(1, seconds=60)
        await charger.stop(1)
        await charger.call("Heartbeat", {})
        await charger.call("DataTransfer", {"vendorId": "org.example"})
    frames = await database(lambda: list(Frame.objects.filter(direction="out").values_list("action", "body")))
    answers = [(action, orjson.loads(bytes(body))) for action, body in frames]
    assert {action for action, _ in answers} >= {"Authorize", "BootNotification", "Heartbeat", "StatusNotification"}
    for action, answer in answers:
        assert answer[0] == 3, answer
        protocols.named(protocol).schemas.check_response(action, answer[2])
