"""No page or list of the portal asks the database more often because there is more to show."""

from urllib.parse import quote

import pytest
from django.utils import timezone

from benchmarks.network import OPERATOR, SCOPED
from benchmarks.portal_pages import PAGES, addresses
from benchmarks.portal_people import queries
from stations.models import SiteScope, Variable
from tests import factories
from tests.stations.api.test_query_counts import make_rows


def _grow(network, count):
    """So many more stations at sites of their own, and so much more of everything at those looked at."""
    make_rows(network.organization, count)
    station, session = network.station, network.session
    for _ in range(count):
        plug = factories.ConnectorFactory(evse__station=station)
        factories.ConnectorFactory(evse=plug.evse)
        factories.SessionFactory(station=station, evse=plug.evse, connector=plug, id_token=session.id_token)
        factories.MeterSampleFactory(session=session)
        factories.CommandFactory(station=station, session=session, requested_by=factories.UserFactory())
        for row_of in (
            factories.FrameFactory,
            factories.LogRequestFactory,
            factories.FirmwareUpdateFactory,
            factories.SecurityEventFactory,
            factories.ReservationFactory,
            factories.StationCertificateFactory,
        ):
            row_of(station=station)
        name = f"Setting{Variable.objects.count()}"
        Variable.objects.create(station=station, name=name, value="1", reported_at=timezone.now())


def _values(network):
    site, station, session = network.site, network.station, network.session
    box = (
        f"{float(site.longitude) - 1},{float(site.latitude) - 1},{float(site.longitude) + 1},{float(site.latitude) + 1}"
    )
    return {
        "city": [site.name],
        "site": [site.pk],
        "public_site": [site.pk],
        "identity": [station.identity],
        "session": [session.pk],
        "transaction": [session.transaction_id],
        "token": [session.id_token],
        "day": [session.started_at.date().isoformat()],
        "around_city": [box],
        "around_street": [box],
        "site_page": [1],
        "station_page": [1],
        "session_key": [quote(f"{timezone.now()},{10**6}")],
        "command_key": [10**6],
    }


@pytest.fixture
def people(organization, site):
    factories.MembershipFactory(organization=organization, user__email=OPERATOR)
    scoped = factories.MembershipFactory(organization=organization, user__email=SCOPED)
    SiteScope.objects.create(membership=scoped, site=site)


def test_query_counts_are_the_same_for_two_and_for_twenty_objects(people, network):
    network.session.id_token = "CHARGES-OFTEN"
    network.session.save()
    factories.connect(network.station)
    values = _values(network)

    def counted():
        return {f"{page.address} ({page.who})": queries(page, addresses(page, values, 1)[0]) for page in PAGES}

    _grow(network, 2)
    counted()
    few = counted()
    _grow(network, 18)
    many = counted()
    assert {page: (few[page], many[page]) for page in few if few[page] != many[page]} == {}
    assert max(many.values()) <= 25
