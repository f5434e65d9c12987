"""Runs of self-repair: begun by an alert or by hand, and stopped."""

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers import audit, clock
from drivers.domain.phrases import english
from drivers.models import AuditEntry, User
from monitoring.domain.playbooks import STARTS, End, Finish, Mode, Playbook, Result, Seen
from monitoring.models import Alert, Incident, RepairRun
from monitoring.selectors.repair_sight import codes_at
from monitoring.services import repair_log
from monitoring.services.playbook_settings import kept_steps, settings
from stations.services import commands


def begin(*, alert: Alert, playbook: Playbook, is_dry: bool, by: User | None, now: datetime) -> RepairRun | None:
    """A run for an alert of a station; None where the station has one already, or the alert had one by itself."""
    station = alert.station
    if station is None or not playbook.steps:
        return None
    run = RepairRun(
        organization_id=alert.organization_id,
        site_id=station.site_id,
        station=station,
        evse_id=alert.evse_id,
        alert=alert,
        incident_id=alert.incident_id,
        rule=alert.rule,
        codes=sorted(codes_at(alert)),
        said=alert.said,
        vendor=station.vendor,
        model=station.model,
        firmware=station.firmware_version,
        is_dry=is_dry,
        steps=kept_steps(playbook.steps),
        began_at=now,
        due_at=now,
        is_by_hand=by is not None,
        started_by=by,
    )
    try:
        with transaction.atomic():
            run.save(force_insert=True)
    except IntegrityError:
        return None
    repair_log.nudge(run)
    return run


def start(*, alert: Alert, is_dry: bool, by: User) -> RepairRun:
    """Begin a run by hand, whatever the playbook's mode; a dry run makes way for one in earnest. Raises ValidationError
    where there is nothing to mend, or the station has a run already."""
    if alert.rule not in STARTS or alert.resolved_at is not None or alert.station is None:
        raise ValidationError(_("There is nothing here that self-repair could mend."))
    with transaction.atomic():
        playbook = settings().at(alert.organization_id, alert.station.site_id)
        rehearsed = alert.station.repair_runs.filter(ended_at=None, is_dry=True).first()
        if rehearsed is not None and not is_dry:
            stop(run=rehearsed, by=by)
        run = begin(alert=alert, playbook=playbook, is_dry=is_dry, by=by, now=clock.now())
        if run is None:
            raise ValidationError(_("Self-repair is at work at this station already."))
        said = {"repair": ["", alert.rule], "dry_run": ["", str(is_dry)]}
        audit.write(alert.station, AuditEntry.Action.COMMAND, by=by, changes=said)
    return run


def stop(*, run: RepairRun, by: User) -> bool:
    """Take no further step, and take back what was not sent yet; whether it still went on."""
    now = clock.now()
    with transaction.atomic():
        row = RepairRun.objects.select_for_update(of=("self",)).select_related("incident").filter(pk=run.pk).first()
        if row is None or row.ended_at is not None:
            return False
        taken = list(row.taken.select_related("command__station"))
        for one in taken:
            # What has left already cannot be taken back.
            if one.state == Result.OPEN and one.command and commands.withdraw(command=one.command, withdrawn_by=by):
                one.state = Result.WITHHELD
                one.save(update_fields=["state"])
        row.stopped_by, row.note = by, english("%(person)s stopped it.", person=str(by))
        repair_log.end(row, taken, Finish(End.STOPPED), now)
        row.save()
        repair_log.nudge(row)
    return True


def with_people(run: RepairRun, seen: Seen, mode: Mode, now: datetime) -> Seen:
    """What people want of it: whoever started it by hand wants it, whatever is acknowledged. Notes why it stops."""
    if run.is_by_hand:
        return seen
    incident, alert = run.incident, run.alert
    if mode is not (Mode.DRY_RUN if run.is_dry else Mode.ON):
        run.note = english("The playbook was changed.")
    elif incident is not None and _is_taken_over(incident, now):
        run.note = english("Somebody takes care of the incident.")
    elif incident is not None and incident.snoozed_until is not None:
        run.note = english("Nothing is to be said of the incident.")
    elif alert is not None and alert.is_muted:
        run.note = english("The station is worked on.")
    else:
        return seen
    return replace(seen, is_taken_over=True)


def _is_taken_over(incident: Incident, now: datetime) -> bool:
    by_hand = incident.resolved_at if incident.resolved_by_id is not None else None
    return any(at is not None and at <= now for at in (incident.acknowledged_at, by_hand))
