"""What windows do to stations: taken out once idle, put back afterwards. Rows with `due_at`, claimed one by one.

Whatever stops the process, the rows say what is still to do: the command and the row that tells of it are written
together, and nothing is sent twice to a station that took it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from drivers.domain.phrases import english
from monitoring.domain.windows import FINAL, Seen, State, Step, Told, step
from monitoring.models import MaintenanceWindow, WindowStation
from monitoring.selectors.maintenance import windows_that_count
from stations import live
from stations.domain.commands import OPEN_STATES, CommandKind, CommandState
from stations.domain.status import ConnectorStatus
from stations.models import Command, Connector, Session, Station
from stations.services import commands

AGAIN = timedelta(seconds=20)
LATER = timedelta(minutes=5)
FEW = 5
CHUNK = 200
_TAKEN = (CommandState.ACCEPTED, CommandState.NO_EFFECT)
_REFUSED = (CommandState.REJECTED, CommandState.FAILED)


def sweep(*, now: datetime | None = None) -> int:
    """Begin and end windows that are due, and take each EVSE in them a step further. How many steps it took."""
    now = now or timezone.now()
    due = MaintenanceWindow.objects.filter(due_at__lte=now).order_by("due_at")[:CHUNK]
    turned = sum(_turn(window, now) for window in due)
    rows = WindowStation.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)[:CHUNK]
    return turned + sum(_advance(pk, now) for pk in list(rows))


def look_at(station_ids: Collection[int], *, now: datetime) -> None:
    """Something happened at stations: their rows are looked at with the next sweep."""
    rows = WindowStation.objects.filter(station__in=station_ids).exclude(state__in=FINAL)
    rows.filter(Q(due_at__gt=now) | Q(due_at=None)).update(due_at=now)


def _turn(window: MaintenanceWindow, now: datetime) -> int:
    """A window begins or ends."""
    over_at = over(window)
    is_on = window.cancelled_at is None and window.starts_at <= now < over_at
    with transaction.atomic():
        # Compare-and-set: whoever comes first turns it.
        claimed = MaintenanceWindow.objects.filter(pk=window.pk, due_at=window.due_at)
        waits = window.cancelled_at is None and now < window.starts_at
        next_at = window.starts_at if waits else over_at if is_on else None
        if not claimed.update(due_at=next_at):
            return 0
        if is_on and window.takes_out_of_service:
            WindowStation.objects.bulk_create(_rows(window, now), ignore_conflicts=True)
        elif not waits:
            WindowStation.objects.filter(window=window).exclude(state__in=FINAL).update(due_at=now, attempts=0)
    live.nudge(live.organization_group(window.organization_id))
    return 1


def over(window: MaintenanceWindow) -> datetime:
    """When it ended, or is to end."""
    return window.ends_at if window.ended_at is None else min(window.ends_at, window.ended_at)


def _rows(window: MaintenanceWindow, now: datetime) -> list[WindowStation]:
    chosen = list(window.stations.values_list("pk", flat=True))
    stations = Station.objects.filter(site=window.site_id).prefetch_related("evses__connectors")
    rows = []
    for station in stations.filter(pk__in=chosen) if chosen else stations:
        evses = list(station.evses.all())
        # An availability of 1.6 is a plug's: those that share an EVSE go with the station as a whole.
        shares = station.protocol == "ocpp1.6" and any(len(evse.connectors.all()) > 1 for evse in evses)
        for evse in [None] if shares or not evses else evses:
            rows.append(WindowStation(window=window, station=station, evse=evse, due_at=now))
    return rows


def _advance(pk: int, now: datetime) -> int:
    with transaction.atomic():
        rows = WindowStation.objects.select_for_update(of=("self",)).select_related(
            "window", "station", "evse", "command"
        )
        row = rows.filter(pk=pk, due_at__lte=now).first()
        if row is None:
            return 0
        seen = _seen(row, now)
        chosen = step(State(row.state), _told(row.command), seen)
        _do(row, chosen, seen, now)
        row.save(update_fields=["state", "command", "attempts", "problem", "out_at", "back_at", "due_at"])
    live.nudge(live.station_group(row.station_id))
    return 1


def _do(row: WindowStation, chosen: Step, seen: Seen, now: datetime) -> None:
    if chosen is Step.WAIT:
        # One that comes back is looked at then: this is only for what nobody told of.
        row.due_at = now + (AGAIN if seen.is_connected else LATER)
        row.problem = _waits_for(seen) or row.problem
    elif chosen is Step.TAKE_OUT:
        _ask(row, State.ASKED, operative=False, now=now)
    elif chosen is Step.PUT_BACK:
        _ask(row, State.RESTORING, operative=True, now=now)
    elif chosen in (Step.KEEP, Step.SHARE):
        if row.state in (State.WAITING, State.ASKED):
            row.state, row.out_at, row.problem = State.OUT, now, ""
        row.due_at = None
    else:
        row.state = {Step.LEAVE: State.LEFT, Step.SPARE: State.SPARED}.get(chosen, State.BACK)
        row.due_at, row.problem = None, ""
        row.back_at = now if row.state == State.BACK else None


def _ask(row: WindowStation, state: State, *, operative: bool, now: datetime) -> None:
    """Send it, with more and more patience where the station does not take it."""
    values: dict[str, object] = {"operative": operative} | ({"evse": row.evse.number} if row.evse else {})
    if row.command is not None and row.state == state:
        row.problem = _refusal(row.command)
        pause = AGAIN if row.attempts < FEW else LATER
        not_before = (row.command.finished_at or now) + pause
        if now < not_before:
            row.due_at = not_before
            return
    try:
        row.command = commands.request(
            station=row.station,
            kind=CommandKind.CHANGE_AVAILABILITY,
            values=values,
            requested_by=None,
            queue=False,
            expires_after=timedelta(minutes=2),
        )
    except commands.NotConnected:
        row.due_at, row.problem = now + LATER, english("The station is offline.")
        return
    row.state, row.attempts, row.due_at = state, row.attempts + 1, now + AGAIN


def _refusal(command: Command) -> str:
    if command.state in _REFUSED:
        answer = command.answer.get("status") or command.error_code or command.state
        return english("The station answered %(status)s; it is asked again.", status=str(answer))
    return english("It is not known whether the station heard of it; it is asked again.")


def _waits_for(seen: Seen) -> str:
    if not seen.is_connected:
        return english("The station is offline.")
    return english("A session runs.") if seen.is_busy else ""


def _told(command: Command | None) -> Told:
    if command is None:
        return Told.NOTHING
    if command.state in OPEN_STATES:
        return Told.OPEN
    if command.state in _TAKEN:
        return Told.TAKEN
    return Told.REFUSED if command.state in _REFUSED else Told.LOST


def _seen(row: WindowStation, now: datetime) -> Seen:
    window = row.window
    plugs = Connector.objects.filter(**({"evse": row.evse_id} if row.evse_id else {"station": row.station_id}))
    known = list(plugs.values_list("status", "status_received_at"))
    away = [status == ConnectorStatus.UNAVAILABLE for status, _at in known]
    said = _said_since(row)
    return Seen(
        is_on=window.cancelled_at is None and window.starts_at <= now < over(window),
        is_connected=Station.objects.filter(pk=row.station_id, connection__closed_at=None, connection__isnull=False)
        .exclude(registration=Station.Registration.REJECTED)
        .exists(),
        is_busy=_sessions(row).exists(),
        is_out=bool(away) and all(away),
        is_back=_has_forgotten(row, known) and said is None,
        others_hold=_others(row, now),
        was_taken_since=said is False,
    )


def _sessions(row: WindowStation) -> QuerySet[Session]:
    """Those that run there, or may: of some it is not known at which EVSE."""
    running = Session.objects.filter(station=row.station_id, ended_at=None)
    return running.filter(Q(evse=row.evse_id) | Q(evse=None)) if row.evse_id else running


def _others(row: WindowStation, now: datetime) -> bool:
    """Whether another window that is on has it out, or has asked for it."""
    rows = WindowStation.objects.filter(station=row.station_id, state__in=[State.ASKED, State.OUT])
    rows = rows.exclude(window=row.window_id)
    if row.evse_id:
        rows = rows.filter(Q(evse=row.evse_id) | Q(evse=None))
    return rows.filter(window__in=windows_that_count().filter(starts_at__lte=now, over_at__gt=now)).exists()


def _has_forgotten(row: WindowStation, known: Sequence[tuple[str, datetime | None]]) -> bool:
    """Whether the station restarted since it was taken out, and says that it is available."""
    booted = row.station.booted_at
    if row.out_at is None or booted is None or booted <= row.out_at:
        return False
    return any(status == ConnectorStatus.AVAILABLE and at is not None and at >= booted for status, at in known)


def _said_since(row: WindowStation) -> bool | None:
    """What somebody else told the station since we did: operative or not; None: nobody told it anything."""
    if row.command_id is None:
        return None
    later = Command.objects.filter(
        station=row.station_id, kind=CommandKind.CHANGE_AVAILABILITY, pk__gt=row.command_id, state__in=_TAKEN
    )
    ours = WindowStation.objects.filter(station=row.station_id, command__isnull=False).values("command")
    number = row.evse.number if row.evse else None
    for command in later.exclude(pk__in=ours).order_by("-pk")[:20]:
        meant = command.values.get("evse")
        if meant is None or number is None or meant == number:
            return bool(command.values.get("operative"))
    return None
