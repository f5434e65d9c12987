"""The console's lists: what a viewer sees, narrowed by filters."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from drivers.domain.roles import Permission
from drivers.models import User
from drivers.permissions import Viewer
from stations.domain.status import Availability
from stations.models import Command, Connector, Evse, RefusedAttempt, SecurityEvent, Session, Site, Station
from stations.permissions import organization_ids_granting
from stations.selectors import (
    visible_commands,
    visible_evses,
    visible_refused_attempts,
    visible_security_events,
    visible_sessions,
    visible_sites,
    visible_stations,
)
from stations.selectors.glance import (
    BROKEN,
    WORST_FIRST,
    SiteWords,
    by_site,
    evses_by_site,
    evses_which_are,
    which_are,
)
from stations.selectors.search import containing

# Who types so little that more stations fit goes on typing.
STATIONS_SEARCHED = 200


def find_stations(
    viewer: Viewer,
    *,
    text: str = "",
    site: Site | None = None,
    glance: str = "",
    protocol: str = "",
    connected: bool | None = None,
    vendor: str = "",
    model: str = "",
    firmware: str = "",
    registration: str = "",
) -> QuerySet[Station]:
    """Stations by identity; `text` is looked for in identity, name, site and make. Vendor, model and firmware are given
    by their beginning."""
    stations = visible_stations(viewer)
    if text:
        fields = ("identity", "name", "serial_number", "vendor", "model", "site__name", "site__city")
        stations = stations.filter(containing(Station, fields, text))
    if site:
        stations = stations.filter(site=site)
    if protocol:
        stations = stations.filter(protocol=protocol)
    if connected is not None:
        stations = stations.filter(connection__isnull=not connected)
    for column, beginning in (("vendor", vendor), ("model", model), ("firmware_version", firmware)):
        if beginning:
            stations = stations.filter(**{f"{column}__istartswith": beginning})
    if registration:
        stations = stations.filter(registration=registration)
    if glance:
        stations = which_are(stations, Availability(glance))
    return stations.order_by("identity")


def find_evses(
    viewer: Viewer,
    *,
    text: str = "",
    site: Site | None = None,
    glance: str = "",
    connector_type: str = "",
    min_power_kw: int = 0,
) -> QuerySet[Evse]:
    """EVSEs by their station's identity; `text`: see `find_stations`."""
    evses = visible_evses(viewer).filter(station__quarantined_at=None)
    if text:
        fields = ("identity", "name", "vendor", "model", "site__name", "site__city")
        evses = evses.filter(station__in=visible_stations(viewer).filter(containing(Station, fields, text)))
    if site:
        evses = evses.filter(station__site=site)
    if connector_type:
        evses = evses.filter(Exists(Connector.objects.filter(evse=OuterRef("pk"), type=connector_type)))
    if min_power_kw:
        evses = evses.filter(max_power_w__gte=min_power_kw * 1000)
    if glance:
        evses = evses_which_are(evses, Availability(glance))
    return evses.order_by("station__identity", "number")


def find_sessions(
    viewer: Viewer,
    *,
    text: str = "",
    site: Site | None = None,
    is_open: bool | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    only_odd: bool = False,
    id_token: str = "",
    min_energy_kwh: float = 0,
) -> QuerySet[Session]:
    """Sessions, newest first; `text`: see `_stations_named`, else the beginning of an id token or transaction id.

    `since` and `until` (aware, exclusive) bound their start. `only_odd`: with anomalies.
    """
    sessions = visible_sessions(viewer).select_related("station__site", "evse", "connector", "token")
    if text:
        named = _stations_named(viewer, text)
        sessions = sessions.filter(
            Q(station__in=named)
            if named
            else Q(id_token__iexact=text) | Q(id_token__startswith=text) | Q(transaction_id__startswith=text)
        )
    if site:
        sessions = sessions.filter(station__site=site)
    if is_open is not None:
        sessions = sessions.filter(ended_at__isnull=is_open)
    if since:
        sessions = sessions.filter(started_at__gte=since)
    if until:
        sessions = sessions.filter(started_at__lt=until)
    if only_odd:
        sessions = sessions.filter(is_flagged=True)
    if id_token:
        sessions = sessions.filter(id_token__iexact=id_token)
    if min_energy_kwh:
        sessions = sessions.filter(energy_wh__gte=min_energy_kwh * 1000)
    return sessions.order_by("-started_at", "-id")


def find_commands(
    viewer: Viewer,
    *,
    text: str = "",
    kind: str = "",
    state: str = "",
    station: str = "",
    who: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Command]:
    """Commands, newest first. `station`: an identity; `who`: a part of a name or email address; `since` and `until`
    (aware, exclusive) bound when they were asked for."""
    commands = visible_commands(viewer)
    if text:
        named = _stations_named(viewer, text)
        others = containing(Command, ("action", "requested_by__email"), text)
        commands = commands.filter(Q(station__in=named) if named else others)
    if kind:
        commands = commands.filter(kind=kind)
    if state:
        commands = commands.filter(state=state)
    if station:
        commands = commands.filter(station__identity=station)
    if who:
        colleagues = User.objects.filter(
            memberships__organization__in=organization_ids_granting(viewer, Permission.VIEW_NETWORK)
        )
        people = colleagues.filter(containing(User, ("email", "name"), who))
        commands = commands.filter(requested_by__in=list(people.values_list("pk", flat=True)))
    if since:
        commands = commands.filter(requested_at__gte=since)
    if until:
        commands = commands.filter(requested_at__lt=until)
    return commands.order_by("-id")


def find_security_events(viewer: Viewer, *, text: str = "", only_critical: bool = False) -> QuerySet[SecurityEvent]:
    """Security events, latest first."""
    events = visible_security_events(viewer)
    if text:
        named = _stations_named(viewer, text)
        events = events.filter(
            Q(station__in=named) if named else containing(SecurityEvent, ("type", "tech_info"), text)
        )
    return (events.filter(is_critical=True) if only_critical else events).order_by("-id")


def find_refused_attempts(viewer: Viewer, *, text: str = "", reason: str = "") -> QuerySet[RefusedAttempt]:
    """Refused handshakes, latest first."""
    attempts = visible_refused_attempts(viewer).select_related("station__site")
    if text:
        attempts = attempts.filter(containing(RefusedAttempt, ("identity", "remote_address"), text))
    return attempts.filter(reason=reason) if reason else attempts


def find_sites(viewer: Viewer, *, text: str = "") -> QuerySet[Site]:
    """Sites by name."""
    sites = visible_sites(viewer).select_related("organization")
    return sites.filter(containing(Site, ("name", "city", "address"), text)) if text else sites


@dataclass
class SiteState:
    """What goes on at a site. `stations` and `evses` count by Availability."""

    site: Site
    stations: dict[str, int] = field(default_factory=dict)
    evses: dict[str, int] = field(default_factory=dict)
    sessions: int = 0
    power_w: float = 0.0

    @property
    def total(self) -> int:
        return sum(self.stations.values())

    @property
    def worst(self) -> Availability:
        """The worst word any station of the site has; UNKNOWN for a site without stations."""
        return next((word for word in WORST_FIRST if self.stations.get(word)), Availability.UNKNOWN)

    @property
    def free(self) -> int:
        return self.evses.get(Availability.AVAILABLE, 0)

    @property
    def evse_total(self) -> int:
        return sum(self.evses.values())

    @property
    def troubled(self) -> int:
        return self.stations.get(Availability.FAULTED, 0) + self.stations.get(Availability.OFFLINE, 0)


def site_states(viewer: Viewer, sites: list[Site]) -> list[SiteState]:
    """The state of each of `sites` (visible to the viewer), in their order, in three queries."""
    states = {site.pk: SiteState(site) for site in sites}
    shown = Site.objects.filter(pk__in=states)
    for site_id, word, count in by_site(shown):
        states[site_id].stations[word] = count
    for site_id, word, count in evses_by_site(shown):
        states[site_id].evses[word] = count
    running = visible_sessions(viewer).filter(ended_at=None, station__site__in=states).order_by()
    for site_id, count, power in running.values_list("station__site").annotate(Count("pk"), Sum("power_w")):
        states[site_id].sessions, states[site_id].power_w = count, power or 0.0
    return list(states.values())


def worst_sites(viewer: Viewer, words: Iterable[SiteWords], *, limit: int) -> list[SiteState]:
    """The sites in most need of a person: by how many stations are faulted, then offline, and so on as in WORST_FIRST.
    `words`: those of the stations the viewer sees."""
    counts: dict[int, dict[Availability, int]] = {}
    for site, word, count in words:
        counts.setdefault(site, {})[word] = count
    ranked = sorted(counts, key=lambda site: ([-counts[site].get(word, 0) for word in WORST_FIRST], site))[:limit]
    order = {pk: place for place, pk in enumerate(ranked)}
    sites = sorted(visible_sites(viewer).filter(pk__in=order), key=lambda site: order[site.pk])
    return site_states(viewer, sites)


def worst_stations(stations: QuerySet[Station], *, limit: int) -> list[tuple[Availability, Station]]:
    """The stations that do not work, worst first, with their connectors; fewer than `limit` where fewer are broken."""
    found: list[tuple[Availability, Station]] = []
    for word in WORST_FIRST:
        if word in BROKEN and len(found) < limit:
            rows = which_are(stations, word).order_by("identity").prefetch_related("connectors")
            found += [(word, station) for station in rows[: limit - len(found)]]
    return found


def _stations_named(viewer: Viewer, text: str) -> list[int]:
    """Stations with `text` in their identity or their site's name. Where there are any, a list over millions of rows
    shows theirs and looks no further: no index leads to the rest as well."""
    stations = (
        visible_stations(viewer).filter(containing(Station, ("identity", "site__name"), text)).order_by("identity")
    )
    return list(stations.values_list("pk", flat=True)[:STATIONS_SEARCHED])
