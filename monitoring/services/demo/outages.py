"""The ledger of the demo network's past: what its chargers would have told, heard by the service that hears it now."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from drivers.models import Organization
from monitoring.domain.uptime import CONNECTION, OPERATOR, connector
from monitoring.domain.uptime.signals import OFF, ON, Word
from monitoring.models import Port, UptimeSignal
from monitoring.services import ledger, uptime_rollups
from monitoring.services.ledger import Heard
from stations.domain.status import ConnectorStatus
from stations.models import Connector, Station
from stations.services.demo.network import STATIONS, DemoStation
from stations.services.demo.spells import DAYS, YOUNG, Kind, Spell, spells_of

_BREATH_S = 0.05
# What its attempts tell of a port, its charger does not.
_FOUND_OUT = (Kind.CANNOT_CHARGE, Kind.GHOST)


def make(organization: Organization, stop: threading.Event) -> int:
    """Write the past of the stations that have none; returns how many signals."""
    made_at = organization.created_at.replace(microsecond=0)
    stations = Station.objects.filter(site__organization=organization).in_bulk(field_name="identity")
    done = UptimeSignal.objects.filter(station__in=[s.pk for s in stations.values()], evidence__has_key="demo")
    done_ids = set(done.values_list("station_id", flat=True))
    written = 0
    for plan in STATIONS:
        station = stations.get(plan.identity)
        if station is None or station.pk in done_ids:
            continue
        # A breath between two stations lets the chargers' messages through.
        if stop.wait(_BREATH_S):
            return written
        written += ledger.hear_all(list(_signals(plan, station, made_at)))
        _stands_there(plan, station, made_at)
    if written:
        uptime_rollups.roll_up()
    return written


def _stands_there(plan: DemoStation, station: Station, made_at: datetime) -> None:
    """Where nobody comes any more the plug has said that it is available for as long: silence counts from then on."""
    for spell in spells_of(plan):
        if spell.kind is Kind.GHOST:
            plugs = Connector.objects.filter(station=station, status_at=None)
            plugs = plugs.filter(evse__number=spell.evse) if spell.evse else plugs
            with transaction.atomic():
                plugs.update(status=ConnectorStatus.AVAILABLE, status_at=spell.span(made_at)[0])


def _signals(plan: DemoStation, station: Station, made_at: datetime) -> Iterator[Heard]:
    begun = made_at - timedelta(days=YOUNG.get(plan.identity, DAYS))
    plugs = list(Connector.objects.filter(station=station).select_related("evse"))
    yield _heard(station, CONNECTION, ON, begun)
    for plug in plugs:
        yield _heard(station, connector(plug.pk), Word.WORKS, begun + timedelta(seconds=5), plug=plug)
    for spell in spells_of(plan):
        if spell.kind in _FOUND_OUT:
            continue
        start, end = spell.span(made_at)
        if begun < start < end:
            concerned = [plug for plug in plugs if spell.evse in (None, plug.evse.number)]
            yield from _spell(station, spell, concerned, start, end)


def _spell(station: Station, spell: Spell, plugs: list[Connector], start: datetime, end: datetime) -> Iterator[Heard]:
    moment = timedelta(seconds=2)
    if spell.kind is Kind.AWAY:
        yield _heard(station, CONNECTION, OFF, start)
        yield _heard(station, CONNECTION, ON, end)
        return
    if spell.kind is Kind.OPERATOR:
        yield _heard(station, OPERATOR, OFF, start)
        # It holds until the plugs have said that they work again.
        yield _heard(station, OPERATOR, ON, end + moment)
    for plug in plugs:
        word = Word.FAULTED if spell.kind is Kind.FAULT else Word.UNAVAILABLE
        yield _heard(station, connector(plug.pk), word, start + moment, plug=plug, detail=spell.code)
        yield _heard(station, connector(plug.pk), Word.WORKS, end, plug=plug)


def _heard(
    station: Station, channel: str, value: str, at: datetime, *, plug: Connector | None = None, detail: str = ""
) -> Heard:
    evse_id = plug.evse_id if plug else None
    return Heard(station.pk, channel, value, at, evse_id=evse_id, detail=detail, evidence={"demo": True})


def ports_of(organization: Organization, spell: Spell) -> list[Port]:
    """The ports that a spell concerned."""
    ports = Port.objects.filter(organization=organization, identity=spell.identity)
    return list(ports if spell.evse is None else ports.filter(number=spell.evse))
