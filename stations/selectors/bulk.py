"""Commands to many stations: what will become of each, and what became of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.domain import bulk as rules
from stations.domain.bulk import Obstacle
from stations.domain.commands import CommandKind, CommandState
from stations.domain.session_effects import ENDING, Effect, Running, effect
from stations.domain.undo import Undo, undo_of
from stations.models import BulkCommand, Command, Session, Station
from stations.permissions import command_kinds, organization_ids_granting, where_granted
from stations.selectors.earlier import before

# Numbers in one question to the database.
AT_ONCE = 2000


def visible_bulk_commands(viewer: Viewer) -> QuerySet[BulkCommand]:
    """Those that concern a station the viewer sees; drafts only to who makes them. Without the numbers of their
    stations, which are many."""
    seen = Command.objects.filter(bulk=OuterRef("pk"), station__site__in=where_granted(viewer, Permission.VIEW_NETWORK))
    organizations = organization_ids_granting(viewer, Permission.VIEW_NETWORK)
    own = Q(requested_by=viewer.pk)
    found = BulkCommand.objects.filter(own | Q(Exists(seen), started_at__isnull=False), organization__in=organizations)
    return found.select_related("requested_by", "origin").defer("station_ids", "origin__station_ids")


def visible_bulk_rows(viewer: Viewer, bulk: BulkCommand) -> QuerySet[Command]:
    """The commands made of it that the viewer sees."""
    found = Command.objects.filter(bulk=bulk, station__site__in=where_granted(viewer, Permission.VIEW_NETWORK))
    return found.select_related("station__site", "requested_by")


# There may be thousands of them.
_NEEDED = ("identity", "protocol", "connection", "site__organization", "site__name")


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one station: it is asked for `values`, or there is an obstacle."""

    station: Station
    values: dict[str, Any]
    obstacle: Obstacle | None = None


def plans(bulk: BulkCommand, station_ids: Sequence[int]) -> list[Plan]:
    """What becomes of these stations, in their order; those that are gone are left out. In the name of who asks."""
    found = Station.objects.filter(pk__in=station_ids).select_related("site").only(*_NEEDED).in_bulk()
    stations = [found[pk] for pk in station_ids if pk in found]
    kind, values = CommandKind(bulk.kind), bulk.values
    sites = {station.site_id: station.site for station in stations}
    asking = bulk.requested_by or AnonymousUser()
    allowed = {pk for pk, site in sites.items() if kind in command_kinds(asking, site)}
    back = undoings(bulk.origin_id, stations) if bulk.is_undo else None

    def plan(station: Station) -> Plan:
        if station.site_id not in allowed:
            return Plan(station, {}, Obstacle.FORBIDDEN)
        if back is not None:
            undo = back.get(station.pk)
            asked, problem = (undo.values, None) if undo else ({}, Obstacle.NOTHING_TO_UNDO)
        else:
            asked, problem = values, rules.obstacle(kind, values, station.protocol)
        if problem is None and not bulk.wait_s and not station.connected:
            problem = Obstacle.NOT_CONNECTED
        return Plan(station, {} if problem else rules.values_for(kind, asked, station.protocol), problem)

    return [plan(station) for station in stations]


MAY_HAVE_BEEN_DONE = (CommandState.ACCEPTED, CommandState.TIMEOUT, CommandState.UNKNOWN)


def undoings(origin_id: int | None, stations: Iterable[Station] | None = None) -> dict[int, Undo]:
    """By station, what takes back what a bulk command did there; nothing where it was not done."""
    rows = Command.objects.filter(bulk=origin_id, state__in=MAY_HAVE_BEEN_DONE).order_by("part_of", "id")
    if stations is not None:
        rows = rows.filter(station__in=list(stations))
    parts: dict[int, list[Command]] = {}
    for row in rows.only("station_id", "kind", "payload", "before", "part_of_id", "id"):
        parts.setdefault(row.station_id, []).append(row)
    return {pk: undo for pk, some in parts.items() if (undo := undo_of_parts(some))}


def undo_of_parts(parts: Sequence[Command], known: dict[str, Any] | None = None) -> Undo | None:
    """What takes back the parts of one command that were done."""
    first = next((part for part in parts if part.part_of_id is None), parts[0])
    undos = [undo_of(CommandKind(part.kind), part.values, {**part.was_before, **(known or {})}) for part in parts]
    found = [undo for undo in undos if undo is not None]
    if first.kind != CommandKind.SET_VARIABLES or len(found) < 2:
        return found[0] if found else None
    return Undo(CommandKind.SET_VARIABLES, {"variables": [v for undo in found for v in undo.values["variables"]]})


@dataclass
class Outlook:
    """A bulk command before it is sent. `obstacles` by version; `ending_sites`: where sessions end; `unknown`: how many
    stations have not told the value that is changed, so that nobody can go back to it."""

    stations: int = 0
    connected: int = 0
    waiting: int = 0
    obstacles: Counter[tuple[Obstacle, str]] = field(default_factory=Counter)
    effects: Counter[Effect] = field(default_factory=Counter)
    ending_sites: set[int] = field(default_factory=set)
    unknown: int = 0

    @property
    def asked(self) -> int:
        return self.connected + self.waiting

    @property
    def left_out(self) -> int:
        return self.obstacles.total()

    @property
    def ending(self) -> int:
        """How many sessions end."""
        return sum(self.effects[word] for word in ENDING)


def outlook(bulk: BulkCommand) -> Outlook:
    """What will become of all stations and of the sessions that run there now."""
    found = Outlook(stations=bulk.total)
    for start in range(0, len(bulk.station_ids), AT_ONCE):
        some = plans(bulk, bulk.station_ids[start : start + AT_ONCE])
        asked = {plan.station.pk: plan for plan in some if plan.obstacle is None}
        found.obstacles.update((plan.obstacle, plan.station.protocol) for plan in some if plan.obstacle)
        found.connected += sum(plan.station.connected for plan in asked.values())
        found.waiting += sum(not plan.station.connected for plan in asked.values())
        if bulk.kind == CommandKind.SET_VARIABLES:
            told = before(CommandKind.SET_VARIABLES, [(pk, plan.values) for pk, plan in asked.items()])
            found.unknown += sum(None in known["variables"] for known in told)
        for session, word in _effects(CommandKind(bulk.kind), asked):
            found.effects[word] += 1
            if word in ENDING:
                found.ending_sites.add(session.station.site_id)
    return found


def effects_at(bulk: BulkCommand, some: Sequence[Plan]) -> dict[int, list[Effect]]:
    """By station, what it does to the sessions that run there now."""
    asked = {plan.station.pk: plan for plan in some if plan.obstacle is None}
    found: dict[int, list[Effect]] = {}
    for session, word in _effects(CommandKind(bulk.kind), asked):
        found.setdefault(session.station_id, []).append(word)
    return found


def _effects(kind: CommandKind, asked: dict[int, Plan]) -> Iterator[tuple[Session, Effect]]:
    running = Session.objects.filter(station__in=asked, ended_at=None).select_related("station", "evse", "connector")
    for session in running.order_by("id"):
        yield session, effect(kind, asked[session.station_id].values, running_of(session))


def running_of(session: Session) -> Running:
    """A session as `stations.domain.session_effects` looks at it; fetched with its EVSE and connector."""
    return Running(
        session.transaction_id,
        session.protocol,
        session.evse.number if session.evse else None,
        session.connector.number if session.connector else None,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come. `states`: how many commands are in each; `unmade`: stations without one so far."""

    states: dict[str, int]
    unmade: int = 0

    @property
    def total(self) -> int:
        return sum(self.states.values()) + self.unmade

    @property
    def open(self) -> int:
        return self.unmade + self.states.get(CommandState.QUEUED, 0) + self.states.get(CommandState.SENT, 0)

    @property
    def done(self) -> int:
        return self.total - self.open

    @property
    def unsent(self) -> int:
        """What can still be stopped."""
        return self.unmade + self.states.get(CommandState.QUEUED, 0)

    @property
    def failed(self) -> int:
        return sum(self.states.get(state, 0) for state in FAILED)


# Asked, or to be asked, and not done: what may be tried again.
FAILED = (
    *(CommandState.REJECTED, CommandState.FAILED, CommandState.TIMEOUT, CommandState.EXPIRED),
    *(CommandState.UNKNOWN, CommandState.NO_EFFECT),
)


def progress(viewer: Viewer, bulks: Sequence[BulkCommand]) -> dict[int, Progress]:
    """How far each has come, as far as the viewer sees its stations, in one query."""
    seen = where_granted(viewer, Permission.VIEW_NETWORK)
    rows = Command.objects.filter(bulk__in=bulks, station__site__in=seen).order_by()
    states: dict[int, dict[str, int]] = {bulk.pk: {} for bulk in bulks}
    for pk, state, count in rows.values_list("bulk", "state").annotate(Count("pk")):
        states[pk][state] = count
    return {bulk.pk: Progress(states[bulk.pk], bulk.total - bulk.made) for bulk in bulks}


def to_try_again(viewer: Viewer, bulk: BulkCommand) -> list[int]:
    """The stations where it failed, or was stopped before it was sent."""
    stopped = Q(state=CommandState.WITHDRAWN, error_code=Obstacle.STOPPED)
    rows = visible_bulk_rows(viewer, bulk).filter(Q(state__in=FAILED) | stopped)
    return list(rows.order_by("station__identity").values_list("station", flat=True).distinct())
