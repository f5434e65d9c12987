"""Each station's link by the day, and of the last seven days: made anew from what the edge and the journal wrote.

It may run twice; who comes second writes the same. Days that are over are left alone once made, so what they are made
of may be pruned.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, F, Max, Min, Q, Sum

from monitoring.domain.attribution import NOT_THEIRS
from monitoring.domain.connectivity import share_connected
from monitoring.domain.link_score import Figures, score
from monitoring.domain.network_test import UNKNOWN_TO_IT
from monitoring.domain.providers import line_of
from monitoring.domain.signal import NAMES, dbm_of
from monitoring.models import Drop, LinkDay, OfflineSpell, StationLink
from monitoring.services.drops import provider_at, ranges_of
from stations.domain.commands import CommandState
from stations.models import Command, Connection, LinkHour, Station, Variable

CHUNK = 500
WEEK = timedelta(days=7)
# A day is finished by what comes late: so long after midnight the one before is made once more.
LATE = timedelta(hours=1)
UNRANKED = 101
_ANSWERED = (CommandState.ACCEPTED, CommandState.REJECTED, CommandState.FAILED)
_OURS = [culprit.value for culprit in NOT_THEIRS]


def refresh(*, now: datetime) -> int:
    """Make today's rows and the last seven days' of all stations anew; returns how many stations."""
    days = sorted({(now - LATE).date(), now.date()})
    done = 0
    for stations in _chunks():
        for day in days:
            refresh_day(stations=stations, day=day, now=now)
        _refresh_week(stations, now)
        done += len(stations)
    return done


def _chunks() -> Iterator[list[Station]]:
    last = 0
    while stations := list(
        Station.objects.filter(pk__gt=last).select_related("site", "connection").order_by("pk")[:CHUNK]
    ):
        yield stations
        last = stations[-1].pk


@dataclass(frozen=True, slots=True)
class _Told:
    """What is known of some stations in some time, by station."""

    hours: Mapping[int, Mapping[str, float]]
    answers: Mapping[int, Mapping[str, float]]
    drops: Mapping[int, tuple[int, int]]
    connected: Mapping[int, float]
    signal: Mapping[int, float]


def refresh_day(*, stations: Sequence[Station], day: date, now: datetime) -> None:
    """Make these stations' rows of a day (UTC) anew."""
    since = datetime.combine(day, time.min, UTC)
    until = min(since + timedelta(days=1), now)
    ids = [station.pk for station in stations]
    told = _Told(_hours(ids, since, until), _answers(ids, since, until), *_away(ids, since, until), _signals(ids))
    rows = [_day(pk, day, told) for pk in ids]
    fields = [field.name for field in LinkDay._meta.concrete_fields if field.name not in ("id", "station", "day")]
    with transaction.atomic():
        LinkDay.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["station", "day"], update_fields=fields, batch_size=CHUNK
        )


def _day(pk: int, day: date, told: _Told) -> LinkDay:
    hours, answers = told.hours.get(pk, {}), told.answers.get(pk, {})
    pings, lost, messages = (int(hours.get(name) or 0) for name in ("pings", "lost", "messages"))
    theirs, ours = told.drops.get(pk, (0, 0))
    row = LinkDay(
        station_id=pk,
        day=day,
        connected=told.connected.get(pk),
        drops=theirs,
        drops_ours=ours,
        pings=pings,
        lost=lost,
        rtt_ms=hours["rtt_sum_ms"] / pings if pings else None,
        rtt_max_ms=hours["rtt_max_ms"] if pings else None,
        messages=messages,
        delay_ms=hours["delay_sum_ms"] / messages if messages else None,
        queued=int(hours.get("queued") or 0),
        answers=int(answers.get("answers") or 0),
        timeouts=int(answers.get("timeouts") or 0),
        errors=int(answers.get("errors") or 0),
        answer_ms=answers.get("answer_ms"),
        signal_dbm=told.signal.get(pk),
    )
    row.score = score(_figures([row]))
    return row


def _hours(ids: Sequence[int], since: datetime, until: datetime) -> dict[int, dict[str, float]]:
    rows = LinkHour.objects.filter(station__in=ids, hour__gte=since, hour__lt=until).values("station")
    names = ("pings", "lost", "rtt_sum_ms", "messages", "delay_sum_ms", "queued")
    found: Any = rows.annotate(**{f"all_{name}": Sum(name) for name in names}, most=Max("rtt_max_ms"))
    return {
        row["station"]: {**{name: row[f"all_{name}"] for name in names}, "rtt_max_ms": row["most"]} for row in found
    }


def _answers(ids: Sequence[int], since: datetime, until: datetime) -> dict[int, dict[str, float]]:
    """How long chargers took to answer CALLs. Nobody knows how long a charger thought of it: it is an upper bound."""
    answered = Q(state__in=_ANSWERED)
    rows = Command.objects.filter(
        station__in=ids, requested_at__gte=since, requested_at__lt=until, sent_at__isnull=False
    )
    found = rows.values("station").annotate(
        answers=Count("id", filter=answered),
        timeouts=Count("id", filter=Q(state=CommandState.TIMEOUT)),
        # What a charger does not know it never will: that is no sign of anything.
        errors=Count("id", filter=Q(state=CommandState.FAILED) & ~Q(error_code__in=UNKNOWN_TO_IT)),
        took=Avg(F("finished_at") - F("sent_at"), filter=answered),
    )
    return {
        row["station"]: {
            "answers": row["answers"],
            "timeouts": row["timeouts"],
            "errors": row["errors"],
            **({"answer_ms": 1000 * row["took"].total_seconds()} if row["took"] else {}),
        }
        for row in found
    }


def _away(ids: Sequence[int], since: datetime, until: datetime) -> tuple[dict[int, tuple[int, int]], dict[int, float]]:
    """Drops (theirs, ours), and the share of the time that a station was connected or kept away by us."""
    counted: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for station, culprit in Drop.objects.filter(station__in=ids, at__gte=since, at__lt=until).values_list(
        "station", "culprit"
    ):
        counted[station][culprit in _OURS] += 1
    reaching = Q(ended_at=None) | Q(ended_at__gt=since)
    spells = OfflineSpell.objects.filter(reaching, station__in=ids, started_at__lt=until)
    # A spell begins when the charger was last heard of, as the drop before it says.
    excused = set(
        Drop.objects.filter(station__in=ids, culprit__in=_OURS, heard_at__in=spells.values("started_at")).values_list(
            "station", "heard_at"
        )
    )
    away: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for station, start, end in spells.values_list("station", "started_at", "ended_at"):
        if (station, start) not in excused:
            away[station].append((start, end))
    shares = {}
    for station, opened_at in _known_since(ids).items():
        share = share_connected(away[station], since=max(since, opened_at), until=until)
        if share is not None:
            shares[station] = share
    return {pk: (theirs, ours) for pk, (theirs, ours) in counted.items()}, shares


def _known_since(ids: Sequence[int]) -> dict[int, datetime]:
    """By station, its first connection that is known; one whose connections are forgotten is known by its spells."""
    opened = Connection.objects.filter(station__in=ids).values_list("station").annotate(Min("opened_at"))
    spells = OfflineSpell.objects.filter(station__in=ids).values_list("station").annotate(Min("started_at"))
    known: dict[int, datetime] = dict(opened)
    for station, started_at in spells:
        known[station] = min(started_at, known.get(station, started_at))
    return known


def _signals(ids: Sequence[int]) -> dict[int, float]:
    """What stations tell of their modem's signal, in dBm."""
    rows = Variable.objects.filter(station__in=ids, name__in=NAMES, attribute="Actual").exclude(value="")
    found = {station: dbm_of(name, value) for station, name, value in rows.values_list("station", "name", "value")}
    return {station: dbm for station, dbm in found.items() if dbm is not None}


# --- The last seven days ---


def _refresh_week(stations: Sequence[Station], now: datetime) -> None:
    ids = [station.pk for station in stations]
    days: dict[int, list[LinkDay]] = defaultdict(list)
    for row in LinkDay.objects.filter(station__in=ids, day__gt=(now - WEEK).date()).order_by("day"):
        days[row.station_id].append(row)
    ranges = ranges_of({station.site.organization_id for station in stations})
    known = {link.station_id: link for link in StationLink.objects.filter(station__in=ids)}
    rows = []
    for station in stations:
        link = known.get(station.pk) or StationLink(station=station)
        link.organization_id = station.site.organization_id
        if station.connection is not None:
            link.address = station.connection.remote_address
        link.line = line_of(link.address)
        link.provider = provider_at(station, link.address, ranges[link.organization_id]).key[:80]
        _take_in(link, days[station.pk])
        link.computed_at = now
        rows.append(link)
    fields = [field.name for field in StationLink._meta.concrete_fields if field.name != "station"]
    with transaction.atomic():
        StationLink.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["station"], update_fields=fields, batch_size=CHUNK
        )


def _take_in(link: StationLink, days: Sequence[LinkDay]) -> None:
    figures = _figures(days)
    link.score = score(figures)
    link.rank = UNRANKED if link.score is None else link.score
    link.connected, link.rtt_ms, link.lost, link.delay_ms = (
        *(figures.connected, figures.rtt_ms),
        *(figures.lost, figures.delay_ms),
    )
    link.drops = sum(day.drops for day in days)
    link.answer_ms = _weighted([(day.answer_ms, day.answers) for day in days])
    signals = [day.signal_dbm for day in days if day.signal_dbm is not None]
    link.signal_dbm = signals[-1] if signals else None


def _figures(days: Sequence[LinkDay]) -> Figures:
    known = [day.connected for day in days if day.connected is not None]
    pings, lost = sum(day.pings for day in days), sum(day.lost for day in days)
    return Figures(
        connected=sum(known) / len(known) if known else None,
        drops_per_day=sum(day.drops for day in days) / len(known) if known else 0,
        rtt_ms=_weighted([(day.rtt_ms, day.pings) for day in days]),
        lost=lost / (pings + lost) if pings + lost else 0,
        delay_ms=_weighted([(day.delay_ms, day.messages) for day in days]),
    )


def _weighted(values: Sequence[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in values if value is not None and weight]
    return sum(value * weight for value, weight in known) / sum(weight for _, weight in known) if known else None


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete days before an instant; returns how many."""
    removed = 0
    while ids := list(LinkDay.objects.filter(day__lt=older_than.date()).values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += LinkDay.objects.filter(pk__in=ids).delete()[0]
    return removed
