"""Reservations: asked for, answered, used, ended. Chargers are believed: what they do is written down, known or not."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from drivers.domain.phrases import Phrase, english
from drivers.models import User
from stations.domain import parameters
from stations.domain.commands import CommandKind, CommandState
from stations.domain.reservations import LIVE, News, ReservationState, after
from stations.domain.times import parse
from stations.models import Command, Connector, Reservation, Session, Station
from stations.services import commands
from stations.services.authorization import known_token
from stations.services.work import Work

_UNDELIVERED = (CommandState.FAILED, CommandState.EXPIRED)
_SWEEP = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """What is reserved for whom, until when. Numbers are kept as given, known or not; None: any EVSE."""

    id_token: str
    expires_at: datetime | None = None
    id_token_type: str = ""
    group_id_token: str = ""
    evse_number: int | None = None
    connector_number: int | None = None
    connector_type: str = ""

    @classmethod
    def of(cls, values: dict[str, Any]) -> "Terms":
        """The terms in the checked values of a `reserve` command."""
        return cls(
            id_token=values["id_token"],
            expires_at=parse(values["expires_at"]),
            id_token_type=values.get("id_token_type", ""),
            group_id_token=values.get("group_id_token", ""),
            evse_number=values.get("evse"),
            connector_number=values.get("connector"),
            connector_type=values.get("connector_type", ""),
        )

    def columns(self) -> dict[str, Any]:
        """By column, as a row can hold them: a raw call may name numbers and texts that no charger has."""
        return {name: _storable(name, getattr(self, name)) for name in self.__slots__}


_LENGTHS = {"id_token": 255, "group_id_token": 255, "id_token_type": 20, "connector_type": 20}


def _storable(name: str, value: Any) -> Any:
    if name in _LENGTHS:
        return value.replace("\0", "")[: _LENGTHS[name]]
    if isinstance(value, int) and not 0 <= value < 2**31:
        return None
    return value


def reserve(*, station: Station, values: dict[str, Any], requested_by: User | None) -> Reservation:
    """Write a reservation and the command that asks the charger for it; `values` as the kind `reserve` takes them.

    Raises InvalidParameters, or NotConnected: nobody can rely on a place that is asked for later.
    """
    checked = parameters.check(CommandKind.RESERVE, values)
    if "reservation_id" in checked:
        _check_number(station, checked["reservation_id"])
    with transaction.atomic():
        row = _open(station, Terms.of(checked), at=timezone.now(), wire_id=checked.get("reservation_id"))
        row.requested_by = requested_by
        row.save(update_fields=["requested_by"])
    try:
        command = commands.request(
            station=station,
            kind=CommandKind.RESERVE,
            values=checked | {"reservation_id": row.wire_id},
            requested_by=requested_by,
        )
    except commands.NotConnected:
        with transaction.atomic():
            row.delete()
        raise
    with transaction.atomic():
        # Only this column: the charger may have answered already.
        Reservation.objects.filter(pk=row.pk).update(command=command)
    row.refresh_from_db()
    return row


def cancel(*, reservation: Reservation, requested_by: User | None) -> Command:
    """Ask the charger to give the place free; its answer changes the reservation."""
    return commands.request(
        station=reservation.station,
        kind=CommandKind.CANCEL_RESERVATION,
        values={"reservation_id": reservation.wire_id},
        requested_by=requested_by,
    )


def number_for(*, work: Work, station: Station, command: Command, values: dict[str, Any]) -> int:
    """The number a `reserve` command goes out under: the one given, else that of a new reservation.

    Call it as the command is encoded, so that the row is there when the answer comes. Raises ValueError.
    """
    given: int | None = values.get("reservation_id")
    if given is not None and not _is_number(given):
        raise ValueError(english("%(given)s is no number of 32 bits.", given=given))
    row = _newest(station, given) if given is not None else None
    if row is None or not row.is_live:
        row = _open(station, Terms.of(values), at=work.now, wire_id=given)
        row.requested_by_id = command.requested_by_id
    if row.command_id is None:
        row.command = command
        row.save(update_fields=["command", "requested_by"])
    work.nudge_station(station)
    return int(row.wire_id or row.pk)


def answered(*, work: Work, station: Station, wire_id: int, terms: Terms, word: str) -> None:
    """Take down the answer to a ReserveNow, whoever sent it. `word`: as on the wire.

    An accepted number that the charger held already is replaced there, and so it is here (OCPP 2.0.1 H01.FR.02).
    """
    row = _newest(station, wire_id)
    news = News.TAKEN if word == "Accepted" else News.REFUSED
    if row is None or not row.is_live:
        row = _row(station, terms, at=work.now)
        row.wire_id = wire_id
    elif row.state == ReservationState.ACCEPTED and news is News.REFUSED:
        # The one that is held stays as it is.
        row = _row(station, terms, at=work.now)
        row.wire_id, row.state, row.ended_at = wire_id, ReservationState.REJECTED, work.now
    elif row.state == ReservationState.ACCEPTED:
        _write(row, terms)
    row.answer = word[:20]
    row.answered_at = work.now
    row.save()
    if news is News.TAKEN:
        work.keep_places.add(station.pk)
    _hear(work, row, news)


def cancel_answered(*, work: Work, station: Station, wire_id: int, word: str) -> None:
    """Take down the answer to a CancelReservation: Rejected says that the charger holds none of this number."""
    row = _newest(station, wire_id)
    if row is not None:
        _hear(work, row, News.CANCELLED if word == "Accepted" else News.REMOVED)


def ended(*, work: Work, station: Station, wire_id: int, news: News) -> None:
    """Take down what a charger tells of a reservation that is over; one we never heard of is kept too."""
    row = _newest(station, wire_id) or _unheard_of(work, station, wire_id, id_token="")
    _hear(work, row, news)


def used(*, work: Work, session: Session, wire_id: int) -> None:
    """A session began under this reservation; one we never heard of is kept too."""
    station = work.stations[session.station_id]
    row = _newest(station, wire_id) or _unheard_of(work, station, wire_id, id_token=session.id_token)
    _use(work, row, session)


def used_by_token(*, work: Work, session: Session, connector: Connector) -> None:
    """A session whose charger does not say under which reservation it began.

    OCPP 1.6 section 5.13: a transaction for the reserved idTag or parentIdTag on the reserved connector ends the
    reservation.
    """
    station = work.stations[session.station_id]
    group = session.token.parent if session.token else ""
    for row in Reservation.objects.filter(station=station, state__in=LIVE).order_by("id"):
        its_own = row.id_token.lower() == session.id_token.lower()
        its_group = bool(group) and row.group_id_token.lower() == group.lower()
        if (its_own or its_group) and _covers(row, connector):
            _use(work, row, session)
            return


def place_lost(*, work: Work, station: Station, connector: Connector | None) -> None:
    """A connector (None: the whole station) is faulted or out of service: OCPP 1.6 section 5.13 ends what was kept."""
    if station.pk not in work.keep_places:
        return
    for row in Reservation.objects.filter(station=station, state=ReservationState.ACCEPTED).order_by("id"):
        if connector is None or (row.evse_number is not None and _covers(row, connector)):
            _hear(work, row, News.REMOVED)


def group_held(*, station: Station, group_id_token: str, at: datetime) -> bool:
    """Whether the station keeps a place for this whole group at `at`."""
    held = Reservation.objects.filter(station=station, state=ReservationState.ACCEPTED, expires_at__gt=at)
    return held.filter(group_id_token__iexact=group_id_token).exists()


def sweep(*, now: datetime | None = None) -> int:
    """End reservations whose time is over, and those whose command never reached the charger. How many it ended."""
    now = now or timezone.now()
    over = Q(expires_at__lte=now) | Q(state=ReservationState.REQUESTED, command__state__in=_UNDELIVERED)
    found = Reservation.objects.filter(over, state__in=LIVE).values_list("station_id", "pk")[:_SWEEP]
    by_station: dict[int, list[int]] = {}
    for station_id, pk in found:
        by_station.setdefault(station_id, []).append(pk)
    return sum(_sweep_station(station_id, pks, now) for station_id, pks in by_station.items())


def _sweep_station(station_id: int, pks: list[int], now: datetime) -> int:
    with Work.transaction({station_id}, now) as work:
        rows = Reservation.objects.filter(pk__in=pks).select_related("command")
        return sum(_hear(work, row, _overdue(row, now)) for row in rows)


def _overdue(row: Reservation, now: datetime) -> News:
    undelivered = row.command is not None and row.command.state in _UNDELIVERED
    return News.LOST if undelivered and row.state == ReservationState.REQUESTED else News.TIME_OVER


def _check_number(station: Station, number: int) -> None:
    if not _is_number(number):
        raise parameters.InvalidParameters({"reservation_id": Phrase("This is no number of 32 bits.")})
    if Reservation.objects.filter(station=station, wire_id=number, state__in=LIVE).exists():
        raise parameters.InvalidParameters({"reservation_id": Phrase("A reservation of this number is live here.")})


def _is_number(value: int) -> bool:
    return -(2**31) <= value < 2**31


def _newest(station: Station, wire_id: int) -> Reservation | None:
    """The station's live reservation of this number, else its newest."""
    rows = Reservation.objects.filter(station=station, wire_id=wire_id).order_by("-id")
    return rows.filter(state__in=LIVE).first() or rows.first()


def _row(station: Station, terms: Terms, *, at: datetime) -> Reservation:
    row = Reservation(station=station, created_at=at)
    _write(row, terms)
    return row


def _open(station: Station, terms: Terms, *, at: datetime, wire_id: int | None) -> Reservation:
    """A new row under the number given; else under its own id, which no live one of the station may have."""
    row = _row(station, terms, at=at)
    row.wire_id = wire_id
    row.save()
    if wire_id is None:
        while Reservation.objects.filter(station=station, wire_id=row.pk, state__in=LIVE).exists():
            row.delete()
            row.pk = None
            row.save(force_insert=True)
        row.wire_id = row.pk
        row.save(update_fields=["wire_id"])
    return row


def _unheard_of(work: Work, station: Station, wire_id: int, *, id_token: str) -> Reservation:
    row = _row(station, Terms(id_token), at=work.now)
    row.wire_id = wire_id
    row.save()
    return row


def _write(row: Reservation, terms: Terms) -> None:
    for name, value in terms.columns().items():
        setattr(row, name, value)
    row.token = known_token(station=row.station, id_token=row.id_token) if row.id_token else None


def _covers(row: Reservation, connector: Connector) -> bool:
    same_plug = row.connector_number is None or row.connector_number == connector.number
    return row.evse_number is None or (row.evse_number == connector.evse.number and same_plug)


def _use(work: Work, row: Reservation, session: Session) -> None:
    if row.session_id is None:
        row.session = session
        row.save(update_fields=["session"])
        work.nudge_session(session)
    _hear(work, row, News.SESSION)


def _hear(work: Work, row: Reservation, news: News) -> bool:
    """Move a reservation on; whether that changed it."""
    before, row.state = row.state, after(ReservationState(row.state), news)
    if row.state == before:
        return False
    if row.state not in LIVE:
        row.ended_at = work.now
    row.save(update_fields=["state", "ended_at"])
    data = {"station": row.station_id, "reservation": row.wire_id, "session": row.session_id, "answer": row.answer}
    work.record(f"reservation.{row.state}", subject=row, data=data)
    work.nudge_station(work.stations[row.station_id])
    return True
