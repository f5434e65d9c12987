"""Work orders: made, assigned, begun, done. Every change is a line of the timeline, written with it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.phrases import english
from drivers.domain.roles import Permission
from drivers.models import User
from monitoring.models import (
    Alert,
    Incident,
    MaintenancePlan,
    WorkOrder,
    WorkOrderEntry,
    WorkOrderPart,
)
from monitoring.selectors.early_signs import with_days
from stations import live
from stations.models import Evse, Site, Station
from stations.permissions import may

State = WorkOrder.State
OPEN = (State.OPEN, State.ASSIGNED, State.IN_PROGRESS)


def open_work_order(
    *,
    site: Site,
    station: Station | None = None,
    evse: Evse | None = None,
    title: str,
    description: str = "",
    origin: str = WorkOrder.Origin.PERSON,
    incident: Incident | None = None,
    plan: MaintenancePlan | None = None,
    evidence: Mapping[str, Any] | None = None,
    priority: int = WorkOrder.Priority.NORMAL,
    due_at: datetime | None = None,
    assigned_to: User | None = None,
    by: User | None = None,
) -> WorkOrder:
    """A new work order. `title` and `description`: a person's words, or English by `english(...)`.

    Raises ValidationError: a station or EVSE of somewhere else, or somebody assigned who may not work there.
    """
    _check_place(site, station, evse)
    if assigned_to is not None:
        _check_worker(assigned_to, site)
    now = clock.now()
    order = WorkOrder(
        organization_id=site.organization_id,
        site=site,
        station=station or (evse.station if evse else None),
        evse=evse,
        incident=incident,
        plan=plan,
        title=title.strip(),
        description=description.strip(),
        evidence=dict(evidence or {}),
        origin=origin,
        priority=priority,
        state=State.ASSIGNED if assigned_to else State.OPEN,
        assigned_to=assigned_to,
        due_at=due_at,
        created_by=by,
        created_at=now,
        letter_due_at=now if assigned_to and assigned_to != by else None,
    )
    order.clean_fields(exclude=["evidence"])
    with transaction.atomic():
        order.save()
        _tell(order, "opened", by, now, "" if by else english("It was opened by Busbar itself."))
        if assigned_to:
            _tell(order, "assigned", by, now, str(assigned_to))
    _nudge(order)
    return order


def order_of_signs(*, alert: Alert, by: User) -> WorkOrder:
    """A work order of early signs with their evidence; while one is open for the station, it is that one."""
    station = alert.station
    if station is not None:
        known = WorkOrder.objects.filter(station=station, origin=WorkOrder.Origin.SIGNS, state__in=OPEN).first()
        if known is not None:
            return known
    site = station.site if station is not None else alert.site
    if site is None:
        raise ValidationError(_("This alert is about no site."))
    return open_work_order(
        site=site,
        station=station,
        title=alert.said[:200],
        origin=WorkOrder.Origin.SIGNS,
        incident=alert.incident,
        evidence={**with_days(alert, today=clock.now().date()), "alert": alert.pk},
        by=by,
    )


def assign(*, order: WorkOrder, to: User | None, by: User) -> WorkOrder:
    """Give it to somebody who may work there, or (None) back to all. Raises ValidationError."""
    with transaction.atomic():
        row = _locked(order, OPEN)
        if row.assigned_to_id == (to.pk if to else None):
            return row
        if to is not None:
            _check_worker(to, row.site)
        now = clock.now()
        row.assigned_to = to
        if row.state != State.IN_PROGRESS:
            row.state = State.ASSIGNED if to else State.OPEN
        row.letter_due_at, row.letter_attempts = (now if to and to != by else None), 0
        row.save(update_fields=["assigned_to", "state", "letter_due_at", "letter_attempts"])
        _tell(row, "assigned", by, now, str(to) if to else english("Nobody any more"))
    _nudge(row)
    return row


def change(*, order: WorkOrder, by: User, **changes: Any) -> WorkOrder:
    """Change what is asked: title, description, priority, due_at. Raises ValidationError."""
    with transaction.atomic():
        row = _locked(order, OPEN)
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        row.clean_fields(exclude=["evidence"])
        if any(before[name] != value for name, value in changes.items()):
            row.save(update_fields=[*changes])
            _tell(row, "changed", by, clock.now(), "")
    _nudge(row)
    return row


def start(*, order: WorkOrder, by: User) -> WorkOrder:
    """Somebody is at it; whose it was not it is theirs now. A second time changes nothing. Raises ValidationError."""
    with transaction.atomic():
        row = _locked(order, OPEN)
        if row.state == State.IN_PROGRESS:
            return row
        now = clock.now()
        row.state, row.started_at = State.IN_PROGRESS, row.started_at or now
        if row.assigned_to_id is None and may(by, Permission.MAINTAIN, row.site):
            row.assigned_to = by
        row.save(update_fields=["state", "started_at", "assigned_to"])
        _tell(row, "started", by, now, "")
    _nudge(row)
    return row


def finish(*, order: WorkOrder, by: User, at: datetime | None = None, **outcome: Any) -> WorkOrder:
    """It is done. `outcome`: found, cured, report, spent_minutes, cost_minor, currency. Twice changes nothing.

    Raises ValidationError where it was cancelled, or the outcome makes no sense.
    """
    with transaction.atomic():
        row = _locked(order, (*OPEN, State.DONE))
        if row.state == State.DONE:
            return row
        now = at or clock.now()
        _put(row, outcome)
        row.state, row.finished_at, row.letter_due_at = State.DONE, now, None
        row.started_at = row.started_at or now
        row.assigned_to = row.assigned_to or by
        row.save()
        _tell(row, "done", by, now, row.report)
    _nudge(row)
    return row


def record_outcome(*, order: WorkOrder, by: User, **outcome: Any) -> WorkOrder:
    """What was found, what helped, time and cost: while at it, or afterwards. Raises ValidationError."""
    with transaction.atomic():
        row = _locked(order, (*OPEN, State.DONE))
        _put(row, outcome)
        row.save(update_fields=[*outcome, "currency"])
        _tell(row, "report", by, clock.now(), "")
    _nudge(row)
    return row


def cancel(*, order: WorkOrder, by: User, reason: str = "") -> WorkOrder:
    """It need not be done any more. Raises ValidationError where it was done."""
    with transaction.atomic():
        row = _locked(order, (*OPEN, State.CANCELLED))
        if row.state == State.CANCELLED:
            return row
        now = clock.now()
        row.state, row.finished_at, row.letter_due_at = State.CANCELLED, now, None
        row.save(update_fields=["state", "finished_at", "letter_due_at"])
        _tell(row, "cancelled", by, now, reason.strip())
    _nudge(row)
    return row


def reopen(*, order: WorkOrder, by: User) -> WorkOrder:
    """It was not done after all. Raises ValidationError where its plan has made another one meanwhile."""
    with transaction.atomic():
        row = _locked(order, tuple(State))
        if row.is_open:
            return row
        if row.plan_id and row.station_id:
            others = WorkOrder.objects.filter(plan=row.plan_id, station=row.station_id, state__in=OPEN)
            if others.exists():
                raise ValidationError(_("Its plan has made another work order for this station already."))
        row.state = State.ASSIGNED if row.assigned_to_id else State.OPEN
        row.started_at = row.finished_at = None
        row.save(update_fields=["state", "started_at", "finished_at"])
        _tell(row, "reopened", by, clock.now(), "")
    _nudge(row)
    return row


def note(*, order: WorkOrder, by: User, text: str) -> WorkOrderEntry:
    """Write something down. Raises ValidationError for nothing."""
    if not text.strip():
        raise ValidationError({"text": _("Write something first.")})
    with transaction.atomic():
        entry = _tell(order, "note", by, clock.now(), text.strip()[:4000])
    _nudge(order)
    return entry


def use_part(*, order: WorkOrder, by: User, name: str, number: str = "", quantity: int = 1) -> WorkOrderPart:
    """A part was used. Raises ValidationError."""
    part = WorkOrderPart(work_order=order, name=name.strip(), number=number.strip(), quantity=quantity)
    part.clean_fields()
    with transaction.atomic():
        part.save()
        _tell(order, "part", by, clock.now(), str(part))
    _nudge(order)
    return part


def put_back_part(*, part: WorkOrderPart, by: User) -> None:
    """It was not used after all."""
    with transaction.atomic():
        _tell(part.work_order, "part", by, clock.now(), english("Not used: %(part)s", part=str(part)))
        part.delete()
    _nudge(part.work_order)


def _put(row: WorkOrder, outcome: Mapping[str, Any]) -> None:
    for name, value in outcome.items():
        setattr(row, name, value)
    if row.cost_minor is not None and not row.currency:
        row.currency = row.organization.currency
    row.clean_fields(exclude=["evidence"])


def _locked(order: WorkOrder, states: tuple[str, ...]) -> WorkOrder:
    """The row as it is now, held to the end of the transaction. Raises ValidationError in another state."""
    rows = WorkOrder.objects.select_for_update(of=("self",)).select_related("site", "organization")
    row = rows.get(pk=order.pk)
    if row.state not in states:
        state = State(row.state).label
        raise ValidationError(_("That cannot be done: the work order is “%(state)s”.") % {"state": state})
    return row


def _check_place(site: Site, station: Station | None, evse: Evse | None) -> None:
    if station is not None and station.site_id != site.pk:
        raise ValidationError({"station": _("This station stands at another site.")})
    if evse is not None and (evse.station.site_id != site.pk or (station and evse.station_id != station.pk)):
        raise ValidationError({"evse": _("This EVSE belongs to another station.")})


def _check_worker(person: User, site: Site) -> None:
    if not may(person, Permission.MAINTAIN, site):
        text = _("%(person)s may not work on the stations of %(site)s.")
        raise ValidationError({"assigned_to": text % {"person": person, "site": site}})


def _tell(order: WorkOrder, kind: str, by: User | None, at: datetime, text: str) -> WorkOrderEntry:
    return WorkOrderEntry.objects.create(work_order=order, kind=kind, by=by, at=at, text=text)


def _nudge(order: WorkOrder) -> None:
    live.nudge(live.organization_group(order.organization_id))
    if order.station_id:
        live.nudge(live.station_group(order.station_id))
