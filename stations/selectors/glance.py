"""The one word for an EVSE or a station (stations.domain.status), in SQL: lists filter and count by it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, CharField, Exists, IntegerField, Min, OuterRef, QuerySet, Subquery, Value, When

from stations.domain.session import Phase
from stations.domain.status import (
    EVSE_ORDER,
    GLANCE,
    STATION_ORDER,
    Availability,
    ConnectorStatus,
    evse_availability,
)
from stations.models import Connector, Evse, Session, Station

# What needs a person first stands first: the order of lists and legends.
WORST_FIRST: Sequence[Availability] = (
    Availability.FAULTED,
    Availability.OFFLINE,
    Availability.UNAVAILABLE,
    Availability.UNKNOWN,
    Availability.RESERVED,
    Availability.OCCUPIED,
    Availability.CHARGING,
    Availability.AVAILABLE,
)

_BUSY, _CHARGING = EVSE_ORDER.index(Availability.OCCUPIED), EVSE_ORDER.index(Availability.CHARGING)


def with_glance(stations: QuerySet[Station]) -> QuerySet[Any]:
    """The stations annotated with `glance` (an Availability) and `urgency` (0 is the worst)."""
    worst = (
        _ranked(Evse.objects.filter(station=OuterRef("pk")))
        .annotate(place=_recode("rank", {EVSE_ORDER.index(word): STATION_ORDER.index(word) for word in EVSE_ORDER}))
        .order_by()
        .values("station")
        .annotate(worst=Min("place"))
        .values("worst")
    )
    glance = Case(
        When(connection=None, then=Value(Availability.OFFLINE.value)),
        When(status=ConnectorStatus.FAULTED, then=Value(Availability.FAULTED.value)),
        *[When(worst=place, then=Value(word.value)) for place, word in enumerate(STATION_ORDER)],
        default=Value(Availability.UNKNOWN.value),
        output_field=CharField(),
    )
    return stations.annotate(worst=Subquery(worst)).annotate(glance=glance).annotate(urgency=_urgency())


def with_evse_glance(evses: QuerySet[Evse]) -> QuerySet[Any]:
    """The EVSEs annotated with `glance` (an Availability)."""
    glance = Case(
        When(station__connection=None, then=Value(Availability.OFFLINE.value)),
        *[When(rank=place, then=Value(word.value)) for place, word in enumerate(EVSE_ORDER)],
        default=Value(Availability.UNKNOWN.value),
        output_field=CharField(),
    )
    return _ranked(evses).annotate(glance=glance)


def evse_glance(evse: Evse, *, connected: bool) -> Availability:
    """The same for an EVSE fetched by `with_evses`, without another query."""
    sessions: list[Session] = getattr(evse, "open_sessions", [])
    charging = any(session.phase == Phase.CHARGING for session in sessions)
    statuses = [connector.status for connector in evse.connectors.all()]
    return evse_availability(statuses, connected=connected, charging=charging)


def _ranked(evses: QuerySet[Evse]) -> QuerySet[Evse]:
    """EVSEs with `rank`, their place in EVSE_ORDER: the least of their connectors, lifted by a session that charges."""
    places = {status: EVSE_ORDER.index(GLANCE[status]) for status in ConnectorStatus}
    connectors = (
        Connector.objects.filter(evse=OuterRef("pk"))
        .order_by()
        .values("evse")
        .annotate(least=Min(_recode("status", places)))
        .values("least")
    )
    charging = Session.objects.filter(evse=OuterRef("pk"), ended_at=None, phase=Phase.CHARGING)
    return evses.annotate(least=Subquery(connectors)).annotate(
        rank=Case(
            When(Exists(charging), least=_BUSY, then=Value(_CHARGING)), default="least", output_field=IntegerField()
        )
    )


def _recode(field: str, places: Mapping[Any, int]) -> Case:
    whens = [When(**{field: key}, then=Value(place)) for key, place in places.items()]
    return Case(*whens, output_field=IntegerField())


def _urgency() -> Case:
    return _recode("glance", {word.value: place for place, word in enumerate(WORST_FIRST)})
