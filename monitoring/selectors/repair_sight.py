"""What goes on at a station that is to be repaired: for self-repair itself and its pages, so that no viewer asks."""

from datetime import datetime

from django.db.models import Q

from monitoring.domain.faults import DANGEROUS
from monitoring.domain.playbooks import DAY, DISRUPTIVE, RAN, Fault, Seen
from monitoring.models import Alert, RepairRun, RepairStep, Severity
from monitoring.selectors.maintenance import under_maintenance
from stations.domain import commands, firmware
from stations.domain.reservations import LIVE
from stations.domain.status import ConnectorStatus
from stations.models import Command, Connector, FirmwareUpdate, Reservation, Session, Station

_PLUGGED = (
    ConnectorStatus.PREPARING,
    ConnectorStatus.CHARGING,
    ConnectorStatus.SUSPENDED_EV,
    ConnectorStatus.SUSPENDED_EVSE,
    ConnectorStatus.FINISHING,
    ConnectorStatus.OCCUPIED,
)
# Rules whose gravest alerts tell of danger.
_DANGER = ("device_event", "overcurrent")


def codes_at(alert: Alert) -> set[str]:
    """The error codes that were told with an alert, the station's first."""
    evidence = alert.evidence or {}
    told = [evidence, *evidence.get("connectors", ())]
    found = {str(one.get(name) or "") for one in told for name in ("error_code", "vendor_error_code")}
    if alert.rule == "device_event":
        found.add(alert.subject.split(":")[-1].split(".")[0])
    return found - {"", "NoError"}


def fault_of(run: RepairRun) -> Fault:
    """What a run is to mend, as it was told when it began."""
    return Fault(run.rule, frozenset(run.codes), has_evse=run.evse_id is not None)


def see(run: RepairRun, *, now: datetime) -> Seen:
    """The station as it is now. Whether somebody takes care of the fault is for the caller."""
    alert = run.alert
    station = run.station_id
    return Seen(
        is_over=alert is None or alert.resolved_at is not None,
        is_clearing=alert is not None and alert.cleared_at is not None and alert.resolved_at is None,
        is_connected=Station.objects.filter(pk=station, connection__closed_at=None, connection__isnull=False)
        .exclude(registration=Station.Registration.REJECTED)
        .exists(),
        has_session=Session.objects.filter(station=station, ended_at=None).exists(),
        has_reservation=_reservations(station, now),
        is_plugged=Connector.objects.filter(station=station, status__in=_PLUGGED).exists(),
        in_window=station in under_maintenance([station], now),
        has_command=_commands(run, now),
        is_updating=_updates(station, now),
        is_dangerous=_is_dangerous(station),
        disrupted=disrupted(station, is_dry=run.is_dry, now=now),
    )


def disrupted(station: int, *, is_dry: bool, now: datetime) -> int:
    """Restarts and unlocks by self-repair within the last day; in a dry run those that would have been."""
    steps = RepairStep.objects.filter(run__station=station, run__is_dry=is_dry, began_at__gt=now - DAY)
    return steps.filter(step__in=DISRUPTIVE, state__in=RAN).count()


def _is_dangerous(station: int) -> bool:
    """Whether anything there may hurt somebody by now: the fault may have become another one."""
    graver = Alert.objects.filter(
        station=station, resolved_at=None, raised_at__isnull=False, rule__in=_DANGER, severity=Severity.CRITICAL
    )
    plugs = Connector.objects.filter(station=station, error_code__in=DANGEROUS)
    return graver.exists() or plugs.exists() or Station.objects.filter(pk=station, error_code__in=DANGEROUS).exists()


def _reservations(station: int, now: datetime) -> bool:
    kept = Reservation.objects.filter(station=station, state__in=LIVE)
    return kept.filter(Q(expires_at=None) | Q(expires_at__gt=now)).exists()


def _commands(run: RepairRun, now: datetime) -> bool:
    """Whether anything else was asked of the station: a command under way, or a session that is to follow one."""
    due = Q(state__in=commands.OPEN_STATES) & (Q(not_before=None) | Q(not_before__lte=now))
    awaited = Q(state=commands.CommandState.ACCEPTED, effect_due_at__gt=now, session=None)
    own = run.taken.filter(command__isnull=False).values("command")
    return Command.objects.filter(due | awaited, station=run.station_id).exclude(pk__in=own).exists()


def _updates(station: int, now: datetime) -> bool:
    found = FirmwareUpdate.objects.filter(station=station, state__in=firmware.OPEN_STATES)
    return found.filter(Q(requested_at__gt=now - DAY) | Q(last_status_at__gt=now - DAY)).exists()
