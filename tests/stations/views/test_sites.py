"""A site's page: when it is open, how to get there, whom to call, what happened, and changing all of it."""

from datetime import UTC, datetime

import pytest
import time_machine

from stations.domain import opening_hours, opening_hours_text
from stations.models import Site, SiteContact
from tests import factories

pytestmark = pytest.mark.django_db


def hours(text):
    return opening_hours.to_json(opening_hours_text.read(text))


@pytest.fixture
def place(site):
    site.timezone = "Europe/Berlin"
    site.opening_hours = hours("Mo-Fr 08:00-18:00; 2026-12-25 Christmas")
    site.directions = "Behind the bakery"
    site.staff_note = "Gate code 4711"
    site.save()
    site.contacts.create(name="Hanna Holt", role="caretaker", phone="+49 30 123", note="after ten")
    site.contacts.create(name="Hotline", phone="+49 800 1", is_public=True)
    return site


def page(client, person, url):
    client.force_login(person)
    return client.get(url)


def fields(site, **changes):
    values = {
        "name": site.name,
        "latitude": site.latitude,
        "longitude": site.longitude,
        "timezone": "Europe/Berlin",
        "access": "open",
        "kind": "weekly",
        "day_1": "08:00-12:00, 14:00-18:00",
        "special_days": "2026-12-24 10:00-12:00 Christmas Eve",
    }
    return {**values, **changes}


@time_machine.travel(datetime(2026, 11, 20, 10, tzinfo=UTC), tick=False)
def test_the_page_says_when_it_is_open_how_to_get_there_and_whom_to_call(client, viewer, place):
    text = page(client, viewer, f"/console/sites/{place.pk}/").content.decode()
    for told in ("Open now", "18:00", "08:00–18:00", "Behind the bakery", "Gate code 4711", "Hanna Holt", "caretaker"):
        assert told in text


def test_the_page_shows_what_happened_at_this_site_only(client, operator, network, organization):
    elsewhere = factories.StationFactory(site__organization=organization, identity="ELSEWHERE")
    factories.SessionFactory(station=elsewhere)
    url = f"/console/sites/{network.site.pk}/events/"
    assert url in page(client, operator, f"/console/sites/{network.site.pk}/").content.decode()
    text = client.get(url).content.decode()
    assert "Session started" in text
    assert "ELSEWHERE" not in text


@time_machine.travel(datetime(2026, 11, 21, 10, tzinfo=UTC), tick=False)
def test_drivers_are_told_what_is_public_and_nothing_else(client, place):
    text = client.get(f"/map/sites/{place.pk}/").content.decode()
    for told in ("Closed now", "opens 23 Nov 08:00", "Behind the bakery", "Hotline", "+49 800 1"):
        assert told in text
    assert "4711" not in text
    assert "Hanna" not in text


def test_the_form_shows_what_is_stored_and_stores_what_is_changed(client, operator, place):
    shown = page(client, operator, f"/console/sites/{place.pk}/edit/").content.decode()
    assert 'value="08:00-18:00"' in shown
    assert "2026-12-25 Christmas" in shown
    answer = client.post(f"/console/sites/{place.pk}/edit/", fields(place, name="New name", directions="Left"))
    assert answer["Location"] == f"/console/sites/{place.pk}/"
    place.refresh_from_db()
    assert (place.name, place.access, place.directions) == ("New name", "open", "Left")
    told = opening_hours_text.write(place.hours)
    assert told == "Mo 08:00-12:00, 14:00-18:00; 2026-12-24 10:00-12:00 Christmas Eve"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"day_1": "8-18"}, "is no time"),
        ({"day_1": "08:00-12:00, 11:00-13:00"}, "overlap"),
        ({"special_days": "Christmas"}, "is no day"),
        ({"special_days": "2026-12-24\n2026-12-24"}, "stands there twice"),
        ({"day_1": "", "special_days": ""}, "at least one day"),
        ({"kind": ""}, "say first when it is open otherwise"),
        ({"latitude": "91"}, "less than or equal to 90"),
        ({"country": "Germany"}, "two letters"),
        ({"name": "Taken"}, "already exists"),
    ],
)
def test_nonsense_is_refused_in_words_and_nothing_is_stored(client, operator, place, changes, why):
    factories.SiteFactory(organization=place.organization, name="Taken")
    client.force_login(operator)
    answer = client.post(f"/console/sites/{place.pk}/edit/", fields(place, **changes))
    assert why in answer.content.decode()
    before = place.opening_hours
    place.refresh_from_db()
    assert place.opening_hours == before


def test_a_technician_reads_the_page_and_changes_nothing(client, technician, place):
    text = page(client, technician, f"/console/sites/{place.pk}/").content.decode()
    assert f"/console/sites/{place.pk}/edit/" not in text
    contact = place.contacts.first()
    for url in ("edit/", "close/", "reopen/", "delete/", "contacts/add/", f"contacts/{contact.pk}/"):
        assert client.post(f"/console/sites/{place.pk}/{url}", fields(place)).status_code == 403
    assert Site.objects.get(pk=place.pk).access == Site.Access.MEMBERS


def test_a_contact_is_added_changed_and_forgotten(client, operator, site):
    client.force_login(operator)
    url = f"/console/sites/{site.pk}/contacts/"
    assert client.post(url + "add/", {"name": "Ada", "phone": "call me"}).context["form"].errors.keys() == {"phone"}
    client.post(url + "add/", {"name": "Ada", "phone": "+49 30 1", "is_public": "on"})
    contact = SiteContact.objects.get()
    client.post(f"{url}{contact.pk}/", {"name": "Ada L.", "email": "ada@example.com"})
    contact.refresh_from_db()
    assert (contact.name, contact.phone, contact.email, contact.is_public) == ("Ada L.", "", "ada@example.com", False)
    client.post(f"{url}{contact.pk}/delete/")
    assert not SiteContact.objects.exists()


def test_a_site_with_stations_is_not_deleted_and_the_page_says_why(client, operator, site):
    client.force_login(operator)
    answer = client.post(f"/console/sites/{site.pk}/delete/", follow=True)
    assert "still has stations" in answer.content.decode()
    site.stations.all().delete()
    client.post(f"/console/sites/{site.pk}/delete/")
    assert not Site.objects.filter(pk=site.pk).exists()


def test_a_site_that_is_closed_down_is_on_no_public_map(client, operator, site):
    client.force_login(operator)
    client.post(f"/console/sites/{site.pk}/close/")
    assert client.get(f"/map/sites/{site.pk}/").status_code == 404
    assert "Closed down" in client.get(f"/console/sites/{site.pk}/").content.decode()
    client.post(f"/console/sites/{site.pk}/reopen/")
    assert client.get(f"/map/sites/{site.pk}/").status_code == 200
