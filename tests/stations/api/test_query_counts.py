"""A list asks the database as often for many rows as for few."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import device_rows, factories, power_rows


def make_rows(organization, count):
    for _ in range(count):
        site = factories.SiteFactory(organization=organization)
        station = factories.StationFactory(site=site)
        factories.connect(station)
        plug = factories.ConnectorFactory(evse__station=station)
        token = factories.IdTokenFactory(organization=organization, driver=factories.UserFactory())
        session = factories.SessionFactory(station=station, evse=plug.evse, connector=plug, token=token)
        for row_of in (
            factories.FrameFactory,
            factories.LogRequestFactory,
            factories.FirmwareUpdateFactory,
            factories.SecurityEventFactory,
        ):
            row_of(station=station)
        factories.RootCertificateFactory(organization=organization)
        factories.CommandFactory(station=station, requested_by=factories.UserFactory(), session=session)
        factories.ReservationFactory(station=station, requested_by=factories.UserFactory(), session=session)
        factories.LocalListFactory(station=station).entries.create(id_token="A")
        factories.SettlementFactory(station=station, session=session)
        power_rows.add(session)
        factories.RefusedAttemptFactory(station=station)
        device_rows.make(station, station.identity)


@pytest.mark.parametrize(
    "resource",
    [
        "sites",
        "stations",
        "evses",
        "connectors",
        "commands",
        "sessions",
        "id-tokens",
        "root-certificates",
        "reservations",
        "local-lists",
        "settlements",
        "log-requests",
        "firmware-updates",
        "security-events",
        "frames",
        "refused-attempts",
        *power_rows.PATHS,
        "configuration-templates",
        "device-events",
        "event-streams",
        "display-messages",
        "customer-information",
    ],
)
def test_query_counts_are_constant(api, operator, organization, resource):
    client = api(operator)

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            rows = client.get(f"/api/v1/{resource}/").json()["results"]
        return len(rows), len(captured)

    client.get(f"/api/v1/{resource}/")  # the key's use is noted now, and not again within the minute
    make_rows(organization, 5)
    few_rows, few = queries()
    make_rows(organization, 20)
    many_rows, many = queries()
    assert many_rows == few_rows + 20
    assert many == few
