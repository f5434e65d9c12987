"""No page or list of the portal asks the database more often because there is more to show."""

from urllib.parse import quote

import pytest
from django.utils import timezone

from benchmarks.network import OPERATOR, SCOPED
from benchmarks.portal_pages import PAGES, Page, addresses
from benchmarks.portal_people import queries
from stations.models import Evse, SiteScope, Station, Variable
from stations.services import labels
from tests import factories
from tests.monitoring import link_rows, maintenance_rows
from tests.stations.api.test_query_counts import make_rows

# Pages of one thing, which the benchmark's own network has none of.
DETAILS = (
    *(Page("operator", f"/console/{path}") for path in (
        "work-orders/{order}/", "windows/{window}/", "plans/{plan}/", "checklists/{checklist}/",
        "inspections/{inspection}/", "connectivity/drops/{drop}/", "connectivity/tests/{run}/",
    )),
    *(Page("key", f"/api/v1/{path}") for path in (
        "work-orders/{order}/", "work-orders/{order}/entries/", "maintenance-windows/{window}/evses/",
        "maintenance-plans/{plan}/stations/", "inspections/{inspection}/", "network-tests/{run}/results/",
    )),
)  # fmt: skip


def _grow(network, count):
    """So many more stations at sites of their own, and so much more of everything at those looked at."""
    make_rows(network.organization, count)
    station, session = network.station, network.session
    begun, draft = network.organization.bulk_commands.order_by("id")
    draft.station_ids = list(
        Station.objects.filter(site__organization=network.organization).values_list("pk", flat=True)
    )
    draft.total = len(draft.station_ids)
    draft.save()
    for other in Station.objects.filter(pk__in=draft.station_ids).exclude(commands__bulk=begun):
        factories.CommandFactory(station=other, bulk=begun, requested_by=factories.UserFactory())
    for number in range(count):
        plug = factories.ConnectorFactory(evse__station=station)
        factories.ConnectorFactory(evse=plug.evse)
        factories.SessionFactory(station=station, evse=plug.evse, connector=plug, id_token=session.id_token)
        factories.MeterSampleFactory(session=session)
        owner = network.id_token.driver if number % 2 else factories.UserFactory()
        token = factories.IdTokenFactory(organization=network.organization, driver=owner)
        factories.SessionFactory(station=station, token=token)
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
        station.notes.create(text="Replaced the fuse", author=factories.UserFactory())
        station.photos.create(file="a.jpg", thumbnail="b.jpg", width=1, height=1, added_by=factories.UserFactory())
        network.site.contacts.create(name="Hotline", phone="+49 800 1", is_public=True)
        _grow_maintenance(network, plug.evse, number)
        name = f"Setting{Variable.objects.count()}"
        Variable.objects.create(station=station, name=name, value="1", reported_at=timezone.now())
    # They are made once, when a label is looked at first.
    labels.give_codes(evses=Evse.objects.all())


def _grow_maintenance(network, evse, number):
    """More of everything that stands on a page of maintenance or connectivity, of stations and people of their own."""
    now, organization = timezone.now(), network.organization
    station = factories.StationFactory(site=network.site, identity=f"MORE-{evse.pk}")
    maintenance_rows.make(station, factories.UserFactory())
    plan = organization.maintenance_plans.order_by("pk").first()
    plan.rows.get_or_create(station=station, defaults={"counted_from": now, "reckoned_at": now})
    window = organization.maintenance_windows.order_by("pk").first()
    window.rows.create(station=station, evse=factories.EvseFactory(station=station))
    order = network.station.work_orders.order_by("pk").first()
    order.entries.create(kind="note", at=now, by=factories.UserFactory(), text="Looked at it")
    order.parts.create(name="Fuse")
    run = organization.test_runs.order_by("pk").first()
    run.results.create(station=station, state="passed", ended_at=now)
    drop = organization.drops.order_by("pk").first()
    values = {"at": drop.at, "heard_at": drop.at, "opened_at": drop.at, "cause": drop.cause, "provider": drop.provider}
    organization.drops.create(station=station, connection=1000 + evse.pk, culprit="provider", **values)
    organization.station_links.create(station=station, score=number, rank=number, provider=drop.provider)


def _values(network):
    site, station, session = network.site, network.station, network.session
    box = (
        f"{float(site.longitude) - 1},{float(site.latitude) - 1},{float(site.longitude) + 1},{float(site.latitude) + 1}"
    )
    begun, draft = network.organization.bulk_commands.order_by("id")
    organization = network.organization
    return {
        "order": [station.work_orders.earliest("pk").pk],
        "window": [organization.maintenance_windows.earliest("pk").pk],
        "plan": [organization.maintenance_plans.earliest("pk").pk],
        "checklist": [organization.checklists.earliest("pk").pk],
        "inspection": [organization.inspections.earliest("pk").pk],
        "drop": [organization.drops.earliest("pk").pk],
        "run": [organization.test_runs.earliest("pk").pk],
        "command": [station.commands.earliest("pk").pk],
        "bulk": [begun.pk],
        "draft": [draft.pk],
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
        "driver": [network.id_token.driver_id],
        "id_token": [network.id_token.pk],
        "site_key": [quote(f"{site.name},{site.pk}")],
        "session_key": [quote(f"{timezone.now()},{10**6}")],
        "command_key": [10**6],
    }


@pytest.fixture
def people(organization, site):
    person = factories.MembershipFactory(organization=organization, user__email=OPERATOR).user
    factories.BulkCommandFactory(organization=organization, requested_by=person)
    factories.BulkCommandFactory(
        organization=organization,
        requested_by=person,
        started_at=None,
        payload='{"variables": [{"name": "A", "value": 1}]}',
        kind="set_variables",
    )
    scoped = factories.MembershipFactory(organization=organization, user__email=SCOPED)
    SiteScope.objects.create(membership=scoped, site=site)


def test_query_counts_are_the_same_for_two_and_for_twenty_objects(people, network, driver):
    network.session.id_token = "CHARGES-OFTEN"
    network.session.save()
    factories.connect(network.station)
    factories.CommandFactory(station=network.station)
    link_rows.make(network)
    maintenance_rows.make(network.station, factories.UserFactory())
    values = _values(network)

    def counted():
        return {
            f"{page.address} ({page.who})": queries(page, addresses(page, values, 1)[0]) for page in (*PAGES, *DETAILS)
        }

    _grow(network, 2)
    counted()
    few = counted()
    _grow(network, 18)
    many = counted()
    # What no longer fits a page is counted: one more query, however much it is.
    assert {page: (few[page], many[page]) for page in few if many[page] > few[page] + 1} == {}
    assert max(many.values()) <= 35
