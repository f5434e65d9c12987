"""Firmware updates: asked for, and what chargers tell of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from stations.domain.firmware import IDLE, OPEN_STATES, FirmwareState, state_after, state_of_answer
from stations.domain.secrets import masked_url
from stations.domain.times import parse
from stations.models import Command, FirmwareUpdate, Station
from stations.services.work import Work

# A charger that says the same for ever must not make a row without end.
MAX_HISTORY = 100


@dataclass(frozen=True, slots=True)
class Request:
    """What a CALL asks for, as on the wire; `request_id` is None for UpdateFirmware of OCPP 1.6."""

    action: str
    location: str
    request_id: int | None = None
    is_signed: bool = False
    retrieve_at: str | None = None
    install_at: str | None = None
    checksum: str = ""


def ask(*, work: Work, station: Station, command: Command, action: str, values: Mapping[str, Any]) -> FirmwareUpdate:
    """An update, written before its CALL leaves: its id is the requestId on the wire."""
    request = Request(
        action=action,
        location=values["url"],
        is_signed="signature" in values,
        retrieve_at=values.get("retrieve_at"),
        install_at=values.get("install_at"),
        checksum=values.get("checksum", ""),
    )
    row = _make(work, station, request, command)
    row.request_id = row.pk
    row.save(update_fields=["request_id"])
    return row


def ask_without_id(*, work: Work, station: Station, command: Command, values: Mapping[str, Any]) -> None:
    """An update by UpdateFirmware of OCPP 1.6, whose messages name no request."""
    request = Request(action="UpdateFirmware", location=values["url"], retrieve_at=values.get("retrieve_at"))
    _make(work, station, request, command)


def _make(work: Work, station: Station, request: Request, command: Command | None) -> FirmwareUpdate:
    return FirmwareUpdate.objects.create(
        station=station,
        command=command,
        action=request.action,
        request_id=request.request_id,
        location=masked_url(request.location)[:2000],
        is_signed=request.is_signed,
        retrieve_at=_instant(request.retrieve_at),
        install_at=_instant(request.install_at),
        checksum=request.checksum[:32],
        requested_at=work.now,
    )


def _instant(text: str | None) -> datetime | None:
    return parse(text) if text else None


def sent(*, work: Work, station: Station, request: Request) -> None:
    """A CALL is about to leave, whoever asked for it: a raw one gets its row here, since what it starts may be told
    before it is answered."""
    rows = FirmwareUpdate.objects.filter(station=station, action=request.action, request_id=request.request_id)
    if not rows.filter(requested_at=work.now).exists():
        _make(work, station, request, None)


def answered(*, work: Work, station: Station, request: Request, status: str, detail: str = "") -> None:
    """The charger's answer to a CALL, whoever sent it. `status`: blank where the version's answer has none.

    An answer AcceptedCanceled ends what went on before it (L01.FR.24), and so does every new request of OCPP 1.6.
    """
    rows = FirmwareUpdate.objects.filter(station=station, action=request.action)
    same = rows.filter(request_id=request.request_id)
    row = same.order_by("-id").first() or _make(work, station, request, None)
    if status in ("", "AcceptedCanceled"):
        older = rows.filter(pk__lt=row.pk, state__in=OPEN_STATES)
        older.update(state=FirmwareState.CANCELED, last_status_at=work.now)
    if state_of_answer(status) is FirmwareState.FAILED:
        _told(work, row, FirmwareState.FAILED, status, detail)
    work.nudge_station(station)


def status_told(
    *,
    work: Work,
    station: Station,
    actions: Sequence[str],
    request_id: int | None,
    status: str,
    detail: str = "",
    urls: Sequence[str] = (),
) -> None:
    """What a charger says of an update. `actions`: those that ask for what it speaks of; `urls`: where it publishes.

    Without a requestId it speaks of the newest that is open, else of the newest; of none that we know: of a new one.
    """
    row = _spoken_of(FirmwareUpdate.objects.filter(station=station, action__in=[*actions, ""]), request_id)
    if row is None and status == IDLE:
        return
    if row is None:
        row = _make(work, station, Request(action="", location="", request_id=request_id), None)
    if urls:
        row.published_at_urls = [masked_url(url) for url in urls]
        row.save(update_fields=["published_at_urls"])
    _told(work, row, state_after(status, FirmwareState(row.state)), status, detail)
    work.nudge_station(station)


def _spoken_of(rows: "QuerySet[FirmwareUpdate]", request_id: int | None) -> FirmwareUpdate | None:
    newest = rows.order_by("-id")
    if request_id is not None:
        return newest.filter(request_id=request_id).first()
    return newest.filter(state__in=OPEN_STATES).first() or newest.first()


def _told(work: Work, row: FirmwareUpdate, state: FirmwareState, status: str, detail: str = "") -> None:
    row.state, row.status, row.last_status_at = state, status, work.now
    row.detail = detail[:1100]
    word = {"status": status, "at": work.now.isoformat()} | ({"detail": row.detail} if detail else {})
    row.history = [*row.history, word][-MAX_HISTORY:]
    row.save(update_fields=["state", "status", "last_status_at", "detail", "history"])
    data = {
        "station": row.station_id,
        "request_id": row.request_id,
        "command": row.command_id,
        "state": state.value,
        "status": status,
    }
    work.record("firmware.status", subject=row, data=data)


def unpublished(*, work: Work, station: Station, checksum: str) -> None:
    """A local controller offers a firmware no longer (L04)."""
    rows = FirmwareUpdate.objects.filter(station=station, checksum=checksum, state=FirmwareState.PUBLISHED)
    for row in rows:
        _told(work, row, FirmwareState.CANCELED, "Unpublished")
    work.nudge_station(station)


def command_failed(*, command: Command, now: datetime) -> None:
    """The charger answered with an error, or the command could not be sent: nothing will be updated."""
    # A raw CALL's row was written when it left, and knows no command.
    its_own = Q(command=command) | Q(command=None, action=command.action, requested_at=command.sent_at)
    open_rows = FirmwareUpdate.objects.filter(its_own, station=command.station_id, state__in=OPEN_STATES)
    open_rows.update(
        state=FirmwareState.FAILED, status=command.error_code, detail=command.error[:1100], last_status_at=now
    )
