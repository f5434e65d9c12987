"""The one word for an EVSE or a station (stations.domain.status), in SQL: lists filter and count by it.

Each word is one EXISTS over the connectors, made from the domain's orders. No annotation refers to another one: Django
writes an annotation out in full wherever it is used, and nested ones multiply.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Case, CharField, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

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


def with_glance(stations: QuerySet[Station]) -> QuerySet[Any]:
    """The stations annotated with `glance` (an Availability)."""
    whens = [When(condition, then=Value(word.value)) for condition, word in _station_conditions()]
    return stations.annotate(glance=Case(*whens, default=_UNKNOWN, output_field=CharField()))


def with_urgency(stations: QuerySet[Any]) -> QuerySet[Any]:
    """The stations annotated with `urgency`, their place in WORST_FIRST."""
    whens = [When(condition, then=Value(WORST_FIRST.index(word))) for condition, word in _station_conditions()]
    default = Value(WORST_FIRST.index(Availability.UNKNOWN))
    found: QuerySet[Any] = stations.annotate(urgency=Case(*whens, default=default, output_field=IntegerField()))
    return found


def with_evse_glance(evses: QuerySet[Evse]) -> QuerySet[Any]:
    """The EVSEs annotated with `glance` (an Availability)."""
    whens = [When(_evse_is(word), then=Value(word.value)) for word in EVSE_ORDER]
    offline = When(station__connection=None, then=Value(Availability.OFFLINE.value))
    return evses.annotate(glance=Case(offline, *whens, default=_UNKNOWN, output_field=CharField()))


def evse_glance(evse: Evse, *, connected: bool) -> Availability:
    """The same for an EVSE fetched by `with_evses`, without another query."""
    sessions: list[Session] = getattr(evse, "open_sessions", [])
    charging = any(session.phase == Phase.CHARGING for session in sessions)
    statuses = [connector.status for connector in evse.connectors.all()]
    return evse_availability(statuses, connected=connected, charging=charging)


_UNKNOWN = Value(Availability.UNKNOWN.value)


def _station_conditions() -> list[tuple[Q | Exists, Availability]]:
    """In the order of stations.domain.status.station_availability: the first that holds speaks."""
    evses = Evse.objects.filter(station=OuterRef("pk"))
    return [
        (Q(connection=None), Availability.OFFLINE),
        (Q(status=ConnectorStatus.FAULTED), Availability.FAULTED),
        *((Exists(evses.filter(_evse_is(word))), word) for word in STATION_ORDER),
    ]


def _evse_is(word: Availability) -> Q:
    """Whether an EVSE is `word`: a connector is, and none is anything that comes before it."""
    charging = Exists(Session.objects.filter(evse=OuterRef("pk"), ended_at=None, phase=Phase.CHARGING))
    if word == Availability.CHARGING:
        return Q(_has(word)) | (Q(_has(Availability.OCCUPIED)) & Q(charging))
    condition = Q(_has(word)) & ~Q(_has(*EVSE_ORDER[: EVSE_ORDER.index(word)]))
    return condition & ~Q(charging) if word == Availability.OCCUPIED else condition


def _has(*words: Availability) -> Exists:
    return Exists(Connector.objects.filter(evse=OuterRef("pk"), status__in=_statuses(words)))


def _statuses(words: Iterable[Availability]) -> list[ConnectorStatus]:
    return [status for status, glance in GLANCE.items() if glance in words]
