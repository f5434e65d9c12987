"""Files of uptime: what EV-ChART, the United Kingdom and hosts are handed."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.domain.evchart import COLUMNS, Quarter
from monitoring.models import WorkOrder
from monitoring.services import uptime_rollups
from stations.services import network
from tests import factories
from tests.monitoring.evchart_fields import problems
from tests.monitoring.exclusion_rows import ExclusionFactory, FederalSiteFactory
from tests.monitoring.ledger_rows import HOUR, port_with_an_outage

pytestmark = pytest.mark.django_db


@pytest.fixture
def port(station, session):
    factories.EvseFactory(station=station)
    FederalSiteFactory(site=station.site)
    station.evses.update(max_power_w=150_000)
    return port_with_an_outage(station)


def rows_of(browser, person, organization, module):
    quarter = Quarter.of(timezone.now())
    arguments = [organization.slug, quarter.year, quarter.number, module]
    answer = browser(person).get(reverse("monitoring:evchart-csv", args=arguments))
    assert answer.status_code == 200
    lines = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("ascii"))))
    assert all(list(line) == list(COLUMNS[module]) for line in lines)
    return lines


@pytest.fixture(autouse=True)
def now_is_the_middle_of_a_quarter():
    """Outages of the last days lie in it."""
    if (timezone.now() - Quarter.of(timezone.now()).start) < timedelta(days=4):
        pytest.skip("The quarter has just begun.")


@pytest.mark.parametrize("module", [2, 3, 4, 5])
def test_every_row_is_as_the_importer_wants_it(browser, operator, organization, port, module):
    rows = rows_of(browser, operator, organization, module)
    assert rows
    assert problems(module, rows) == []


def test_a_port_without_a_session_has_its_empty_row(browser, operator, organization, port):
    (row,) = rows_of(browser, operator, organization, 2)
    assert row["session_id"] == ""


def test_a_session_that_ended_is_told(browser, operator, organization, port, session):
    session.ended_at = timezone.now() - HOUR
    session.started_at = session.ended_at - HOUR
    session.energy_wh = 30_000
    session.save()
    (row,) = rows_of(browser, operator, organization, 2)
    assert (row["session_id"], row["energy_kwh"], row["power_kw"]) == (str(session.pk), "30.00", "30.00")


def test_the_outage_is_told_with_its_length(browser, operator, organization, port):
    (row,) = rows_of(browser, operator, organization, 4)
    assert row["outage_duration"] == "120.00"


def test_a_port_that_was_removed_since_was_out_all_the_same(browser, operator, organization, port):
    ExclusionFactory(
        site=port.site,
        starts_at=timezone.now() - 6 * HOUR,
        ends_at=timezone.now() - 5 * HOUR,
        state="approved",
        reviewed_at=timezone.now(),
    )
    port.evse.delete()
    uptime_rollups.rebuild()
    (row,) = rows_of(browser, operator, organization, 4)
    assert row["outage_duration"] == "120.00"
    assert rows_of(browser, operator, organization, 3)[-1]["total_outage_excl"] == "60.00"


def test_a_session_whose_evse_only_its_connector_tells_is_told(browser, operator, organization, port, session):
    session.ended_at, session.evse = timezone.now() - HOUR, None
    session.save()
    (row,) = rows_of(browser, operator, organization, 2)
    assert row["session_id"] == str(session.pk)


@pytest.mark.parametrize("is_known_by", ["its EVSE", "its connector"])
def test_a_session_is_told_though_its_evse_was_deleted(browser, operator, organization, port, session, is_known_by):
    session.ended_at = timezone.now() - HOUR
    session.evse = session.evse if is_known_by == "its EVSE" else None
    session.save()
    network.delete_evse(evse=port.evse)
    uptime_rollups.rebuild()
    (row,) = rows_of(browser, operator, organization, 2)
    assert row["session_id"] == str(session.pk)


def test_two_sites_are_not_reported_by_the_same_names(browser, owner, organization, port):
    other = factories.SiteFactory(organization=organization)
    told = {name: getattr(port.site.federal, name) for name in ("station_id", "network_provider", "operational_since")}
    page = reverse("monitoring:federal-site", args=[other.pk])
    answer = browser(owner).post(page, {**told, "federal_share_percent": 80})
    assert f"{port.site} is reported by this ID" in answer.content.decode()
    assert not hasattr(type(other).objects.get(pk=other.pk), "federal")


def test_the_uptime_of_each_month_says_outage_and_what_is_excluded(browser, operator, organization, port):
    last = rows_of(browser, operator, organization, 3)[-1]
    assert (last["uptime"], last["total_outage"], last["total_outage_excl"]) == ("99.98", "120.00", "0.00")


def test_a_young_site_leaves_uptime_empty(browser, operator, organization, port):
    port.site.federal.operational_since = timezone.now().date()
    port.site.federal.save()
    rows = rows_of(browser, operator, organization, 3)
    assert {row["uptime"] for row in rows} == {""}
    assert problems(3, rows) == []


def test_costs_are_those_of_finished_work_orders(browser, operator, organization, site, port):
    organization.currency = "USD"
    organization.save()
    now = timezone.now()
    WorkOrder.objects.create(
        organization=organization,
        site=site,
        title="A plug",
        state="done",
        created_at=now,
        finished_at=now,
        cost_minor=5000,
    )
    (row,) = rows_of(browser, operator, organization, 5)
    assert (row["maintenance_cost_total"], row["maintenance_cost_federal"]) == ("50.00", "40.00")


def test_costs_in_another_currency_are_not_made_up(browser, operator, organization, site, port):
    now = timezone.now()
    WorkOrder.objects.create(
        organization=organization,
        site=site,
        title="A plug",
        state="done",
        created_at=now,
        finished_at=now,
        cost_minor=5000,
    )
    (row,) = rows_of(browser, operator, organization, 5)
    assert row["maintenance_cost_total"] == ""
    assert "EUR" in row["maintenance_notes"]


def test_a_site_without_federal_money_is_not_in_it(browser, operator, organization, port):
    port.site.federal.delete()
    assert rows_of(browser, operator, organization, 3) == []


def test_who_sees_no_sessions_gets_no_file_of_them(browser, viewer, organization, port):
    quarter = Quarter.of(timezone.now())
    address = reverse("monitoring:evchart-csv", args=[organization.slug, quarter.year, quarter.number, 2])
    assert browser(viewer).get(address).status_code == 403


def test_a_stranger_gets_no_file(browser, stranger, organization, port):
    address = reverse("monitoring:evchart-csv", args=[organization.slug, 2026, 1, 3])
    assert browser(stranger).get(address).status_code == 404


@pytest.mark.parametrize("ending", ["csv", "pdf"])
def test_a_site_s_month_is_a_file(browser, viewer, site, port, ending):
    ExclusionFactory(site=site)
    now = timezone.now()
    answer = browser(viewer).get(reverse(f"monitoring:site-report-{ending}", args=[site.pk, now.year, now.month]))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert body.startswith(b"%PDF" if ending == "pdf" else b"\xef\xbb\xbfrecord")


def test_a_month_to_come_has_no_report(browser, viewer, site, port):
    later = timezone.now() + timedelta(days=40)
    if later.year == timezone.now().year:
        address = reverse("monitoring:site-report-csv", args=[site.pk, later.year, later.month])
        assert browser(viewer).get(address).status_code == 404


def test_the_uk_s_year_has_its_rapid_charge_points(browser, viewer, port):
    base = reverse("monitoring:uk-report")
    assert port.identity in browser(viewer).get(f"{base}?all=1").content.decode()
    assert port.identity not in browser(viewer).get(base).content.decode()
    assert browser(viewer).get(f"{reverse('monitoring:uk-report-pdf')}?all=1").content[:4] == b"%PDF"
    lines = b"".join(browser(viewer).get(f"{reverse('monitoring:uk-report-csv')}?all=1").streaming_content)
    assert len(lines.splitlines()) == 2


def test_a_year_to_come_has_no_report(browser, viewer):
    assert browser(viewer).get(f"{reverse('monitoring:uk-report')}?year=9999").status_code == 404
