"""Exclusions: claimed with a reason and evidence, judged by a second person, then as they are for ever."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.phrases import english
from drivers.domain.roles import Permission
from drivers.models import User
from monitoring.models import Exclusion
from monitoring.permissions import require_may_claim
from monitoring.selectors.maintenance import windows_that_count
from monitoring.services import evidence, uptime_rollups
from stations.models import Evse, Site, Station
from stations.permissions import require

# Further back no figure looks, and none is reported again.
OLDEST = timedelta(days=3 * 366)
LONGEST = timedelta(days=366)
FOLDER = "exclusions"
# Figures of so many ports follow at once; those of more with the next roll-up.
MOST_AT_ONCE = 100


def propose(
    *,
    site: Site,
    station: Station | None = None,
    evse: Evse | None = None,
    starts_at: datetime,
    ends_at: datetime,
    reason: Exclusion.Reason,
    text: str,
    file: "File[bytes]",
    by: User,
) -> Exclusion:
    """Claim that an outage from `starts_at` to `ends_at` was outside the operator's control (23 CFR 680.116(b)(3)).

    Raises PermissionDenied, ValidationError, evidence.NotEvidence.
    """
    require_may_claim(by, site)
    if evse is not None:
        station = evse.station
    if station is not None and station.site_id != site.pk:
        raise ValidationError({"station": _("This station stands at another site.")})
    _check_span(starts_at, ends_at)
    if not text.strip():
        raise ValidationError({"text": _("Say what shows that the port would otherwise have worked.")})
    kept = evidence.keep(file, folder=FOLDER)
    try:
        with transaction.atomic():
            return Exclusion.objects.create(
                site=site,
                station=station,
                evse=evse,
                starts_at=starts_at,
                ends_at=ends_at,
                reason=reason,
                evidence=text.strip()[:4000],
                file=kept.file,
                file_name=kept.name,
                file_type=kept.content_type,
                author=by,
                created_at=clock.now(),
            )
    except BaseException:
        evidence.discard(kept.file)
        raise


def _check_span(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end has to come after the start.")})
    if ends_at - starts_at > LONGEST:
        raise ValidationError({"ends_at": _("At most a year at a time.")})
    if starts_at < clock.now() - OLDEST:
        raise ValidationError({"starts_at": _("This is too long ago for any figure.")})


def withdraw(*, exclusion: Exclusion, text: str, by: User) -> Exclusion:
    """Claim that an approved exclusion should never have counted: a new row, for another person to judge.

    Raises PermissionDenied, ValidationError.
    """
    require_may_claim(by, exclusion.site)
    if exclusion.state != Exclusion.State.APPROVED or exclusion.withdraws_id is not None:
        raise ValidationError(_("Only an approved exclusion can be withdrawn."))
    if not text.strip():
        raise ValidationError({"text": _("Say why it should not count.")})
    try:
        with transaction.atomic():
            return Exclusion.objects.create(
                site=exclusion.site,
                station=exclusion.station,
                evse=exclusion.evse,
                starts_at=exclusion.starts_at,
                ends_at=exclusion.ends_at,
                reason=exclusion.reason,
                evidence=text.strip()[:4000],
                author=by,
                created_at=clock.now(),
                withdraws=exclusion,
            )
    except IntegrityError as error:
        raise ValidationError(_("Somebody has withdrawn it already.")) from error


def review(*, exclusion: Exclusion, approve: bool, note: str, by: User) -> Exclusion:
    """Judge an exclusion, as somebody else than its author; a rejection says why.

    Raises PermissionDenied, ValidationError.
    """
    require(by, Permission.MANAGE_MONITORING, exclusion.site)
    if exclusion.author_id == by.pk:
        raise PermissionDenied(_("Somebody else than its author reviews an exclusion."))
    if not approve and not note.strip():
        raise ValidationError({"note": _("Say why it is rejected.")})
    state = Exclusion.State.APPROVED if approve else Exclusion.State.REJECTED
    with transaction.atomic():
        # Locked and saved, not updated: the audit log hears of what is saved.
        row = Exclusion.objects.select_for_update(of=("self",)).get(pk=exclusion.pk)
        if row.state != Exclusion.State.PROPOSED:
            raise ValidationError(_("It has been judged already."))
        row.state, row.reviewed_by, row.reviewed_at = state, by, clock.now()
        row.review_note = note.strip()[:500]
        row.save(update_fields=["state", "reviewed_by", "reviewed_at", "review_note"])
        if approve:
            concerned = _concerned(row)
            uptime_rollups.touch(concerned, row.starts_at, row.ends_at)
            if len(concerned) <= MOST_AT_ONCE:
                uptime_rollups.bring_up(concerned)
    return row


def _concerned(row: Exclusion) -> list[int]:
    """The EVSEs that it is about."""
    found = Evse.objects.filter(station__site=row.site_id)
    if row.station_id is not None:
        found = found.filter(station=row.station_id)
    if row.evse_id is not None:
        found = found.filter(pk=row.evse_id)
    return list(found.values_list("pk", flat=True))


def propose_of_windows(*, now: datetime) -> int:
    """Propose what maintenance windows exclude, once each is over: those that were announced before they began. Says
    how many were proposed. The person who announced one is its author, so another one judges it."""
    over = windows_that_count().filter(
        over_at__lte=now, over_at__gt=now - OLDEST, created_at__lt=F("starts_at"), exclusions=None
    )
    made = 0
    for window in over.prefetch_related("stations").select_related("site")[:500]:
        with transaction.atomic():
            stations: list[Station | None] = [*window.stations.all()]
            made += sum(_propose_of_window(window, station, now) for station in stations or [None])
    return made


def _propose_of_window(window: Any, station: Station | None, now: datetime) -> bool:
    text = english(
        "Maintenance “%(title)s”, announced on %(announced)s UTC, before it began.",
        title=window.title,
        announced=f"{window.created_at:%Y-%m-%d %H:%M}",
    )
    _row, is_new = Exclusion.objects.get_or_create(
        window=window,
        station=station,
        withdraws=None,
        defaults={
            "site": window.site,
            "starts_at": window.starts_at,
            # One that was ended early excludes nothing of what was announced beyond.
            "ends_at": window.over_at,
            "reason": Exclusion.Reason.MAINTENANCE,
            "evidence": text,
            "author": window.created_by,
            "created_at": now,
        },
    )
    return is_new
