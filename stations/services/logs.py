"""Logs of chargers: asked for, told of, received and thrown away."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from drivers.domain.phrases import english
from stations import journal, live
from stations.domain.logs import IDLE, KINDS, OPEN_STATES, LogKind, LogState, file_name, state_after
from stations.domain.secrets import masked_url
from stations.domain.times import parse
from stations.models import Command, Connection, LogRequest, Station
from stations.services.work import Work

# Chargers try again for hours; after that an address that leaked is worth nothing.
TOKEN_LIFETIME = timedelta(hours=24)
_NEVER_CAME = english("Nothing came of it within a day.")


class NoUploadAddress(Exception):
    """Nobody knows by which address the charger would reach this installation."""


class UnknownUpload(Exception):
    """No log is expected under this token, or not any more."""


class AlreadyUploaded(Exception):
    """The one file of this token is here."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A log that a CALL is about to ask for. `location` is for the charger's eyes only."""

    row: LogRequest
    location: str


def ask(*, work: Work, station: Station, command: Command, action: str, values: Mapping[str, Any]) -> Asked:
    """A request for a log, written before its CALL leaves: its id is the requestId on the wire.

    `values`: those of the command get_log. Without a url the charger is told an address of ours, good for one file.
    Raises NoUploadAddress.
    """
    token = "" if "url" in values else secrets.token_urlsafe(32)
    location = values.get("url") or f"{_base_of(station)}/uploads/{token}/"
    row = LogRequest.objects.create(
        station=station,
        command=command,
        action=action,
        log=values["log"],
        location=masked_url(location)[:2000],
        oldest=_instant(values.get("oldest")),
        latest=_instant(values.get("latest")),
        requested_at=work.now,
        token_digest=_digest(token) if token else "",
        token_expires_at=work.now + TOKEN_LIFETIME if token else None,
    )
    if action == "GetLog":
        row.request_id = row.pk
        row.save(update_fields=["request_id"])
    return Asked(row, location)


def _base_of(station: Station) -> str:
    """Scheme and host by which the charger reaches us: as configured, else as it connected."""
    if settings.UPLOAD_URL:
        return str(settings.UPLOAD_URL).rstrip("/")
    connection = Connection.objects.filter(pk=station.connection_id).first() if station.connection_id else None
    if connection is None or not connection.host:
        raise NoUploadAddress("By which address the charger could upload here is not known; set UPLOAD_URL.")
    return f"{'https' if connection.is_secure else 'http'}://{connection.host}"


def _instant(text: str | None) -> datetime | None:
    return parse(text) if text else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Request:
    """What a CALL asked for, as on the wire; `request_id` is None for GetDiagnostics."""

    action: str
    log: LogKind
    location: str
    request_id: int | None = None
    oldest: str | None = None
    latest: str | None = None


def sent(*, work: Work, station: Station, request: Request) -> None:
    """A CALL is about to leave, whoever asked for it: a raw one gets its row here, since what it starts may be told
    before it is answered."""
    rows = LogRequest.objects.filter(station=station, action=request.action, request_id=request.request_id)
    if not rows.filter(requested_at=work.now).exists():
        _make(work, station, request)


def answered(
    *, work: Work, station: Station, request: Request, status: str, file_name: str, detail: str = "", failed: bool
) -> None:
    """The charger's answer to a CALL, whoever sent it. `failed`: nothing will be uploaded."""
    rows = LogRequest.objects.filter(station=station, action=request.action, request_id=request.request_id)
    row = rows.order_by("-id").first() or _make(work, station, request)
    if status == "AcceptedCanceled":
        older = LogRequest.objects.filter(station=station, pk__lt=row.pk, state__in=OPEN_STATES)
        older.update(state=LogState.FAILED, status=status, status_at=work.now)
    LogRequest.objects.filter(pk=row.pk).update(told_name=masked_url(file_name)[:255], detail=detail[:1100])
    if failed:
        _told(work, row, LogState.FAILED, status, detail)
    work.nudge_station(station)


def _make(work: Work, station: Station, request: Request) -> LogRequest:
    return LogRequest.objects.create(
        station=station,
        action=request.action,
        request_id=request.request_id,
        log=request.log,
        location=masked_url(request.location)[:2000],
        oldest=_instant(request.oldest),
        latest=_instant(request.latest),
        requested_at=work.now,
    )


def status_told(
    *, work: Work, station: Station, action: str, request_id: int | None, status: str, detail: str = ""
) -> None:
    """What a charger says of an upload. `action`: the one that asks for what it speaks of.

    Without a requestId it speaks of the newest that is open, else of the newest; of none that we know: of a new one.
    """
    row = _spoken_of(LogRequest.objects.filter(station=station, action=action), request_id)
    if row is None and status == IDLE:
        return
    if row is None:
        request = Request(action=action, log=LogKind.DIAGNOSTICS, location="", request_id=request_id)
        row = _make(work, station, request)
    _told(work, row, state_after(status, LogState(row.state)), status, detail)
    work.nudge_station(station)


def _spoken_of(rows: "QuerySet[LogRequest]", request_id: int | None) -> LogRequest | None:
    newest = rows.order_by("-id")
    if request_id is not None:
        return newest.filter(request_id=request_id).first()
    return newest.filter(state__in=OPEN_STATES).first() or newest.first()


def _told(work: Work, row: LogRequest, state: LogState, status: str, detail: str) -> None:
    """Note a charger's word. A file that is here is uploaded, whatever the charger says afterwards."""
    rows = LogRequest.objects.filter(pk=row.pk)
    rows.update(status=status, status_at=work.now, detail=detail[:1100] or row.detail)
    if not rows.filter(file="").exclude(state=state).update(state=state):
        return
    data = {"station": row.station_id, "log": row.log, "state": state.value, "status": status}
    work.record("log.status", subject=row, data=data)


def command_failed(*, command: Command, now: datetime) -> None:
    """The charger answered with an error, or the command could not be sent: no log will come."""
    # A raw CALL's row was written when it left, and knows no command.
    its_own = Q(command=command) | Q(command=None, action=command.action, requested_at=command.sent_at)
    open_rows = LogRequest.objects.filter(its_own, station=command.station_id, state__in=OPEN_STATES, file="")
    open_rows.update(state=LogState.FAILED, status=command.error_code, detail=command.error[:1100], status_at=now)


# --- The file ---


def expected(*, token: str) -> LogRequest:
    """The request whose file this token lets in now; raises UnknownUpload or AlreadyUploaded."""
    row = LogRequest.objects.filter(token_digest=_digest(token)).select_related("station").first()
    if row is None or row.token_expires_at is None or row.token_expires_at < timezone.now():
        raise UnknownUpload("No log is expected here.")
    if row.file:
        raise AlreadyUploaded("This log has been uploaded already.")
    return row


def receive(*, token: str, name: str, content: "File[bytes]") -> LogRequest:
    """Store the one file of this token. Raises UnknownUpload or AlreadyUploaded."""
    row = expected(token=token)
    stored = _store(f"logs/{row.pk}/{secrets.token_hex(4)}/{file_name(name or row.told_name)}", content)
    now, size = timezone.now(), default_storage.size(stored)
    with transaction.atomic():
        # Compare-and-set: the same file may be on its way twice.
        won = LogRequest.objects.filter(pk=row.pk, file="").update(
            file=stored, size=size, received_at=now, state=LogState.UPLOADED
        )
        if won:
            data = {"station": row.station_id, "log": row.log, "size": size}
            journal.record("log.received", subject_type="logrequest", subject_id=row.pk, data=data)
    if not won:
        default_storage.delete(stored)
        raise AlreadyUploaded("This log has been uploaded already.")
    live.nudge(live.station_group(row.station_id))
    row.refresh_from_db()
    return row


def _store(name: str, content: "File[bytes]") -> str:
    """Write a file of a name that nobody else writes; what broke off is not kept."""
    try:
        return default_storage.save(name, content)
    except BaseException:
        default_storage.delete(name)
        raise


def prune(*, older_than: datetime, now: datetime, chunk: int = 500) -> int:
    """Delete requests and files older than an instant, and give up those of which nothing came; how many it deleted."""
    with transaction.atomic():
        silent = LogRequest.objects.filter(state__in=OPEN_STATES, requested_at__lt=now - TOKEN_LIFETIME)
        silent.update(state=LogState.FAILED, detail=_NEVER_CAME)
    removed = 0
    while rows := list(LogRequest.objects.filter(requested_at__lt=older_than)[:chunk]):
        with transaction.atomic():
            removed += LogRequest.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]
        _delete_files(rows)
    return removed


def _delete_files(rows: Iterable[LogRequest]) -> None:
    for row in rows:
        if row.file:
            default_storage.delete(str(row.file.name))


def log_kind(wire_name: str) -> LogKind:
    """The kind of a `LogEnumType`."""
    return KINDS[wire_name]
