"""The pages of charging success."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.urls import reverse
from django.utils import timezone

from monitoring.services import success
from monitoring.views.success_wording import seconds_text
from stations.models import Session
from tests import factories
from tests.monitoring.charging import charged, failed

PAGE = "/console/charging-success/"


@pytest.fixture
def browser(client):
    def signed_in(person):
        client.force_login(person)
        return client

    return signed_in


def count():
    success.take_in()
    success.sweep()


@pytest.fixture
def noon(station):
    """Yesterday at noon: ten charges at the first EVSE, of which three failed, and ten good ones at the second."""
    Session.objects.all().delete()
    start = (timezone.now() - timedelta(days=1)).replace(hour=6, minute=0, second=0, microsecond=0)
    second = factories.ConnectorFactory(evse__station=station).evse
    for number in range(10):
        at = start + timedelta(hours=number)
        (failed if number % 4 == 1 else charged)(station, at, card=f"A{number}")
        charged(station, at, card=f"B{number}", evse=second)
    count()
    return start


def text(answer):
    return " ".join(answer.content.decode().split())


def test_the_worst_port_stands_first_with_its_interval_and_leads_to_its_attempts(browser, operator, noon):
    page = text(browser(operator).get(PAGE))
    assert page.index("DE*VLT*E01 · 1") < page.index("DE*VLT*E01 · 2")
    assert "8 of 10" not in page
    assert "7 of 10 · 40 to 89 %" in page
    assert "outcome=no_energy" in page


def test_what_had_too_few_attempts_is_left_out(browser, operator, noon):
    assert "DE*VLT*E01 · 1" not in text(browser(operator).get(PAGE, {"least": 11}))


@pytest.mark.parametrize("by", ["evse", "station", "site", "model", "firmware"])
def test_it_is_broken_down_by_place_and_make(browser, operator, noon, by):
    assert browser(operator).get(PAGE, {"by": by}).status_code == 200


def test_versions_of_one_model_are_compared_with_what_chance_allows(browser, operator, station, noon):
    for version, fails in (("1.4", 2), ("1.5", 30)):
        station.vendor, station.model, station.firmware_version = "Volt", "One", version
        station.save()
        for number in range(60):
            at = noon - timedelta(days=2, minutes=-10 * number)
            (failed if number % fails == 0 else charged)(station, at, card=f"{version}{number}")
        count()
    page = text(browser(operator).get(PAGE, {"by": "firmware", "model": "One"}))
    assert page.count("differs from the other versions") == 2


def test_the_figures_can_be_had_as_a_file(browser, operator, noon):
    answer = browser(operator).get(PAGE, {"format": "csv"})
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert [(row["evse"], row["start_good"], row["start_total"]) for row in rows] == [
        ("1", "7", "10"),
        ("2", "10", "10"),
    ]


def test_a_viewer_sees_figures_and_no_attempts(browser, viewer, noon):
    client = browser(viewer)
    assert "attempts/?" not in text(client.get(PAGE))
    assert client.get(f"{PAGE}attempts/").status_code == 403


def test_failed_attempts_lead_to_their_sessions(browser, operator, noon):
    page = text(browser(operator).get(f"{PAGE}attempts/", {"only_failed": "on"}))
    session = Session.objects.filter(energy_wh=0).first()
    assert reverse("stations:session", args=[session.pk]) in page
    assert page.count("row-link") == 3


def test_a_port_that_fails_everybody_is_named_on_top(browser, operator, station, noon):
    for number in range(4):
        failed(station, noon + timedelta(hours=11, minutes=20 * number), card=f"Z{number}")
    count()
    assert "5 failed attempts in a row by 5 id tokens" in text(browser(operator).get(PAGE))
    fragment = text(browser(operator).get(f"/console/stations/{station.identity}/success/"))
    assert "5 failed attempts in a row by 5 id tokens" in fragment


def test_the_site_shows_its_stations(browser, operator, site, noon):
    page = text(browser(operator).get(f"/console/sites/{site.pk}/success/"))
    assert "17 of 20" in page


def test_a_list_of_this_app_can_be_kept_as_a_view(browser, operator, noon):
    body = {"list": "charging-success", "name": "Firmware", "query": "by=firmware"}
    assert browser(operator).post(reverse("stations:view-add"), body).status_code == 302
    assert "Firmware" in text(browser(operator).get(PAGE))


def test_versions_of_a_model_with_few_attempts_say_that_it_may_be_chance(browser, operator, noon, station):
    page = text(browser(operator).get(PAGE, {"by": "firmware"}))
    assert "few attempts, may be chance" in page
    assert "Small numbers mislead" in page


def test_who_sees_several_organizations_compares_them(browser, operator, noon, station):
    assert "by organization" not in text(browser(operator).get(PAGE))
    other = factories.SiteFactory(organization__name="Elsewhere")
    theirs = factories.ConnectorFactory(evse__station__site=other, evse__station__identity="E-1").evse.station
    for number in range(6):
        failed(theirs, noon + timedelta(hours=number), card=f"C{number}")
    count()
    factories.MembershipFactory(organization=other.organization, user=operator)
    page = text(browser(operator).get(PAGE, {"by": "organization"}))
    assert page.index("Elsewhere") < page.index("17 of 20")
    assert "0 of 6" in page


@pytest.mark.parametrize(("seconds", "said"), [(0.02, "< 0.1 s"), (0.1, "0.1 s"), (4.26, "4.3 s")])
def test_a_short_time_is_not_shown_as_none(seconds, said):
    assert seconds_text(seconds).replace("\xa0", " ") == said
