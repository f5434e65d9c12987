"""The demo network's connections of the past, as its edge would have kept them; who lost them is judged as ever."""

import random
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction

from drivers.models import Organization
from monitoring.models import ProviderRange
from monitoring.services import connectivity, drops, link_days, provider_ranges
from monitoring.services.comings import Coming
from monitoring.services.demo.team import Team
from monitoring.services.drops import Boot
from stations.domain.partings import Parting
from stations.models import Connection, LinkHour, Station
from stations.services.demo.network import ICCIDS, STATIONS, DemoStation
from stations.services.demo.spells import DAYS, YOUNG, Kind, spells_of

HOURS_FOR = timedelta(days=30)
_PINGS_AN_HOUR = 180
_MESSAGES_AN_HOUR = 55
# Address of the site's router, the provider behind it, and the milliseconds that a ping takes.
_LINES = {
    "HAM": ("203.0.113.14", "Hanse Mobil", 46.0),
    "CPH": ("203.0.113.81", "Hanse Mobil", 58.0),
    "ESA": ("198.51.100.7", "Rhön Mobil", 14.0),
    "AMS": ("192.0.2.33", "Polderkabel", 71.0),
    "LYS": ("192.0.2.150", "Réseau du Confluent", 39.0),
}
# Addresses of the past, and the SIMs that the virtual chargers tell of.
_RANGES = (
    ("203.0.113.0/24", "Hanse Mobil"),
    ("198.51.100.0/24", "Rhön Mobil"),
    ("192.0.2.0/25", "Polderkabel"),
    ("192.0.2.128/25", "Réseau du Confluent"),
    *((iccid[:9], _LINES[site][1]) for site, iccid in ICCIDS.items()),
)
# Its antenna hangs behind steel: slow, and pings are lost.
_POOR = {"AMS-02": 14.0}


def make(organization: Organization, stop: threading.Event) -> int:
    """Write the connections of stations that have none; returns how many were lost."""
    made_at = organization.created_at.replace(microsecond=0)
    stations = Station.objects.filter(site__organization=organization, connections=None).select_related("site")
    new = stations.in_bulk(field_name="identity")
    plans = [plan for plan in STATIONS if plan.identity in new]
    if not plans or stop.is_set():
        return 0
    _name_providers(organization)
    with transaction.atomic():
        held = [c for plan in plans for c in _connections(plan, new[plan.identity], made_at)]
        Connection.objects.bulk_create(sorted(held, key=lambda connection: connection.opened_at), batch_size=500)
        LinkHour.objects.bulk_create(
            (hour for plan in plans for hour in _hours(plan, new[plan.identity], made_at)), batch_size=1000
        )
    with transaction.atomic():
        lost = _tell(organization, made_at)
    while drops.judge(now=made_at):
        pass
    for ago in range(HOURS_FOR.days, -1, -1):
        now = made_at - timedelta(days=ago)
        link_days.refresh_day(stations=list(new.values()), day=now.date(), now=made_at)
    link_days.refresh(now=made_at)
    return lost


def _name_providers(organization: Organization) -> None:
    for pattern, name in _RANGES:
        if not ProviderRange.objects.filter(organization=organization, pattern=pattern).exists():
            provider_ranges.add(organization=organization, pattern=pattern, name=name, by=Team(organization).manager)


def _connections(plan: DemoStation, station: Station, made_at: datetime) -> Iterator[Connection]:
    """From one loss to the next; the last one ends when the network was made."""
    opened_at = made_at - timedelta(days=YOUNG.get(plan.identity, DAYS))
    rng = random.Random(f"{plan.identity}/links")  # noqa: S311
    for spell in spells_of(plan):
        start, end = spell.span(made_at)
        if spell.kind is Kind.AWAY and opened_at < start < end:
            parting = (
                Parting.SILENT if spell.lasts > 0.5 else rng.choice((Parting.CUT, Parting.SILENT, Parting.CHARGER))
            )
            yield _connection(plan, station, opened_at, start, parting)
            opened_at = end
    yield _connection(plan, station, opened_at, made_at, Parting.OURS)


def _connection(plan: DemoStation, station: Station, opened_at: datetime, end: datetime, parting: str) -> Connection:
    return Connection(
        station=station,
        protocol=plan.protocol,
        remote_address=_LINES[plan.identity[:3]][0],
        security_profile=plan.security_profile,
        serial_number=f"{plan.identity}-2023",
        opened_at=opened_at,
        last_seen=end,
        closed_at=end + timedelta(seconds=20 if parting == Parting.SILENT else 0),
        close_code=None if parting in (Parting.SILENT, Parting.CUT) else 1000,
        close_reason=parting,
    )


def _hours(plan: DemoStation, station: Station, made_at: datetime) -> Iterator[LinkHour]:
    """What the edge measured in each hour in which the station was there."""
    rng = random.Random(f"{plan.identity}/hours")  # noqa: S311
    usual_ms = _LINES[plan.identity[:3]][2] * _POOR.get(plan.identity, 1.0)
    away = [spell.span(made_at) for spell in spells_of(plan) if spell.kind is Kind.AWAY]
    hour = (made_at - HOURS_FOR).replace(minute=0, second=0, microsecond=0)
    while hour < made_at - timedelta(hours=1):
        end = hour + timedelta(hours=1)
        gone = sum((max(timedelta(), min(end, until) - max(hour, since)) for since, until in away), timedelta())
        share = 1 - gone / timedelta(hours=1)
        pings = round(_PINGS_AN_HOUR * share)
        if pings:
            # Slower in the evening, when everybody is at home.
            mean_ms = usual_ms * rng.uniform(0.85, 1.2) * (1.35 if 17 <= hour.hour < 22 else 1.0)
            lost = rng.randint(4, 24) if plan.identity in _POOR else int(rng.random() < 0.05)
            messages = round(_MESSAGES_AN_HOUR * share)
            yield LinkHour(
                station=station,
                hour=hour,
                pings=pings - lost if pings > lost else pings,
                lost=min(lost, pings),
                rtt_sum_ms=pings * mean_ms,
                rtt_max_ms=mean_ms * rng.uniform(2, 7),
                messages=messages,
                delay_sum_ms=messages * mean_ms * rng.uniform(0.6, 1.1),
            )
        hour = end


def _tell(organization: Organization, made_at: datetime) -> int:
    """Tell of each loss and return as the journal would have, in their order."""
    held = Connection.objects.filter(station__site__organization=organization, closed_at__lte=made_at).order_by("pk")
    by_station: dict[int, list[Connection]] = {}
    for connection in held.select_related("station__site"):
        by_station.setdefault(connection.station_id, []).append(connection)
    return sum(_tell_of(connections) for connections in by_station.values())


def _tell_of(connections: Sequence[Connection]) -> int:
    """One station's losses and returns."""
    pairs = list(pairwise(connections))
    news = [Coming(one.station_id, one.pk, one.last_seen, is_back=False) for one, _ in pairs]
    news += [Coming(one.station_id, one.pk, one.opened_at, is_back=True) for _, one in pairs]
    news.sort(key=lambda coming: (coming.at, coming.connection_id))
    drops.note(news)
    connectivity.note(news)
    # They came back from a power cut, and said so.
    dark = [two for one, two in pairs if two.opened_at - one.last_seen > timedelta(hours=4)]
    drops.note_boots(
        [Boot(two.station_id, two.opened_at, "PowerUp") for two in dark if two.station.identity.startswith("LYS")]
    )
    return len(pairs)
