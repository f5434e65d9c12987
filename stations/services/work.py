"""The unit of work: what one batch of charger messages has loaded and will write.

A lane loads it in a few queries, runs the batch's jobs on its objects, flushes changed rows together and commits.
Jobs change rows only through it, and have no effect outside of it: nudges are collected here and sent after the commit.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from django.db import connection, models, transaction

from stations import journal, live
from stations.domain.commands import CommandState
from stations.domain.reservations import ReservationState
from stations.metrics import Tally
from stations.models import (
    Command,
    Connection,
    Connector,
    Fact,
    Frame,
    MeterSample,
    RecentCalls,
    ReportedCost,
    Reservation,
    Session,
    SessionEvent,
    SharedIdentity,
    Station,
)
from stations.services import rollups
from stations.services.flush import NewEvent, NewFrame, NewSample, insert_many, insert_new, update_many
from stations.services.loading import KEYS, Prepared

# Enough for what a charger had in flight when its socket died.
_RECENT_CALLS = 8

# What jobs read. A station and a connector have more, and loading it costs more than handling a message.
_STATION_FIELDS = (
    *("identity", "registration", "connection_id", "protocol", "clock_offset_s", "last_seen"),
    *("status", "status_at", "error_code"),
    *("site__organization_id", "site__access", "site__one_session_per_token"),
)
_CONNECTOR_FIELDS = (
    *("station_id", "number", "ocpp16_id", "status", "status_at", "error_code"),
    *("evse__number", "evse__station_id", "evse__max_power_w"),
)


def _locked_stations() -> models.QuerySet[Station]:
    # In the order of the ids, or two batches could wait for each other.
    found = Station.objects.filter(pk__among=KEYS).select_related("site").only(*_STATION_FIELDS).order_by("pk")
    if not connection.features.has_select_for_no_key_update:
        return found
    return found.select_for_update(of=("self",), no_key=True)


_STATIONS = Prepared(_locked_stations)
_CONNECTORS = Prepared(
    lambda: Connector.objects.filter(station__among=KEYS).select_related("evse").only(*_CONNECTOR_FIELDS)
)
_OPEN_SESSIONS = Prepared(
    lambda: Session.objects.filter(station__among=KEYS, ended_at=None).select_related("evse").order_by("id")
)
_RECENT = Prepared(lambda: RecentCalls.objects.filter(pk__among=KEYS))


@dataclass
class Work:
    """Loaded with `load`; `flush` writes what `changed` and the lists hold."""

    now: datetime
    stations: dict[int, Station] = field(default_factory=dict)
    frames: list[NewFrame] = field(default_factory=list)
    samples: list[NewSample] = field(default_factory=list)
    events: list[NewEvent] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)
    _ended_sessions: list[Session] = field(default_factory=list)
    _changed: dict[tuple[type[models.Model], Any], tuple[models.Model, set[str]]] = field(default_factory=dict)

    @classmethod
    def load(cls, station_ids: set[int], now: datetime) -> "Work":
        """A unit of work on these stations, locked until its end.

        The lock keeps apart two processes that hold messages of one charger (it reconnected elsewhere), and a lane
        from the sweep that closes the connections of a dead process.
        """
        return cls(now, {station.pk: station for station in _STATIONS.rows(station_ids)} if station_ids else {})

    @cached_property
    def connectors(self) -> defaultdict[int, list[Connector]]:
        """The connectors by station, of all stations in one query, once the first job asks for any."""
        return _by_station(_CONNECTORS.rows(self.stations))

    @cached_property
    def open_sessions(self) -> defaultdict[int, list[Session]]:
        """The open sessions by station, oldest first, with their EVSEs; loaded as the connectors are."""
        return _by_station(_OPEN_SESSIONS.rows(self.stations))

    @cached_property
    def reported_costs(self) -> dict[int, ReportedCost]:
        """By open session, what its station calculated; loaded as the sessions are."""
        told = ReportedCost.objects.filter(session__station__in=self.stations, session__ended_at=None)
        return {cost.session_id: cost for cost in told}

    @cached_property
    def keep_places(self) -> set[int]:
        """The stations that keep a place for somebody; loaded as the connectors are."""
        kept = Reservation.objects.filter(station__in=self.stations, state=ReservationState.ACCEPTED)
        return set(kept.values_list("station", flat=True))

    @cached_property
    def with_commands(self) -> set[int]:
        """The stations that had a command queued or sent when this was first asked; loaded as the connectors are.

        Whoever requests one wakes the charger's conversation, which asks again in a later batch.
        """
        states = (CommandState.QUEUED, CommandState.SENT)
        found = Command.objects.filter(station__in=self.stations, state__in=states)
        return set(found.values_list("station", flat=True))

    @cached_property
    def sockets(self) -> dict[int, Connection]:
        """The open connections of all stations, by id, with their processes; loaded as the connectors are."""
        found = Connection.objects.filter(station__in=self.stations, closed_at=None).select_related("process")
        return {connection.pk: connection for connection in found}

    @cached_property
    def shared_identities(self) -> dict[int, SharedIdentity]:
        """By station, what is known of a second charger with its identity; loaded as the connectors are."""
        return {shared.station_id: shared for shared in SharedIdentity.objects.filter(station__in=self.stations)}

    @cached_property
    def _recent_calls(self) -> dict[int, RecentCalls]:
        return {row.pk: row for row in _RECENT.rows(self.stations)}

    @classmethod
    @contextmanager
    def transaction(cls, station_ids: set[int], now: datetime) -> Iterator["Work"]:
        """A unit of work of its own, for those who are no lane: committed at the end, nudges sent after it."""
        with transaction.atomic():
            work = cls.load(station_ids, now)
            yield work
            work.flush()
        work.tally.publish()
        live.nudge(*work.groups)
        if work.finished_commands:
            live.tell_finished(work.finished_commands)

    def changed(self, row: models.Model, *names: str) -> None:
        """Write these fields of the row at the flush. One row has one object in a unit of work."""
        known, fields = self._changed.setdefault((type(row), row.pk), (row, set()))
        if known is not row:
            raise ValueError(f"{row!r} stands twice in one unit of work; the changes of one would be lost.")
        fields.update(names)

    def session(self, station: Station, transaction_id: str) -> Session | None:
        """The station's newest session with this id on the wire, open or not."""
        loaded = [*self.open_sessions[station.pk], *self._ended_sessions]
        known = [s for s in loaded if s.station_id == station.pk and s.transaction_id == transaction_id]
        if known:
            return max(known, key=lambda session: session.pk)
        found = Session.objects.filter(station=station, transaction_id=transaction_id).order_by("-id").first()
        if found is not None:
            self._ended_sessions.append(found)
        return found

    def ended(self, session: Session) -> None:
        """The session is open no longer, for what follows in this batch."""
        self.open_sessions[session.station_id].remove(session)
        self._ended_sessions.append(session)

    def record(self, kind: str, *, subject: models.Model, data: Mapping[str, Any], at: datetime | None = None) -> None:
        """Add a fact about `subject`."""
        name = type(subject)._meta.model_name or ""
        self.facts.append(journal.build(kind, subject_type=name, subject_id=subject.pk, data=data, at=at or self.now))

    @property
    def finished_commands(self) -> list[int]:
        """Ids of the commands that have got an outcome: somebody may be waiting for it."""
        return [fact.subject_id for fact in self.facts if fact.kind == "command.finished"]

    def nudge_station(self, station: Station) -> None:
        """Pages that show the station, its site or its network fetch again after the commit."""
        self.groups |= {
            live.station_group(station.pk),
            live.site_group(station.site_id),
            live.organization_group(station.site.organization_id),
        }

    def nudge_session(self, session: Session) -> None:
        """Pages that show the session or its station fetch again after the commit."""
        self.groups.add(live.session_group(session.pk))
        self.nudge_station(self.stations[session.station_id])

    def is_repeat(self, station: Station, digest: bytes) -> bool:
        """Whether a call with this 16-byte digest is among the station's last ones; if not, it is from now on."""
        recent = self._recent_calls.get(station.pk)
        if recent is None:
            recent = self._recent_calls[station.pk] = RecentCalls.objects.create(station=station)
        known = bytes(recent.digests)
        if any(known[i : i + len(digest)] == digest for i in range(0, len(known), len(digest))):
            return True
        recent.digests = (known + digest)[-_RECENT_CALLS * len(digest) :]
        self.changed(recent, "digests")
        return False

    def flush(self) -> None:
        """Write everything, in few statements."""
        by_fields: dict[tuple[type[models.Model], frozenset[str]], list[models.Model]] = {}
        for (model, _), (row, names) in self._changed.items():
            by_fields.setdefault((model, frozenset(names)), []).append(row)
        for (_, changed_names), rows in by_fields.items():
            update_many(rows, changed_names)
        insert_new(MeterSample, self.samples)
        insert_new(SessionEvent, self.events)
        insert_new(Frame, self.frames)
        insert_many(self.facts)
        rollups.note(self._touched_sessions())

    def _touched_sessions(self) -> set[int]:
        """The sessions that began, changed or were metered."""
        told = {sample.session_id for sample in self.samples if sample.session_id is not None}
        changed = {pk for model, pk in self._changed if model is Session}
        return told | changed | {fact.subject_id for fact in self.facts if fact.subject_type == "session"}


StationRow = TypeVar("StationRow", Connector, Session)


def _by_station(rows: Iterable[StationRow]) -> defaultdict[int, list[StationRow]]:
    grouped: defaultdict[int, list[StationRow]] = defaultdict(list)
    for row in rows:
        grouped[row.station_id].append(row)
    return grouped
