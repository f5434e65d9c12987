"""Commands to many stations: drafted, started, made into commands a chunk at a time, stopped.

The row is the intent. Whoever starts it waits for nothing: the sweep makes the commands, and one that dies leaves off
where its last chunk was committed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from drivers import audit
from drivers.models import AuditEntry, Organization, User
from stations import journal, live
from stations.domain import parameters
from stations.domain.bulk import OBSTACLES, Care, Obstacle, care, usual_spread_s
from stations.domain.commands import CommandKind, CommandState, policy_of
from stations.domain.secrets import is_secret_name
from stations.models import BulkCommand, Command, Fact
from stations.selectors.bulk import Plan, plans, undoings
from stations.services import commands

CHUNK = 200
# Stations whose turn comes within so long are told together.
_STEP_S = 10
# For one that was connected when its turn came, and is away just now.
_AWAY = timedelta(minutes=5)


class SecretForMany(Exception):
    """A secret is each station's own: it is not set at many. `name`: the variable's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is a secret: each station has its own.")
        self.name = name


class NotConfirmed(Exception):
    """Somebody who starts it did not do what its kind takes."""


def draft(*, organization: Organization, stations: Sequence[int], requested_by: User) -> BulkCommand:
    """Keep a choice of stations, in their order, until somebody says what for."""
    return _draft(organization=organization, station_ids=list(stations), requested_by=requested_by)


def _draft(**columns: Any) -> BulkCommand:
    with transaction.atomic():
        return BulkCommand.objects.create(**columns, total=len(columns["station_ids"]), created_at=timezone.now())


def word(
    *, bulk: BulkCommand, kind: CommandKind, values: Mapping[str, Any], wait_s: int = 0, spread_s: int = 0
) -> BulkCommand:
    """Say what a draft is for: nothing is sent yet. Raises InvalidParameters, or SecretForMany."""
    checked = parameters.check(kind, values)
    if secret := next((v["name"] for v in checked.get("variables", []) if is_secret_name(v["name"])), ""):
        raise SecretForMany(secret)
    with transaction.atomic():
        BulkCommand.objects.filter(pk=bulk.pk, started_at=None).update(
            kind=kind, payload=orjson.dumps(checked).decode(), wait_s=wait_s, spread_s=spread_s
        )
    bulk.refresh_from_db()
    return bulk


def start(*, bulk: BulkCommand, ticked: bool = False, counted: int | None = None) -> bool:
    """Begin what `bulk` says; whether it still said so and had not begun. Raises NotConfirmed where its kind takes a
    tick, or the number of its stations, and they were not given."""
    needed = care(CommandKind(bulk.kind), bulk.values)
    if (needed is Care.TICK and not ticked) or (needed is Care.COUNT and counted != bulk.total):
        raise NotConfirmed
    with transaction.atomic():
        same = BulkCommand.objects.filter(pk=bulk.pk, started_at=None, **bulk.wording)
        began = same.update(started_at=timezone.now())
        if began:
            _write_down(bulk, bulk.requested_by, "command", bulk.kind)
    live.nudge(live.organization_group(bulk.organization_id))
    return bool(began)


def again(*, bulk: BulkCommand, stations: Sequence[int], requested_by: User) -> BulkCommand:
    """A draft of the same to some of its stations."""
    return _draft(
        organization=bulk.organization,
        requested_by=requested_by,
        station_ids=list(stations),
        kind=bulk.kind,
        payload=bulk.payload,
        wait_s=bulk.wait_s,
        spread_s=usual_spread_s(CommandKind(bulk.kind), len(stations)),
        origin=bulk.origin if bulk.is_undo else bulk,
        is_undo=bulk.is_undo,
    )


def undo(*, bulk: BulkCommand, requested_by: User) -> BulkCommand | None:
    """A draft that takes back what was done, at each station to what was there before; None where nothing can be."""
    back = undoings(bulk.pk)
    if not back:
        return None
    some = next(iter(back.values()))
    # What stands in the row is shown; each station gets its own.
    values = bulk.values if some.kind is CommandKind.SET_VARIABLES else some.values
    return _draft(
        organization=bulk.organization,
        requested_by=requested_by,
        station_ids=[pk for pk in bulk.station_ids if pk in back],
        kind=some.kind,
        payload=orjson.dumps(values).decode(),
        wait_s=bulk.wait_s,
        origin=bulk,
        is_undo=True,
    )


def make_next(*, now: datetime | None = None) -> int:
    """Make the commands of the next chunk of stations; of how many it did, 0 when nothing is left to do."""
    now = now or timezone.now()
    with transaction.atomic():
        bulk = _claim()
        if bulk is None:
            return 0
        ids = bulk.station_ids[bulk.made : bulk.made + CHUNK]
        some = plans(bulk, ids)
        asked = [plan for plan in some if plan.obstacle is None and bulk.stopped_at is None]
        _refuse(bulk, [plan for plan in some if plan not in asked], now)
        due = _due(bulk, now)
        for at, turn in groupby(asked, lambda plan: due(plan.station.pk)):
            _ask(bulk, list(turn), at, now)
        BulkCommand.objects.filter(pk=bulk.pk).update(made=F("made") + len(ids))
    live.nudge(live.organization_group(bulk.organization_id))
    return len(ids)


def _claim() -> BulkCommand | None:
    """The oldest one that is not made, locked; None while another worker deals with all there are."""
    rows = BulkCommand.objects.filter(started_at__isnull=False, made__lt=F("total")).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def _due(bulk: BulkCommand, now: datetime) -> Callable[[int], datetime | None]:
    """When it is a station's turn."""
    if not bulk.spread_s:
        return lambda pk: None
    places = {pk: place for place, pk in enumerate(bulk.station_ids)}
    began = bulk.started_at or now

    def due(pk: int) -> datetime:
        after = bulk.spread_s * places[pk] / max(1, bulk.total - 1)
        return began + timedelta(seconds=after // _STEP_S * _STEP_S)

    return due


def _ask(bulk: BulkCommand, some: Sequence[Plan], not_before: datetime | None, now: datetime) -> None:
    kind = CommandKind(bulk.kind)
    wait = timedelta(seconds=bulk.wait_s) if bulk.wait_s else min(_AWAY, policy_of(kind).expires_after)
    asked = commands.Asked(
        kind=kind,
        requested_by=bulk.requested_by,
        requested_at=now,
        not_before=not_before,
        expires_at=max(now, not_before or now) + wait,
        bulk=bulk,
    )
    commands.written(asked, {plan.station: plan.values for plan in some})


def _refuse(bulk: BulkCommand, some: Sequence[Plan], now: datetime) -> None:
    """Each station has a row, those that are told nothing too: it says why."""
    rows = [
        Command(
            station=plan.station,
            kind=bulk.kind,
            bulk=bulk,
            payload=bulk.payload,
            requested_by=bulk.requested_by,
            requested_at=now,
            expires_at=now,
            finished_at=now,
            **_outcome(plan.obstacle or Obstacle.STOPPED),
        )
        for plan in some
    ]
    Command.objects.bulk_create(rows)


def _outcome(obstacle: Obstacle) -> dict[str, str]:
    state = CommandState.EXPIRED if obstacle is Obstacle.NOT_CONNECTED else CommandState.WITHDRAWN
    return {"state": state, "error_code": obstacle, "error": OBSTACLES[obstacle]}


def _write_down(bulk: BulkCommand, person: User | None, what: str, value: str) -> None:
    """One entry in the audit log stands for all its stations: the rows tell which."""
    told = {what: ["", value], "parameters": ["", bulk.payload], "stations": ["", str(bulk.total)]}
    audit.write(bulk, AuditEntry.Action.COMMAND, by=person, changes=told)


def stop(*, bulk: BulkCommand, stopped_by: User | None, now: datetime | None = None) -> int:
    """Take back what was not sent yet; of how many commands. What is not made yet is made as not to be sent."""
    now = now or timezone.now()
    with transaction.atomic():
        # A chunk being made has the row locked: what it makes is there to be taken back afterwards.
        if BulkCommand.objects.filter(pk=bulk.pk, started_at__isnull=False, stopped_at=None).update(stopped_at=now):
            _write_down(bulk, stopped_by, "stopped", bulk.kind)
    withdrawn = 0
    queued = Command.objects.filter(bulk=bulk, state=CommandState.QUEUED).order_by("pk")
    while ids := list(queued.values_list("pk", flat=True)[:CHUNK]):
        withdrawn += _withdraw(ids, now)
    live.nudge(live.organization_group(bulk.organization_id))
    return withdrawn


def _withdraw(ids: Sequence[int], now: datetime) -> int:
    with transaction.atomic():
        # Compare-and-set: a lane may have claimed one since.
        mine = Q(pk__in=ids, state=CommandState.QUEUED)
        count = Command.objects.filter(mine).update(finished_at=now, sealed=None, **_outcome(Obstacle.STOPPED))
        rows = Command.objects.filter(pk__in=ids, state=CommandState.WITHDRAWN)
        Fact.objects.bulk_create(_finished(row, now) for row in rows.only("pk", "station_id", "kind"))
    return count


def _finished(row: Command, now: datetime) -> Fact:
    data = {"station": row.station_id, "kind": row.kind, "state": CommandState.WITHDRAWN}
    return journal.build("command.finished", subject_type="command", subject_id=row.pk, data=data, at=now)


def prune(*, older_than: datetime) -> int:
    """Forget drafts that nobody came back to."""
    with transaction.atomic():
        return BulkCommand.objects.filter(started_at=None, created_at__lt=older_than).delete()[0]
