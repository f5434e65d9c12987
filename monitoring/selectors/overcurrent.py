"""Running sessions that carry more than their EVSE is rated for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from monitoring.domain.overcurrent import ONE_PHASE_W, phase_currents, rated_current_a
from stations.models import MeterSample, Session, Station
from stations.selectors.power import supply_of

# Older readings tell nothing of now.
FRESH = timedelta(minutes=15)
# Between a phase and neutral, anywhere in the world: what is beneath the rating at this is beneath it at any.
HIGHEST_VOLTAGE_V = 280


@dataclass(frozen=True, slots=True)
class Overload:
    """Of a session's newest reading; one of power has no phase. Measured and rated in amperes, or in watts."""

    session: Session
    phase: str
    measured: float
    rated: float
    at: datetime


def by_power(stations: QuerySet[Station], *, now: datetime) -> list[Overload]:
    """Sessions whose power is above their EVSE's rating, by whatever little."""
    found = _running(stations, now).filter(power_w__gt=F("evse__max_power_w"))
    return [
        Overload(session, "", session.power_w, session.evse.max_power_w, session.metered_at)
        for session in found
        if session.evse and session.evse.max_power_w and session.power_w and session.metered_at
    ]


def by_phase(stations: QuerySet[Station], *, now: datetime) -> list[Overload]:
    """Sessions that load one phase above the rating of each, where the charger tells L1, L2 and L3."""
    suspects = _running(stations, now).filter(evse__max_power_w__gt=ONE_PHASE_W)
    above = MeterSample.objects.filter(
        session__in=suspects.values("pk"),
        received_at__gt=now - FRESH,
        current_a__gt=F("evse__max_power_w") / (3.0 * HIGHEST_VOLTAGE_V),
    )
    sessions = {session.pk: session for session in suspects.filter(pk__in=set(above.values_list("session", flat=True)))}
    samples = MeterSample.objects.filter(session__in=sessions, received_at__gt=now - FRESH, current_a__isnull=False)
    newest = {sample.session_id: sample for sample in samples.order_by("at")}
    return list(_overloads(sessions, newest.values()))


def _overloads(sessions: dict[int, Session], samples: Iterable[MeterSample]) -> Iterable[Overload]:
    for sample in samples:
        session = sessions[sample.session_id or 0]
        currents = phase_currents(json.loads(sample.values or "[]"))
        if not currents or session.evse is None or not session.evse.max_power_w:
            continue
        supply = supply_of(session.station, session.evse.number)
        rated = rated_current_a(session.evse.max_power_w, phases=supply.phases, voltage_v=supply.voltage_v)
        phase = max(currents, key=lambda name: currents[name])
        if rated is not None and currents[phase] > rated:
            yield Overload(session, phase, currents[phase], rated, sample.at)


def _running(stations: QuerySet[Station], now: datetime) -> QuerySet[Session]:
    rated = Session.objects.filter(ended_at=None, station__in=stations, evse__max_power_w__gt=0)
    return rated.filter(metered_at__gt=now - FRESH).select_related("evse", "station__site").order_by("pk")
