"""The whole network as files: what is exported is imported again as it was, and by nobody it is not for."""

import csv
from io import StringIO

import pytest
from django.urls import reverse

from stations.domain import opening_hours, opening_hours_text
from stations.models import Site, SiteScope, Station
from stations.services.imports import Action, sites, stations
from tests import factories

pytestmark = pytest.mark.django_db

SITE_COLUMNS = [name for name in sites.COLUMNS if name not in ("organization", "contacts")]


@pytest.fixture
def places(organization, site):
    site.name, site.description = "=HYPERLINK(1)", "Two lines,\nand a “quote”; done"
    site.opening_hours = opening_hours.to_json(opening_hours_text.read("Mo-Fr 08:00-18:00; 2026-12-25 Christmas"))
    site.directions = "+ left of the gate"
    site.save()
    site.contacts.create(name="Hanna", phone="+49 30 1", note="a | b")
    site.contacts.create(name="Hotline", email="help@example.com", is_public=True)
    return [site, factories.SiteFactory(organization=organization, name="'s-Hertogenbosch", is_public=False)]


@pytest.fixture
def chargers(station, places):
    Station.objects.filter(pk=station.pk).update(name="-1 level", password_hash="secret", security_profile=2)
    other = factories.StationFactory(site=places[1], identity="=A1", vendor="ABB", model="Terra")
    factories.ConnectorFactory(evse__station=other, evse__max_power_w=50_000, type="cCCS2")
    return [station, other]


def exported(client, what):
    answer = client.get(reverse(f"stations:{what}-csv"))
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_what_is_exported_changes_nothing_when_it_is_imported(browser, operator, organization, chargers):
    client = browser(operator)
    known = Site.objects.select_related("organization").prefetch_related("contacts")
    site_rows = sites.plan(text=exported(client, "sites"), organizations=[organization], sites=known)
    station_rows = stations.plan(text=exported(client, "stations"), sites=known)
    for rows in (site_rows, station_rows):
        assert [(row.action, row.changes, row.errors) for row in rows] == [(Action.SAME, {}, {})] * 2


def test_an_export_makes_the_same_network_again(browser, operator, organization, network, chargers):
    client = browser(operator)
    files = exported(client, "sites"), exported(client, "stations")
    before = _everything()
    network.session.delete()
    Station.objects.all().delete()
    Site.objects.all().delete()
    rows = sites.plan(text=files[0], organizations=[organization], sites=[])
    sites.carry_out(rows=rows, only_good=False, by=operator)
    made = stations.plan(text=files[1], sites=Site.objects.select_related("organization"))
    stations.carry_out(rows=made, only_good=False, by=operator)
    assert _everything() == before


def _everything():
    found = Station.objects.prefetch_related("evses__connectors").order_by("identity")
    return (
        [[getattr(site, name) for name in SITE_COLUMNS] for site in Site.objects.order_by("name")],
        [sites.contacts_text(site.contacts.all()) for site in Site.objects.order_by("name")],
        [
            (row.identity, row.name, row.site.name, row.security_profile, row.vendor, stations.outlets_of(row))
            for row in found
        ],
    )


def test_no_cell_is_a_formula_and_no_secret_is_told(browser, operator, chargers):
    client = browser(operator)
    for what in ("sites", "stations"):
        text = exported(client, what)
        cells = [cell for line in csv.reader(StringIO(text)) for cell in line]
        assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))] == []
        assert "secret" not in text
        assert "password" not in text


def test_an_export_holds_what_the_viewer_sees(browser, operator, places, chargers, elsewhere):
    membership = operator.memberships.get()
    SiteScope.objects.create(membership=membership, site=places[1])
    client = browser(operator)
    assert "Hertogenbosch" in exported(client, "sites")
    assert "HYPERLINK" not in exported(client, "sites")
    assert "'=A1" in exported(client, "stations")
    assert chargers[0].identity not in exported(client, "stations")
    assert elsewhere.station.identity not in exported(client, "stations")


def test_sites_are_imported_by_the_console(browser, operator, organization):
    client, url = browser(operator), reverse("stations:station-import")
    look = client.post(url, {"kind": "sites", "text": "name,latitude,longitude\nQuay,1,2\n"})
    done = client.post(url, {"draft": look.context["draft"], "store": "1"}).content.decode()
    assert "1 site was made" in done
    assert Site.objects.filter(organization=organization, name="Quay").exists()


def test_a_large_file_is_summed_up(browser, operator, site):
    text = "identity\n" + "".join(f"N{number}\n" for number in range(300)) + "A B\n"
    page = browser(operator).post(reverse("stations:station-import"), {"text": text, "site": site.name})
    assert "300 new" in page.content.decode()
    assert len(page.content) < 250_000
    assert len(page.context["rows"]) == 101
    assert page.context["rows"][0].key == "A B"
