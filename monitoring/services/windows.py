"""Maintenance windows: announced, changed, ended early, called off. What they do to stations is window_sweep's."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import User
from monitoring.models import MaintenanceWindow
from stations import live
from stations.models import Site, Station


def announce(
    *,
    site: Site,
    stations: Sequence[Station] = (),
    title: str,
    note: str = "",
    starts_at: datetime,
    ends_at: datetime,
    takes_out_of_service: bool = True,
    by: User | None,
) -> MaintenanceWindow:
    """Announce a window, of the whole site or of `stations`. Raises ValidationError."""
    now = clock.now()
    if any(station.site_id != site.pk for station in stations):
        raise ValidationError({"stations": _("This station stands at another site.")})
    window = MaintenanceWindow(
        organization_id=site.organization_id,
        site=site,
        title=title.strip(),
        note=note.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        takes_out_of_service=takes_out_of_service,
        created_by=by,
        created_at=now,
        due_at=starts_at,
    )
    _check(window, now)
    with transaction.atomic():
        window.save()
        window.stations.set(stations)
    _nudge(window)
    return window


def change(
    *, window: MaintenanceWindow, title: str, note: str, starts_at: datetime, ends_at: datetime
) -> MaintenanceWindow:
    """Change what was announced; of one that has begun only its end moves. Raises ValidationError."""
    now = clock.now()
    with transaction.atomic():
        row = _locked(window)
        if row.starts_at <= now and starts_at != row.starts_at:
            raise ValidationError({"starts_at": _("It has begun already.")})
        if (starts_at, ends_at) != (row.starts_at, row.ends_at):
            row.moved_at = now
        row.title, row.note, row.starts_at, row.ends_at = title.strip(), note.strip(), starts_at, ends_at
        _check(row, now)
        row.due_at = now if row.starts_at <= now else row.starts_at
        row.save(update_fields=["title", "note", "starts_at", "ends_at", "moved_at", "due_at"])
    _nudge(row)
    return row


def end(*, window: MaintenanceWindow) -> MaintenanceWindow:
    """End it now: one that has begun is over, one that has not is called off. Twice changes nothing."""
    now = clock.now()
    with transaction.atomic():
        row = MaintenanceWindow.objects.select_for_update().get(pk=window.pk)
        if row.cancelled_at is None and row.ended_at is None and row.ends_at > now:
            if row.starts_at > now:
                row.cancelled_at = now
            else:
                row.ended_at = now
            row.due_at = now
            row.save(update_fields=["cancelled_at", "ended_at", "due_at"])
    _nudge(row)
    return row


def _locked(window: MaintenanceWindow) -> MaintenanceWindow:
    row = MaintenanceWindow.objects.select_for_update().get(pk=window.pk)
    if row.cancelled_at or row.ended_at or row.ends_at <= clock.now():
        raise ValidationError(_("It is over."))
    return row


def _check(window: MaintenanceWindow, now: datetime) -> None:
    if window.ends_at <= window.starts_at:
        raise ValidationError({"ends_at": _("It has to end after it begins.")})
    if window.ends_at <= now:
        raise ValidationError({"ends_at": _("That is over already.")})
    window.clean_fields()


def _nudge(window: MaintenanceWindow) -> None:
    live.nudge(live.organization_group(window.organization_id))
    live.nudge(live.site_group(window.site_id))
