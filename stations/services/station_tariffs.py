"""Tariffs that stations hold, and costs they calculate (OCPP 2.1 I07 to I12)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from stations.domain.times import parse
from stations.models import ReportedCost, Session, Station, StationTariff
from stations.services.work import Work

State, Kind = StationTariff.State, StationTariff.Kind
# What of a reported cost each event tells anew.
_TOLD = ("tariff_id", "currency", "total", "total_without_tax", "details", "failure", "seq_no", "reported_at")
_DECIMALS = Decimal("0.0001")
# In any currency; the columns have ten digits before the point.
_TOO_MUCH = 10**9


def default_answered(
    *, work: Work, station: Station, tariff: Mapping[str, Any], evse_number: int, status: str, at: datetime
) -> StationTariff:
    """The station took a default tariff, or says why not (I07). A newer one takes the place of the one before."""
    valid_from = tariff.get("validFrom")
    accepted = status == "Accepted"
    if accepted and not valid_from:
        held = StationTariff.objects.filter(station=station, kind=Kind.DEFAULT, state=State.HELD, valid_from=None)
        held.filter(evse_number=evse_number).exclude(tariff_id=tariff["tariffId"]).update(state=State.CLEARED)
    row, _ = StationTariff.objects.update_or_create(
        station=station,
        tariff_id=tariff["tariffId"],
        kind=Kind.DEFAULT,
        evse_number=evse_number,
        defaults={
            "content": orjson.dumps(tariff).decode(),
            "valid_from": parse(valid_from) if valid_from else None,
            "state": State.HELD if accepted else State.REJECTED,
            "reason": "" if accepted else status,
            "set_at": at,
        },
    )
    kind = "station_tariff.set" if accepted else "station_tariff.rejected"
    work.record(kind, subject=row, data={"station": station.pk, "tariff_id": row.tariff_id, "status": status})
    work.nudge_station(station)
    return row


@dataclass(frozen=True, slots=True)
class Assignment:
    """A `TariffAssignmentType`: where the station uses a tariff. Whose a driver's tariff is, is not kept."""

    tariff_id: str
    kind: str
    evse_numbers: tuple[int, ...]
    valid_from: datetime | None


def assigned(
    *, work: Work, station: Station, assignments: Iterable[Assignment], evse_number: int, at: datetime
) -> None:
    """What a station says it holds (I09); what it does not tell of the EVSE asked about (0: all) is gone."""
    told: set[int] = set()
    for assignment in assignments:
        for number in assignment.evse_numbers or (0,):
            told.add(_hold(station, assignment, number, at).pk)
    gone = StationTariff.objects.filter(station=station, state=State.HELD).exclude(pk__in=told)
    if evse_number:
        gone = gone.filter(evse_number=evse_number)
    gone.update(state=State.CLEARED)
    work.nudge_station(station)


def _hold(station: Station, assignment: Assignment, evse_number: int, at: datetime) -> StationTariff:
    row, _ = StationTariff.objects.get_or_create(
        station=station,
        tariff_id=assignment.tariff_id,
        kind=assignment.kind,
        evse_number=evse_number,
        defaults={"state": State.HELD, "content": _content(station, assignment.tariff_id)},
    )
    row.state, row.reason, row.valid_from, row.reported_at = State.HELD, "", assignment.valid_from, at
    row.save()
    return row


def _content(station: Station, tariff_id: str) -> str:
    """As it was sent, if it was: one set on the whole station is told for each of its EVSEs."""
    known = StationTariff.objects.filter(station=station, tariff_id=tariff_id).exclude(content="{}").first()
    return known.content if known else "{}"


def cleared(*, work: Work, station: Station, tariff_id: str | None, evse_number: int | None) -> None:
    """The station no longer holds a tariff (None: any default one), there or on all EVSEs (I10)."""
    rows = StationTariff.objects.filter(station=station, state=State.HELD, kind=Kind.DEFAULT)
    if tariff_id is not None:
        rows = rows.filter(tariff_id=tariff_id)
    if evse_number is not None:
        rows = rows.filter(evse_number=evse_number)
    rows.update(state=State.CLEARED)
    work.record("station_tariff.cleared", subject=station, data={"tariff_id": tariff_id})
    work.nudge_station(station)


def changed(*, work: Work, station: Station, session: Session, tariff: Mapping[str, Any], at: datetime) -> None:
    """The station prices a session by another tariff from now on (I11)."""
    number = session.evse.number if session.evse else 0
    StationTariff.objects.update_or_create(
        station=station,
        tariff_id=tariff["tariffId"],
        kind=Kind.DRIVER,
        evse_number=number,
        defaults={"content": orjson.dumps(tariff).decode(), "state": State.HELD, "set_at": at},
    )
    data = {"station": station.pk, "tariff_id": tariff["tariffId"]}
    work.record("session.tariff_changed", subject=session, data=data)
    work.nudge_session(session)


def cost_told(
    *, work: Work, session: Session, details: Mapping[str, Any], tariff_id: str, seq_no: int, at: datetime
) -> None:
    """Keep what the station calculated (I12); an older event that comes late changes nothing."""
    known = work.reported_costs.get(session.pk)
    if known is None:
        # Of a session that has ended it is not loaded; else this is the first that is told.
        known = ReportedCost.objects.filter(session=session).first()
    if known is not None and known.seq_no > seq_no:
        return
    row = known or ReportedCost(session=session)
    work.reported_costs[session.pk] = row
    cost = details["totalCost"]
    row.tariff_id = tariff_id or row.tariff_id
    row.currency = cost["currency"]
    row.total = _amount(cost["total"].get("inclTax"))
    row.total_without_tax = _amount(cost["total"].get("exclTax"))
    row.details = orjson.dumps(details).decode()
    row.failure = details.get("failureReason", "failed") if details.get("failureToCalculate") else ""
    row.seq_no, row.reported_at = seq_no, at
    if row.pk is None:
        row.save()
    else:
        work.changed(row, *_TOLD)
    data = {"station": session.station_id, "total": str(row.total), "currency": row.currency}
    work.record("session.cost_told", subject=session, data=data)
    work.nudge_session(session)


def _amount(value: float | None) -> Decimal | None:
    """A sum as our column takes it; one that nobody pays is none, and stays in what the station told."""
    return None if value is None or abs(value) >= _TOO_MUCH else Decimal(str(value)).quantize(_DECIMALS)
