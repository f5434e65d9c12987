"""Rows that were there before: stations with open sessions, and as many meter samples and frames as wanted."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from drivers.models import Organization
from stations.domain.status import ConnectorStatus
from stations.models import Connector, Evse, Session, Site, Station

_CHUNK = 500_000


def fill_tables(chargers: Sequence[tuple[str, str, str]], samples: int) -> None:
    """`chargers`: protocol, identity and open transaction of each; one EVSE and connector each, no password."""
    now = timezone.now()
    organization = Organization.objects.create(name="Bench", slug="bench")
    site = Site.objects.create(organization=organization, name="Bench", latitude=52, longitude=13)
    stations = Station.objects.bulk_create(
        Station(site=site, identity=identity, security_profile=Station.SecurityProfile.NONE, protocol=protocol)
        for protocol, identity, _ in chargers
    )
    evses = Evse.objects.bulk_create(Evse(station=station, number=1) for station in stations)
    connectors = Connector.objects.bulk_create(
        Connector(station=evse.station, evse=evse, ocpp16_id=1, status=ConnectorStatus.CHARGING) for evse in evses
    )
    started_at = now - timedelta(days=3)
    Session.objects.bulk_create(
        Session(
            station=connector.station,
            evse=connector.evse,
            connector=connector,
            transaction_id=transaction_id,
            protocol=protocol,
            id_token="CARD",
            started_at=started_at,
            received_at=started_at,
        )
        for connector, (protocol, _, transaction_id) in zip(connectors, chargers, strict=True)
    )
    for first in range(0, samples, _CHUNK):
        _add_past(first, min(samples, first + _CHUNK))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


_SESSIONS = (
    "(SELECT id, station_id, evse_id, row_number() OVER (ORDER BY id) AS place FROM stations_session) AS sessions"
)
_MOMENTS = (
    "(SELECT n, now() - interval '14 days' + n %% 1209600 * interval '1 second' AS moment,"
    " 1 + n %% (SELECT count(*) FROM stations_session) AS place FROM generate_series(%s, %s - 1) AS n) AS moments"
)


def _add_past(first: int, end: int) -> None:
    """Samples and frames spread over the chargers and the last two weeks."""
    rows = f"FROM {_MOMENTS} JOIN {_SESSIONS} USING (place)"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO stations_metersample (station_id, session_id, evse_id, at, received_at, context, energy_wh,"
            " power_w, current_a, soc_percent, values) SELECT station_id, id, evse_id, moment, moment,"
            f" 'Sample.Periodic', n, 11000, 32.1, 63, repeat('x', 400) {rows}",
            [first, end],
        )
        cursor.execute(
            "INSERT INTO stations_frame (station_id, at, direction, action, message_id, type, body) SELECT station_id,"
            f" moment, 'in', 'MeterValues', n::text, 2, convert_to(repeat('x', 500), 'UTF8') {rows}",
            [first, end],
        )
