"""What self-repair does to the world: asks stations, hands over to technicians. A dry run has a world of its own."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from drivers import audit
from drivers.domain.phrases import english
from drivers.models import AuditEntry
from monitoring.domain.playbooks import Seen, Step
from monitoring.models import RepairRun, Severity, WorkOrder
from monitoring.selectors import repair_sight
from monitoring.services.work_orders import OPEN, open_work_order
from stations.domain.commands import CommandKind
from stations.models import Command, Variable
from stations.services import commands

# Long enough for a process to notice it, too short for the station to change in between.
EXPIRES = timedelta(seconds=30)
_PRIORITIES = {Severity.CRITICAL: WorkOrder.Priority.URGENT, Severity.MAJOR: WorkOrder.Priority.HIGH}


class World(Protocol):
    """Where a run takes place."""

    def see(self, run: RepairRun, now: datetime) -> Seen: ...

    def ask(self, run: RepairRun, step: Step) -> Command | None:
        """The command of a step; None where nothing is sent. Raises NotConnected."""

    def hand_over(self, run: RepairRun) -> WorkOrder | None: ...


class Present:
    """The network as it is. Everything is a row: edges send what stands in them."""

    def see(self, run: RepairRun, now: datetime) -> Seen:
        return repair_sight.see(run, now=now)

    def ask(self, run: RepairRun, step: Step) -> Command | None:
        kind, values = wording(run, step)
        command = commands.request(
            station=run.station,
            kind=kind,
            values=values,
            requested_by=None,
            queue=False,
            expires_after=EXPIRES,
            only_idle=kind is not CommandKind.TRIGGER,
        )
        sent = {"command": ["", command.kind], "parameters": ["", command.payload], "repair": ["", str(run.pk)]}
        audit.write(run.station, AuditEntry.Action.COMMAND, by=None, changes=sent)
        return command

    def hand_over(self, run: RepairRun) -> WorkOrder | None:
        """A work order with all that was tried; while one is open for the same fault, it is that one."""
        for known in WorkOrder.objects.filter(
            station=run.station_id, evse=run.evse_id, origin=WorkOrder.Origin.REPAIR, state__in=OPEN
        ):
            if known.evidence.get("rule") == run.rule:
                return known
        alert = run.alert
        return open_work_order(
            site=run.site,
            station=run.station,
            evse=run.evse,
            title=run.said[:200],
            description=english("Self-repair did not mend it. What it tried stands in the evidence."),
            origin=WorkOrder.Origin.REPAIR,
            incident=run.incident,
            priority=_PRIORITIES.get(Severity(alert.severity), WorkOrder.Priority.NORMAL)
            if alert
            else WorkOrder.Priority.NORMAL,
            evidence={
                **(alert.evidence if alert else {}),
                "rule": run.rule,
                "repair_run": run.pk,
                "said": [f"{row.step}: {row.state} {row.why or row.answer}".strip() for row in run.taken.all()],
            },
        )


class Dry(Present):
    """Looks, and touches nothing."""

    def ask(self, run: RepairRun, step: Step) -> Command | None:
        return None

    def hand_over(self, run: RepairRun) -> WorkOrder | None:
        return None


def world_of(run: RepairRun) -> World:
    return Dry() if run.is_dry else Present()


def wording(run: RepairRun, step: Step) -> tuple[CommandKind, dict[str, Any]]:
    """A step as a command. Heartbeat is what every station answers; 1.6 and 2.x spell the resets their own way."""
    place = {"evse": run.evse.number} if run.evse else {}
    if step is Step.PROBE:
        return CommandKind.TRIGGER, {"message": "Heartbeat"}
    if step is Step.TRIGGER:
        return CommandKind.TRIGGER, {"message": "StatusNotification", **_plug(run)}
    if step is Step.UNLOCK:
        return CommandKind.UNLOCK, _plug(run)
    kind = "soft" if step is Step.SOFT_RESET else "hard"
    return CommandKind.RESET, {"type": kind} | (place if _resets_apart(run) else {})


def _plug(run: RepairRun) -> dict[str, int]:
    """Its EVSE and, of several plugs, the one that is out of order."""
    if run.evse is None:
        return {}
    plugs = list(run.evse.connectors.order_by("number"))
    faulted = next((plug for plug in plugs if plug.status == "faulted"), plugs[0] if plugs else None)
    return {"evse": run.evse.number} | ({"connector": faulted.number} if faulted else {})


def _resets_apart(run: RepairRun) -> bool:
    """Whether the station said that this EVSE alone can be reset: OCPP 2.x EVSE.AllowReset, B11.FR.09 and B12.FR.08."""
    if run.evse is None or run.station.protocol == "ocpp1.6":
        return False
    told = Variable.objects.filter(
        station=run.station_id, component="EVSE", evse_number=run.evse.number, name="AllowReset", attribute="Actual"
    )
    return told.filter(value__iexact="true").exists()
