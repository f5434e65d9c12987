"""Rows for a crowd: a station for each charger, with as many EVSEs of one connector as wanted."""

from collections.abc import Sequence

from django.db import connection

from drivers.models import Organization
from stations.models import Connector, Evse, Site, Station


def fill(chargers: Sequence[tuple[str, str]], evses: int = 2) -> None:
    """`chargers`: identity and protocol of each; no password."""
    organization, _ = Organization.objects.get_or_create(name="Bench", slug="bench")
    site = Site.objects.create(organization=organization, name="Bench", latitude=52, longitude=13)
    stations = Station.objects.bulk_create(
        Station(site=site, identity=identity, security_profile=Station.SecurityProfile.NONE, protocol=protocol)
        for identity, protocol in chargers
    )
    made = Evse.objects.bulk_create(
        Evse(station=station, number=number) for station in stations for number in range(1, evses + 1)
    )
    Connector.objects.bulk_create(Connector(station=evse.station, evse=evse, ocpp16_id=evse.number) for evse in made)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
