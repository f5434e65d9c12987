"""Self-repair at work: begins runs by alerts and takes each a step further. Rows with `due_at`, claimed one by one.

Whatever stops the process, the rows say what is still to do: a step's row and its command are written together, so that
none is sent twice, and none is forgotten.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from drivers import clock
from monitoring.domain.playbooks import (
    STARTS,
    Attempt,
    Course,
    Do,
    Finish,
    Mode,
    Playbook,
    Result,
    Skip,
    Step,
    Wait,
    Why,
    decide,
)
from monitoring.models import Alert, RepairRun, RepairStep
from monitoring.selectors.repair_sight import fault_of
from monitoring.services import repair_log, repairs
from monitoring.services.playbook_settings import Settings, read_steps, settings
from monitoring.services.repair_acts import World, world_of
from monitoring.services.repair_answers import read
from stations.services.commands import NotConnected

# A fault that was there for longer when self-repair was switched on is for people.
FRESH = timedelta(hours=6)
CHUNK = 200
# More than the steps of any playbook.
MOST_AT_ONCE = 2 * len(Step)
CHANGING = ("state", "cured_by", "waits_for", "blocked_since", "ended_at", "due_at", "work_order", "note")


def sweep(*, now: datetime | None = None) -> int:
    """Begin runs for fresh alerts, and take those that are due further. How many runs it looked at."""
    now = now or clock.now()
    wanted = settings()
    _begin(wanted, now)
    due = RepairRun.objects.filter(_due(now), ended_at=None).order_by("due_at", "pk").values_list("pk", flat=True)
    return sum(advance(pk, wanted, now=now) for pk in list(due[:CHUNK]))


def look_at(station_ids: Collection[int], *, now: datetime) -> None:
    """Something happened at stations: their runs are looked at with the next sweep."""
    runs = RepairRun.objects.filter(station__in=station_ids, ended_at=None)
    runs.filter(Q(due_at__gt=now) | Q(due_at=None)).update(due_at=now)


def _due(now: datetime) -> Q:
    return Q(due_at__lte=now) | Q(alert__resolved_at__isnull=False) | Q(alert=None)


def _begin(wanted: Settings, now: datetime) -> None:
    """Nothing that is acknowledged, snoozed or worked on: somebody takes care of it."""
    busy = RepairRun.objects.filter(station=OuterRef("station"), ended_at=None)
    known = RepairRun.objects.filter(alert=OuterRef("pk"))
    alerts = Alert.objects.filter(
        ~Exists(busy),
        ~Exists(known),
        rule__in=STARTS,
        resolved_at=None,
        cleared_at=None,
        raised_at__gt=now - FRESH,
        station__quarantined_at=None,
        is_muted=False,
        incident__acknowledged_at=None,
        incident__snoozed_until=None,
        incident__resolved_at=None,
    )
    for alert in alerts.select_related("station").order_by("severity", "pk")[:CHUNK]:
        assert alert.station is not None  # noqa: S101 - the join above
        playbook = wanted.at(alert.organization_id, alert.station.site_id)
        if playbook.mode is not Mode.OFF and alert.rule in playbook.rules:
            repairs.begin(alert=alert, playbook=playbook, is_dry=playbook.mode is Mode.DRY_RUN, by=None, now=now)


def advance(pk: int, wanted: Settings, *, now: datetime, world: World | None = None) -> int:
    """Take one run as far as it goes now; 0 where another process was faster."""
    with transaction.atomic():
        rows = RepairRun.objects.select_for_update(of=("self",)).select_related(
            "station", "site", "evse", "alert", "incident"
        )
        run = rows.filter(_due(now), pk=pk, ended_at=None).first()
        if run is None:
            return 0
        _go(run, wanted.at(run.organization_id, run.site_id), world or world_of(run), now)
        run.save(update_fields=CHANGING)
        repair_log.nudge(run)
    return 1


def _go(run: RepairRun, playbook: Playbook, world: World, now: datetime) -> None:
    taken = list(run.taken.select_related("command"))
    _settle(taken, now)
    fault = fault_of(run)
    own = Playbook(playbook.mode, playbook.rules, read_steps(run.steps), playbook.per_day)
    for _ in range(MOST_AT_ONCE):
        seen = repairs.with_people(run, world.see(run, now), playbook.mode, now)
        decision = decide(own, fault, _course(run, taken), seen, now=now)
        if isinstance(decision, Wait):
            _wait(run, decision, now)
            return
        if isinstance(decision, Finish):
            repair_log.end(run, taken, decision, now)
            return
        if isinstance(decision, Skip):
            _helped_not(taken)
            taken.append(_row(run, decision.position, decision.step, Result.SKIPPED, now, why=decision.why))
            repair_log.skipped(run, decision.step, decision.why, now)
        elif not _do(run, taken, decision, world, now):
            return


def _settle(taken: list[RepairStep], now: datetime) -> None:
    """What became of the command that was under way."""
    for row in taken:
        if row.state == Result.OPEN and (outcome := read(row, row.command)) is not None:
            row.state, row.answer = outcome.result, outcome.answer[:100]
            row.known_at = row.command.finished_at if row.command and row.command.finished_at else now
            row.save(update_fields=["state", "answer", "known_at"])


def _course(run: RepairRun, taken: list[RepairStep]) -> Course:
    attempts = (Attempt(row.position, Step(row.step), Result(row.state), row.known_at or row.began_at) for row in taken)
    return Course(run.began_at, tuple(attempts), run.blocked_since)


def _wait(run: RepairRun, decision: Wait, now: datetime) -> None:
    run.due_at = decision.until
    run.waits_for = decision.why or ""
    run.blocked_since = (run.blocked_since or now) if decision.why else None


def _do(run: RepairRun, taken: list[RepairStep], decision: Do, world: World, now: datetime) -> bool:
    """Take a step; whether there may be more to do at once."""
    try:
        if decision.step is Step.WORK_ORDER:
            run.work_order, command = world.hand_over(run), None
        else:
            command = world.ask(run, decision.step)
    except NotConnected:
        _wait(run, Wait(now + timedelta(seconds=30), Why.OFFLINE), now)
        return False
    _helped_not(taken)
    result = Result.OPEN if command is not None else Result.TAKEN
    row = _row(run, decision.position, decision.step, result, now)
    if command is not None:
        row.command = command
        row.save(update_fields=["command"])
    taken.append(row)
    run.blocked_since, run.waits_for = None, ""
    repair_log.done(run, decision.step, now)
    return True


def _helped_not(taken: list[RepairStep]) -> None:
    for row in taken:
        if row.state == Result.TAKEN:
            row.state = Result.NO_CURE
            row.save(update_fields=["state"])


def _row(
    run: RepairRun, position: int, step: Step, result: Result, now: datetime, *, why: Why | None = None
) -> RepairStep:
    known_at = None if result is Result.OPEN else now
    return RepairStep.objects.create(
        run=run, position=position, step=step, state=result, why=why or "", began_at=now, known_at=known_at
    )
