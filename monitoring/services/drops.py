"""Lost connections: taken down as they are heard of, and judged when the fate of their neighbours is known.

Facts come late, twice and out of order; a drop is one row by its connection, whoever tells of it first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction
from django.db.models import Q

from monitoring.domain.attribution import POWER_REASONS as POWER
from monitoring.domain.attribution import TOGETHER, Group, Loss, attribute, key_of
from monitoring.domain.providers import Provider, Range, line_of, provider_of
from monitoring.models import Drop, ProviderRange, StationLink
from monitoring.services.comings import Coming, by_station, later_connections
from stations.domain.commands import CommandKind, CommandState
from stations.domain.partings import OURS, Parting
from stations.models import Command, Connection, EdgeProcess, Station
from stations.services.flush import update_many

# Pings of neighbours are given up by then, and most that only lost a router are back and have told why.
SETTLED_AFTER = TOGETHER + timedelta(seconds=15)
# How long after we told a charger to restart that is why it went, and after a drop a boot tells why it was.
RESTARTING = timedelta(minutes=10)
# Longer than a lease: a process that died before its charger came back elsewhere.
LEASE_OVER = timedelta(seconds=20)
CHUNK = 500
_RESTARTS = (CommandKind.RESET, CommandKind.UPDATE_FIRMWARE, CommandKind.UPGRADE_SECURITY_PROFILE)
_ANSWERED = (CommandState.ACCEPTED, CommandState.UNKNOWN, CommandState.TIMEOUT)


def note(news: Sequence[Coming]) -> None:
    """Of each that connected: its last drop is over, the socket that this one superseded is a drop of its own, and
    whose network it comes through may be new. Of each that ended: a drop."""
    with transaction.atomic():
        ids = {coming.station_id for coming in news}
        stations = {station.pk: station for station in Station.objects.select_related("site").filter(pk__in=ids)}
        told = [coming for coming in news if coming.station_id in stations]
        ranges = ranges_of({station.site.organization_id for station in stations.values()})
        connections = Connection.objects.in_bulk([coming.connection_id for coming in told])
        back = [coming for coming in told if coming.is_back]
        gone = [connections[c.connection_id] for c in told if not c.is_back and c.connection_id in connections]
        _take_down([*(row for row in gone if row.closed_at is not None), *_superseded(back)], stations, ranges)
        _note_back(back)
        _note_addresses(
            [
                (stations[coming.station_id], connections[coming.connection_id].remote_address)
                for coming in back
                if coming.connection_id in connections
                and stations[coming.station_id].connection_id == coming.connection_id
            ],
            ranges,
        )


def _superseded(back: Sequence[Coming]) -> list[Connection]:
    """The sockets in the place of which these came."""
    wanted = [Q(station=coming.station_id, pk__lt=coming.connection_id, closed_at=coming.at) for coming in back]
    if not wanted:
        return []
    return list(Connection.objects.filter(Q(*wanted, _connector=Q.OR), close_reason=Parting.SUPERSEDED))


def _note_back(back: Sequence[Coming]) -> None:
    """Drops whose station is back."""
    open_drops = Drop.objects.filter(station__in={coming.station_id for coming in back}, back_at=None)
    told, changed = by_station(back), []
    for drop in open_drops:
        after = [coming.at for coming in told[drop.station_id] if coming.connection_id > drop.connection]
        if after:
            drop.back_at = after[0]
            changed.append(drop)
    update_many(changed, ["back_at"])


@dataclass(frozen=True, slots=True)
class Boot:
    """A station booted and said why."""

    station_id: int
    at: datetime
    reason: str


def note_boots(boots: Sequence[Boot]) -> None:
    """Why they booted may be why they were away."""
    told = [boot for boot in boots if boot.reason]
    if not told:
        return
    with transaction.atomic():
        # However long it was away: a power cut may last for hours.
        wanted = [_ended_by(boot) for boot in told]
        near: dict[int, list[Drop]] = defaultdict(list)
        found = Drop.objects.filter(Q(*wanted, _connector=Q.OR), boot_reason="").select_related("station")
        for row in found.order_by("at"):
            near[row.station_id].append(row)
        changed = []
        for boot in told:
            before = [drop for drop in near[boot.station_id] if drop.at <= boot.at and not drop.boot_reason]
            if before and (before[-1].back_at is None or boot.at - before[-1].back_at < RESTARTING):
                before[-1].boot_reason = boot.reason[:30]
                changed.append(before[-1])
        update_many(changed, ["boot_reason"])
        # Judged again, with those that went with it: "power" or "told to restart" were not known before.
        together = [_gone_with(drop) for drop in changed]
        if together:
            Drop.objects.filter(Q(*together, _connector=Q.OR)).update(culprit="")


def _ended_by(boot: Boot) -> Q:
    is_recent = Q(back_at=None) | Q(back_at__gt=boot.at - RESTARTING)
    return Q(station=boot.station_id, at__lte=boot.at) & is_recent


def _gone_with(drop: Drop) -> Q:
    return Q(station__site=drop.station.site_id, at__range=(drop.at - TOGETHER, drop.at + TOGETHER))


def _note_addresses(found: Sequence[tuple[Station, str]], ranges: Mapping[int, Sequence[Range]]) -> None:
    """Whose network stations come through now."""
    links = {
        station.pk: StationLink(
            station=station,
            organization_id=station.site.organization_id,
            address=address,
            line=line_of(address),
            provider=provider_at(station, address, ranges[station.site.organization_id]).key[:80],
        )
        for station, address in found
    }
    StationLink.objects.bulk_create(
        links.values(),
        update_conflicts=True,
        unique_fields=["station"],
        update_fields=["organization", "address", "line", "provider"],
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


def _take_down(
    ended: Sequence[Connection], stations: Mapping[int, Station], ranges: Mapping[int, Sequence[Range]]
) -> None:
    known = set(Drop.objects.filter(connection__in=[row.pk for row in ended]).values_list("connection", flat=True))
    fresh = {row.pk: row for row in ended if row.pk not in known}
    later = later_connections([Coming(row.station_id, row.pk, row.last_seen, is_back=False) for row in fresh.values()])
    drops = []
    for row in fresh.values():
        station = stations[row.station_id]
        organization_id = station.site.organization_id
        drop = Drop(
            connection=row.pk,
            organization_id=organization_id,
            station=station,
            at=row.closed_at or row.last_seen,
            heard_at=row.last_seen,
            opened_at=row.opened_at,
            back_at=later.get(row.pk),
            address=row.remote_address,
            line=line_of(row.remote_address),
            provider=provider_at(station, row.remote_address, ranges[organization_id]).key[:80],
            process=str(row.process_id or ""),
            parting=row.close_reason,
            code=row.close_code,
        )
        drops.append(drop)
    Drop.objects.bulk_create(drops, ignore_conflicts=True)


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
