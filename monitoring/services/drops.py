"""Lost connections: taken down as they are heard of, and judged when the fate of their neighbours is known.

Facts come late, twice and out of order; a drop is one row by its connection, whoever tells of it first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.db.models import Q

from monitoring.domain.attribution import POWER_REASONS as POWER
from monitoring.domain.attribution import TOGETHER, Group, Loss, attribute, key_of
from monitoring.domain.providers import Provider, Range, line_of, provider_of
from monitoring.models import Drop, ProviderRange, StationLink
from stations.domain.commands import CommandKind, CommandState
from stations.domain.partings import OURS, Parting
from stations.models import Command, Connection, EdgeProcess, Station

# Pings of neighbours are given up by then, and most that only lost a router are back and have told why.
SETTLED_AFTER = TOGETHER + timedelta(seconds=15)
# How long after we told a charger to restart that is why it went, and after a drop a boot tells why it was.
RESTARTING = timedelta(minutes=10)
REVISED_WITHIN = timedelta(hours=1)
# Longer than a lease: a process that died before its charger came back elsewhere.
LEASE_OVER = timedelta(seconds=20)
CHUNK = 500
_RESTARTS = (CommandKind.RESET, CommandKind.UPDATE_FIRMWARE, CommandKind.UPGRADE_SECURITY_PROFILE)
_ANSWERED = (CommandState.ACCEPTED, CommandState.UNKNOWN, CommandState.TIMEOUT)


def note_connected(*, station_id: int, connection_id: int, at: datetime) -> None:
    """A station connected: its last drop is over, the socket that this one superseded is a drop of its own, and whose
    network it comes through may be new."""
    with transaction.atomic():
        station = Station.objects.select_related("site").filter(pk=station_id).first()
        connection = Connection.objects.filter(pk=connection_id).first()
        if station is None:
            return
        superseded = Connection.objects.filter(
            station=station_id, pk__lt=connection_id, closed_at=at, close_reason=Parting.SUPERSEDED
        )
        for old in superseded:
            _take_down(station, old)
        Drop.objects.filter(station=station_id, back_at=None, connection__lt=connection_id).update(back_at=at)
        if connection is not None and station.connection_id == connection_id:
            note_address(station=station, address=connection.remote_address)


def note_lost(*, station_id: int, connection_id: int) -> None:
    """A connection of a station ended."""
    with transaction.atomic():
        station = Station.objects.select_related("site").filter(pk=station_id).first()
        connection = Connection.objects.filter(pk=connection_id).exclude(closed_at=None).first()
        if station is not None and connection is not None:
            _take_down(station, connection)


def note_boot(*, station_id: int, at: datetime, reason: str) -> None:
    """A station booted and said why: that may be why it was away."""
    if not reason:
        return
    with transaction.atomic():
        before = Drop.objects.filter(station=station_id, at__lte=at, at__gt=at - REVISED_WITHIN, boot_reason="")
        drop = before.order_by("-at").first()
        if drop is not None and (drop.back_at is None or at - drop.back_at < RESTARTING):
            # Judged again: "power" or "told to restart" were not known before.
            Drop.objects.filter(pk=drop.pk).update(boot_reason=reason[:30], culprit="")


def note_address(*, station: Station, address: str) -> None:
    """Whose network the station comes through now."""
    provider = provider_at(station, address, ranges_of([station.site.organization_id])[station.site.organization_id])
    StationLink.objects.update_or_create(
        station=station,
        defaults={
            "organization_id": station.site.organization_id,
            "address": address,
            "line": line_of(address),
            "provider": provider.key[:80],
        },
    )


def provider_at(station: Station, address: str, ranges: Sequence[Range]) -> Provider:
    """The provider of a station that comes from this address."""
    return provider_of(address=address, iccid=station.iccid, imsi=station.imsi, ranges=ranges)


def ranges_of(organization_ids: Collection[int]) -> defaultdict[int, list[Range]]:
    """What organizations said of addresses and SIMs."""
    found: defaultdict[int, list[Range]] = defaultdict(list)
    for row in ProviderRange.objects.filter(organization__in=organization_ids):
        found[row.organization_id].append(Range(row.pattern, row.name))
    return found


def _take_down(station: Station, connection: Connection) -> None:
    organization_id = station.site.organization_id
    provider = provider_at(station, connection.remote_address, ranges_of([organization_id])[organization_id])
    later = Connection.objects.filter(station=station, pk__gt=connection.pk).order_by("pk")
    Drop.objects.get_or_create(
        connection=connection.pk,
        defaults={
            "organization_id": organization_id,
            "station": station,
            "at": connection.closed_at or connection.last_seen,
            "heard_at": connection.last_seen,
            "opened_at": connection.opened_at,
            "back_at": later.values_list("opened_at", flat=True).first(),
            "address": connection.remote_address,
            "line": line_of(connection.remote_address),
            "provider": provider.key[:80],
            "process": str(connection.process_id or ""),
            "parting": connection.close_reason,
            "code": connection.close_code,
        },
    )


# --- Whose fault ---


def judge(*, now: datetime, limit: int = CHUNK) -> int:
    """Say of drops that have settled whose fault they were; returns how many."""
    due = Drop.objects.filter(culprit="", at__lte=now - SETTLED_AFTER).select_related("station")
    drops = list(due.order_by("at")[:limit])
    if not drops:
        return 0
    court = _Court(drops)
    for drop in drops:
        verdict = attribute(court.loss(drop))
        drop.culprit, drop.lost, drop.stood = verdict.culprit.value, verdict.lost, verdict.stood
        drop.cause = key_of(
            verdict.culprit,
            site_id=drop.station.site_id,
            line=drop.line,
            provider=drop.provider,
            process=drop.process,
        )
    with transaction.atomic():
        Drop.objects.bulk_update(drops, ["culprit", "lost", "stood", "cause"], batch_size=CHUNK)
    return len(drops)


@dataclass
class _Court:
    """What is known about a batch of drops, oldest first: a few queries for all, one for each site's moment."""

    drops: Sequence[Drop]
    _stood: dict[tuple[object, ...], int] = field(default_factory=dict)

    def loss(self, drop: Drop) -> Loss:
        near = [other for other in self._near(drop) if not self._is_excused(other) or other.pk == drop.pk]
        here = [other for other in near if other.station.site_id == drop.station.site_id]
        of_provider = [other for other in near if other.provider == drop.provider]
        on_line = [other for other in here if other.line == drop.line]
        return Loss(
            parting=Parting.PROCESS_DIED if self._has_died(drop) else drop.parting,
            line=self._group(on_line, self._standing(drop, line=drop.line)) if drop.line else Group(),
            site=self._group(here, self._standing(drop)),
            provider=self._group(of_provider, self._standing_of(drop, drop.provider)) if drop.provider else None,
            everybody=self._group(near, self._standing_of(drop, None)),
            providers_lost=len({other.provider for other in near if other.provider}),
            boot_reason=drop.boot_reason,
            was_asked=drop.pk in self._asked,
        )

    def _group(self, lost: Iterable[Drop], standing: int) -> Group:
        by_station = {drop.station_id: drop for drop in lost}
        sites = {drop.station.site_id for drop in by_station.values()}
        powered_up = sum(drop.boot_reason in POWER for drop in by_station.values())
        return Group(max(len(by_station), 1), standing, max(len(sites), 1), powered_up)

    @cached_property
    def _around(self) -> dict[int, list[Drop]]:
        """All drops of the batch's minutes, by organization, judged or not."""
        since, until = self.drops[0].at - TOGETHER, self.drops[-1].at + TOGETHER
        organizations = {drop.organization_id for drop in self.drops}
        rows = Drop.objects.filter(organization__in=organizations, at__range=(since, until)).select_related("station")
        found: dict[int, list[Drop]] = defaultdict(list)
        for row in rows:
            found[row.organization_id].append(row)
        return found

    def _near(self, drop: Drop) -> list[Drop]:
        return [other for other in self._around[drop.organization_id] if abs(other.at - drop.at) <= TOGETHER]

    def _is_excused(self, drop: Drop) -> bool:
        return drop.parting in OURS or drop.pk in self._asked or self._has_died(drop)

    def _has_died(self, drop: Drop) -> bool:
        """Its process was gone by then, and did not say so: the charger came back elsewhere before it was found out."""
        until = self._leases.get(drop.process)
        return until is not None and until < drop.at + LEASE_OVER

    @cached_property
    def _leases(self) -> dict[str, datetime]:
        return {str(pk): until for pk, until in EdgeProcess.objects.values_list("pk", "lease_until")}

    @cached_property
    def _asked(self) -> set[int]:
        """Drops of chargers that had been told to restart."""
        drops = [drop for drops in self._around.values() for drop in drops]
        sent = Command.objects.filter(
            Q(kind__in=_RESTARTS) | Q(kind=CommandKind.CALL, action="Reset"),
            station__in={drop.station_id for drop in drops},
            sent_at__gte=self.drops[0].at - TOGETHER - RESTARTING,
            state__in=_ANSWERED,
        )
        told: dict[int, list[datetime]] = defaultdict(list)
        for station_id, sent_at in sent.values_list("station", "sent_at"):
            if sent_at is not None:
                told[station_id].append(sent_at)
        return {drop.pk for drop in drops if any(drop.at - RESTARTING <= at <= drop.at for at in told[drop.station_id])}

    def _standing(self, drop: Drop, line: str | None = None) -> int:
        """Chargers of the site (behind the same address) whose connection lasted through these minutes."""
        around = [
            (station, address)
            for station, address, opened_at, closed_at in self._held[drop.station.site_id]
            if opened_at < drop.at - TOGETHER and (closed_at is None or closed_at > drop.at + TOGETHER)
        ]
        return len({station for station, address in around if line is None or line_of(address) == line})

    @cached_property
    def _held(self) -> dict[int, list[tuple[int, str, datetime, datetime | None]]]:
        """The connections that reach into the batch's minutes, by site."""
        since = self.drops[0].at - TOGETHER
        rows = Connection.objects.filter(
            Q(closed_at=None) | Q(closed_at__gt=since), station__site__in={drop.station.site_id for drop in self.drops}
        )
        found: dict[int, list[tuple[int, str, datetime, datetime | None]]] = defaultdict(list)
        names = ("station__site", "station", "remote_address", "opened_at", "closed_at")
        for site, station, address, opened_at, closed_at in rows.values_list(*names):
            found[site].append((station, address, opened_at, closed_at))
        return found

    def _standing_of(self, drop: Drop, provider: str | None) -> int:
        """Chargers of the provider (None: of the organization) that are connected since before these minutes."""
        minute = drop.at.replace(second=0, microsecond=0)
        key = (drop.organization_id, provider, minute)
        if key not in self._stood:
            links = StationLink.objects.filter(
                organization=drop.organization_id, station__connection__opened_at__lt=drop.at - TOGETHER
            )
            self._stood[key] = (links if provider is None else links.filter(provider=provider)).count()
        return self._stood[key]


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete drops before an instant; returns how many."""
    removed = 0
    while ids := list(Drop.objects.filter(at__lt=older_than).values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            removed += Drop.objects.filter(pk__in=ids).delete()[0]
    return removed
