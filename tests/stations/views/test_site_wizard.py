"""Making a site step by step."""

import pytest
from django.urls import reverse

from stations.domain import opening_hours_text
from stations.models import Site
from tests import factories

pytestmark = pytest.mark.django_db

PLACE = {"name": "Quay", "latitude": "53.55", "longitude": "9.99", "timezone": "Europe/Berlin", "country": "de"}


def step(name):
    return reverse("stations:site-new-step", args=[name])


def test_four_steps_make_a_site_with_all_that_was_said(browser, operator, organization):
    client = browser(operator)
    assert client.get(reverse("stations:site-new"))["Location"] == step("place")
    assert client.post(step("place"), PLACE)["Location"] == step("hours")
    assert client.post(step("hours"), {"kind": "weekly", "day_6": "10:00-16:00"})["Location"] == step("access")
    assert client.post(step("access"), {"access": "open", "directions": "By boat"})["Location"] == step("contact")
    answer = client.post(step("contact"), {"name": "Hanna", "phone": "+49 30 1"})
    site = Site.objects.get(organization=organization, name="Quay")
    assert answer["Location"] == reverse("stations:site", args=[site.pk])
    assert (site.country, site.access, site.is_public, site.directions) == ("DE", "open", False, "By boat")
    assert opening_hours_text.write(site.hours) == "Sa 10:00-16:00"
    assert site.contacts.get().name == "Hanna"
    assert "Add a station" in client.get(answer["Location"]).content.decode()
    assert client.get(reverse("stations:site-new"))["Location"] == step("place")


def test_a_mistake_and_going_back_lose_nothing(browser, operator, organization):
    client = browser(operator)
    page = client.post(step("place"), PLACE | {"latitude": "95"}).content.decode()
    assert 'value="Quay"' in page
    assert "less than or equal to 90" in page
    client.post(step("place"), PLACE)
    assert client.post(step("hours"), {"kind": "weekly", "day_1": "8-9", "back": "1"})["Location"] == step("place")
    assert 'value="53.55"' in client.get(step("place")).content.decode()
    assert 'value="8-9"' in client.get(step("hours")).content.decode()


def test_a_step_left_out_is_come_back_to(browser, operator, organization):
    client = browser(operator)
    assert client.post(step("contact"), {})["Location"] == step("place")
    assert not Site.objects.filter(name="Quay").exists()


def test_a_name_that_is_taken_is_said_at_the_end_and_nothing_is_made(browser, operator, organization):
    factories.SiteFactory(organization=organization, name="Quay")
    client = browser(operator)
    for name, values in (("place", PLACE), ("hours", {}), ("access", {"access": "open"})):
        client.post(step(name), values)
    assert "already exists" in client.post(step("contact"), {}).content.decode()
    assert Site.objects.filter(name="Quay").count() == 1


def test_a_technician_makes_no_site(browser, technician):
    assert browser(technician).get(step("place")).status_code == 403
