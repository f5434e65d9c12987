"""The one word for an EVSE or a station (stations.domain.status), in SQL: lists filter and count by it.

Each word is one EXISTS over the connectors, made from the domain's orders. No annotation refers to another one: Django
writes an annotation out in full wherever it is used, and nested ones multiply.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL

from stations.domain.session import Phase
from stations.domain.status import (
    EVSE_ORDER,
    GLANCE,
    STATION_ORDER,
    Availability,
    ConnectorStatus,
    evse_availability,
    station_availability,
)
from stations.models import Connector, Evse, Session, Site, Station

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
# Nobody can charge there.
BROKEN = frozenset({Availability.FAULTED, Availability.OFFLINE, Availability.UNAVAILABLE})

# Site, word, how many.
SiteWords = tuple[int, Availability, int]


def with_glance(stations: QuerySet[Station]) -> QuerySet[Any]:
    """The stations annotated with `glance` (an Availability)."""
    whens = [When(condition, then=Value(word.value)) for condition, word in _station_conditions()]
    return stations.annotate(glance=Case(*whens, default=_UNKNOWN, output_field=CharField()))


def which_are(stations: QuerySet[Station], word: Availability) -> QuerySet[Station]:
    """Those of the stations whose word it is. Most are available, and looked at one by one, as far as somebody reads;
    of the others all those are looked at that have such a plug."""
    if word == Availability.OFFLINE:
        return stations.filter(connection=None)
    stations = stations.filter(connection__isnull=False)
    is_faulted = Q(status=ConnectorStatus.FAULTED)
    if word == Availability.FAULTED:
        return stations.filter(is_faulted | Q(pk__in=_told(stations, word)))
    stations = stations.filter(~is_faulted)
    if word == Availability.AVAILABLE:
        evses = Evse.objects.filter(station=OuterRef("pk"))
        for before in STATION_ORDER[: STATION_ORDER.index(word)]:
            stations = stations.filter(~Exists(evses.filter(_evse_is(before))))
        return stations.filter(Exists(evses.filter(_evse_is(word))))
    told = Q(pk__in=_told(stations, word))
    has_no_plug = Q(~Exists(Connector.objects.filter(station=OuterRef("pk"))))
    return stations.filter(told | has_no_plug if word == Availability.UNKNOWN else told)


def evses_which_are(evses: QuerySet[Evse], word: Availability) -> QuerySet[Evse]:
    """Those of the EVSEs whose word it is; what is rare is looked for among the plugs that say so."""
    if word == Availability.OFFLINE:
        return evses.filter(station__connection=None)
    evses = evses.filter(station__connection__isnull=False)
    if word == Availability.AVAILABLE:
        return evses.filter(_evse_is(word))
    words = (word, Availability.OCCUPIED) if word == Availability.CHARGING else (word,)
    told = Connector.objects.filter(status__in=_statuses(words)).order_by().values("evse")
    if word != Availability.UNKNOWN:
        return evses.filter(_evse_is(word), pk__in=told)
    has_no_plug = ~Exists(Connector.objects.filter(evse=OuterRef("pk")))
    without = Evse.objects.filter(has_no_plug).order_by().values("pk")
    return evses.filter(Q(has_no_plug) | Q(_evse_is(word)), pk__in=told.union(without))


def worst_first(
    stations: QuerySet[Station], *, beyond: str = "", backwards: bool = False, limit: int
) -> list[tuple[Availability, str]]:
    """Word and identity of the `limit` stations that come first by WORST_FIRST and identity, or that come after the key
    `beyond` ("word,identity") or before it; one word is looked for after the other, until there are enough."""
    words = list(reversed(WORST_FIRST)) if backwards else list(WORST_FIRST)
    word, _, last = beyond.partition(",")
    found: list[tuple[Availability, str]] = []
    for place in range(words.index(Availability(word)) if word in words else 0, len(words)):
        rows = which_are(stations, words[place]).order_by("-identity" if backwards else "identity")
        if words[place] == word:
            rows = rows.filter(**{"identity__lt" if backwards else "identity__gt": last})
        identities = rows.values_list("identity", flat=True)[: limit - len(found)]
        found += [(words[place], identity) for identity in identities]
        if len(found) == limit:
            break
    return found


def evse_glance(evse: Evse, *, connected: bool) -> Availability:
    """The same for an EVSE fetched by `with_evses`, without another query."""
    sessions: list[Session] = getattr(evse, "open_sessions", [])
    charging = any(session.phase == Phase.CHARGING for session in sessions)
    statuses = [connector.status for connector in evse.connectors.all()]
    return evse_availability(statuses, connected=connected, charging=charging)


def by_site(sites: QuerySet[Site]) -> list[SiteWords]:
    """How many stations of each of the sites have which word: (site, word, stations)."""
    own = (
        f"CASE WHEN station.connection_id IS NULL THEN '{Availability.OFFLINE}' "
        f"WHEN station.status = '{ConnectorStatus.FAULTED}' THEN '{Availability.FAULTED}' END"
    )
    words = _case("place", dict(enumerate(STATION_ORDER)), Availability.UNKNOWN)
    return _counted(
        f"""SELECT site_id, coalesce(own, {words}) AS word, count(*) FROM (
        SELECT site_id, own, min({_IN_STATION}) AS place FROM (
        SELECT station.id AS station_id, station.site_id, {own} AS own, min({_PLACE}) AS place
        FROM stations_station station LEFT JOIN stations_connector plug ON plug.station_id = station.id
        WHERE station.site_id IN ({{sites}}) GROUP BY station.id, plug.evse_id) evses
        GROUP BY station_id, site_id, own) stations GROUP BY 1, 2""",  # noqa: S608 - made of the domain's words only
        sites,
    )


def evses_by_site(sites: QuerySet[Site]) -> list[SiteWords]:
    """The same of their EVSEs, of stations that were taken in."""
    words = _case("place", dict(enumerate(EVSE_ORDER)), Availability.UNKNOWN)
    return _counted(
        f"""SELECT site_id, CASE WHEN is_offline THEN '{Availability.OFFLINE}' ELSE {words} END AS word, count(*) FROM (
        SELECT station.site_id, station.connection_id IS NULL AS is_offline, min({_PLACE}) AS place
        FROM stations_station station JOIN stations_evse evse ON evse.station_id = station.id
        LEFT JOIN stations_connector plug ON plug.evse_id = evse.id
        WHERE station.quarantined_at IS NULL AND station.site_id IN ({{sites}})
        GROUP BY evse.id, station.id) evses GROUP BY 1, 2""",  # noqa: S608 - as above
        sites,
    )


def _counted(sql: str, sites: QuerySet[Site]) -> list[SiteWords]:
    try:
        inner, parameters = sites.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql.format(sites=inner), parameters)
        return [(site, Availability(word), count) for site, word, count in cursor.fetchall()]


def station_glance(station: Station) -> Availability:
    """The same for a station fetched by `with_evses`."""
    evses = [evse_glance(evse, connected=station.connected) for evse in station.evses.all()]
    return station_availability(evses, connected=station.connected, faulted=station.status == ConnectorStatus.FAULTED)


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


# --- The words of everything at once ---
# An EXISTS for each word of each of a hundred thousand EVSEs takes seconds; one pass over the connectors takes tenths.


def _case(value: str, results: Mapping[Any, Any], otherwise: Any) -> str:
    cases = " ".join(f"WHEN {_literal(key)} THEN {_literal(result)}" for key, result in results.items())
    return f"CASE {value} {cases} ELSE {_literal(otherwise)} END"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


_NOTHING_KNOWN = EVSE_ORDER.index(Availability.UNKNOWN)
# Places in EVSE_ORDER by status; where a session charges, an occupied connector counts as charging.
_EVSE_PLACES = {status.value: EVSE_ORDER.index(word) for status, word in GLANCE.items()}
_WHILE_CHARGING = {
    status.value: EVSE_ORDER.index(Availability.CHARGING if word == Availability.OCCUPIED else word)
    for status, word in GLANCE.items()
}
# From a place in EVSE_ORDER to one in STATION_ORDER.
_STATION_PLACES = {place: STATION_ORDER.index(word) for place, word in enumerate(EVSE_ORDER)}
_AT_REST = _case("plug.status", _EVSE_PLACES, _NOTHING_KNOWN)
_RUNNING = _case("plug.status", _WHILE_CHARGING, _NOTHING_KNOWN)
# A subquery, no join: PostgreSQL takes charging sessions for few, and would walk through them for each connector.
_IS_CHARGING = f"""plug.evse_id IN (SELECT evse_id FROM stations_session
WHERE ended_at IS NULL AND evse_id IS NOT NULL AND phase = '{Phase.CHARGING.value}')"""  # noqa: S608 - as below
# Of an EVSE, the least of its plugs' places in EVSE_ORDER; of a station, the least of its EVSEs' in STATION_ORDER.
_PLACE = f"CASE WHEN {_IS_CHARGING} THEN {_RUNNING} ELSE {_AT_REST} END"
_IN_STATION = _case("place", _STATION_PLACES, STATION_ORDER.index(Availability.UNKNOWN))


def _told(stations: QuerySet[Station], word: Availability) -> RawSQL | list[int]:
    """Those of the stations whose plugs say this word: one says it, or is occupied where a session charges."""
    words = (word, Availability.OCCUPIED) if word == Availability.CHARGING else (word,)
    statuses = ", ".join(_literal(status.value) for status in _statuses(words))
    try:
        inner, parameters = stations.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    with_one = f"SELECT station_id FROM stations_connector WHERE status IN ({statuses}) AND station_id IN ({inner})"  # noqa: S608 - as above
    place = STATION_ORDER.index(word)
    told = f"""SELECT station_id FROM (
    SELECT plug.station_id, min({_PLACE}) AS place FROM stations_connector plug WHERE plug.station_id IN ({with_one})
    GROUP BY plug.station_id, plug.evse_id) evses
    GROUP BY station_id HAVING min({_IN_STATION}) = {place}"""  # noqa: S608 - as above
    return RawSQL(told, parameters)  # noqa: S611 - as above
