"""Public status pages: what anybody reads, and what nobody does."""

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.utils import timezone

from monitoring.models import MaintenanceWindow, StatusDay, StatusSubscriber
from monitoring.services import status_letters
from stations.domain.status import ConnectorStatus
from stations.models import Connector
from tests import factories
from tests.monitoring import status_rows as rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(organization):
    return rows.publish_page(organization)


def read(client, path, **headers):
    return client.get(path, headers=headers)


def text(client, path="/status/volta/"):
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_a_page_there_is_none(client, organization):
    assert client.get("/status/volta/").status_code == 404
    assert client.get("/status/volta.json").status_code == 404
    assert "No network here tells" in client.get("/status/").content.decode()


def test_a_page_that_is_switched_off_is_gone(client, page):
    page.is_published = False
    page.save()
    assert client.get("/status/volta/").status_code == 404


def test_the_only_network_is_shown_at_once(client, page):
    assert client.get("/status/")["Location"] == "/status/volta/"


def test_several_networks_are_a_list(client, page, elsewhere):
    rows.publish_page(elsewhere.organization)
    listed = text(client, "/status/")
    assert "Volta" in listed
    assert "Faraday" in listed


def test_it_says_how_many_points_are_free_and_what_is_not_known(client, page, site, station):
    factories.connect(station)
    factories.ConnectorFactory(evse__station__site=site)
    shown = text(client)
    assert "Most charging points work" not in shown
    data = json.loads(client.get("/status/volta.json").content)
    assert data["charging_points"] == {"total": 2, "free": 1, "in_use": 0, "out_of_service": 0, "unknown": 1}
    assert data["status"] == "some"


def test_a_station_nobody_reaches_is_not_called_broken(client, page, station):
    assert "It is not known how it is" in text(client)


def test_broken_is_broken(client, page, station):
    factories.connect(station)
    Connector.objects.update(status=ConnectorStatus.FAULTED)
    assert "No charging point works" in text(client)


def test_sites_that_are_not_public_or_left_out_are_on_no_page(client, organization, page, site):
    kept = factories.SiteFactory(organization=organization, name="Kept to ourselves", is_public=False)
    left_out = factories.SiteFactory(organization=organization, name="Left out")
    for one in (kept, left_out):
        factories.ConnectorFactory(evse__station__site=one)
    page.hidden_sites.add(left_out)
    shown = text(client)
    assert site.name in shown
    for one in (kept, left_out):
        assert one.name not in shown
        assert client.get(f"/status/volta/{one.pk}/").status_code == 404
        assert client.get(f"/status/volta/{one.pk}/subscribe/").status_code == 404
    assert client.get(f"/status/faraday/{site.pk}/").status_code == 404


def test_no_identity_and_no_word_of_ours_is_told(client, organization, page, site, station, operator):
    rows.published(organization, site, operator)
    for path in ("/status/volta/", f"/status/volta/{site.pk}/", "/status/volta.json", "/status/volta.atom"):
        answer = client.get(path).content.decode()
        assert "A transformer has failed." in answer
        assert station.identity not in answer
        assert "is offline" not in answer
        assert operator.email not in answer


def test_ninety_days_stand_in_a_table_too(client, page, site):
    today = timezone.now().date()
    StatusDay.objects.create(site=site, day=today - timedelta(days=1), measured_s=1000, up_s=900, unknown_s=50)
    shown = text(client, f"/status/volta/{site.pk}/")
    table = shown[shown.index("<tbody>") :]
    assert table.count("<tr>") == 90
    assert table.count("no data") == 89
    assert "90.00" in table
    assert "5.00" in table


def test_planned_work_is_told_without_what_is_for_staff(client, page, site):
    now = timezone.now()
    MaintenanceWindow.objects.create(
        organization=site.organization,
        site=site,
        title="New cables",
        note="FOR-STAFF",
        starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=2, hours=1),
        created_at=now,
    )
    shown = text(client)
    assert "New cables" in shown
    assert "FOR-STAFF" not in shown


def test_caches_may_keep_it_and_ask_whether_it_changed(client, page, station):
    first = client.get("/status/volta/")
    assert first["Cache-Control"] == "public, max-age=15"
    assert not first.cookies
    again = client.get("/status/volta/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_thousands_who_look_cost_one_look(client, page, station, django_assert_max_num_queries):
    text(client)
    with django_assert_max_num_queries(0):
        text(client)


def test_a_large_network_is_read_in_as_many_queries_as_a_small_one(
    client, organization, page, django_assert_max_num_queries
):
    for _ in range(40):
        factories.ConnectorFactory(evse__station__site__organization=organization)
    with django_assert_max_num_queries(12):
        shown = text(client)
    assert shown.count('class="row-link"') == 41


def test_its_list_is_searched(client, organization, page, station):
    factories.ConnectorFactory(evse__station__site=factories.SiteFactory(organization=organization, name="Harbour"))
    shown = text(client, "/status/volta/?q=harb")
    assert "Harbour" in shown
    assert "Volta depot" not in shown


def test_it_speaks_german_where_that_is_asked_for(client, page, station):
    assert "Die letzten 90 Tage" in text(client, "/status/volta/?lang=de")
    assert "The last 90 days" in text(client, "/status/volta/?lang=xx")


def test_the_feed_has_an_entry_for_each_incident(client, organization, page, site, operator):
    rows.published(organization, site, operator)
    answer = client.get("/status/volta.atom")
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 - our own
    entries = feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert [entry.findtext("{http://www.w3.org/2005/Atom}title") for entry in entries] == ["Disruption: Volta depot"]


def test_the_badge_is_an_image_that_says_it_in_words(client, page, station):
    factories.connect(station)
    for path in ("/status/volta.svg", f"/status/volta/{station.site_id}.svg"):
        answer = client.get(path)
        assert answer["Content-Type"] == "image/svg+xml"
        assert "1 of 1 work" in ElementTree.fromstring(answer.content).get("aria-label")  # noqa: S314 - our own


def test_every_address_gets_the_same_answer(client, organization, page):
    rows.subscriber(organization, email="known@example.com")
    answers = [
        client.post("/status/volta/subscribe/", {"email": email}).content
        for email in ("known@example.com", "new@example.com")
    ]
    assert answers[0] == answers[1]
    assert b"Look into your mailbox" in answers[0]


def test_an_address_that_is_none_is_said_so(client, page):
    assert b"valid email address" in client.post("/status/volta/subscribe/", {"email": "nobody"}).content


def test_who_asks_too_often_is_told_to_wait(client, page):
    for number in range(20):
        client.post("/status/volta/subscribe/", {"email": f"a{number}@example.com"})
    assert client.post("/status/volta/subscribe/", {"email": "b@example.com"}).status_code == 429
    assert not StatusSubscriber.objects.filter(email="b@example.com").exists()


def test_a_mail_program_that_opens_links_confirms_nothing(client, organization, page):
    client.post("/status/volta/subscribe/?lang=de", {"email": "reader@example.com"})
    status_letters.deliver()
    [path] = rows.paths_in(mail.outbox[0].body)
    assert "Bestätigen" in text(client, path)
    row = StatusSubscriber.objects.get()
    assert (row.confirmed_at, row.language) == (None, "de")
    assert "Sie haben abonniert" in client.post(path).content.decode()
    row.refresh_from_db()
    assert row.confirmed_at is not None


def test_one_click_ends_it_without_cookie_or_form(organization, page, site, operator, client):
    rows.subscriber(organization)
    rows.published(organization, site, operator)
    status_letters.tell()
    status_letters.deliver()
    [path] = rows.paths_in(mail.outbox[0].extra_headers["List-Unsubscribe"])
    strict = type(client)(enforce_csrf_checks=True)
    assert strict.get(path).status_code == 200
    assert StatusSubscriber.objects.exists()
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not StatusSubscriber.objects.exists()
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200


def test_a_link_that_nobody_was_told_opens_nothing(client, page):
    assert client.get("/status/subscription/guess/confirm/").status_code == 404
    assert client.get("/status/subscription/guess/end/").status_code == 404
