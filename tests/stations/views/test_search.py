"""Search everywhere: what is shown, marked and offered, to whom."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stations.domain.commands import CommandKind
from stations.templatetags.search import marked
from stations.views.command_wording import COMMANDS
from stations.views.search_actions import VERBS
from tests import factories

URL = "/console/search/"


@pytest.fixture
def cp42(site):
    return factories.StationFactory(site=site, identity="CP-0042")


def hits(client, text, **more):
    """By heading: what is shown, and where it leads."""
    groups = client.get(URL, {"q": text, **more}).context["groups"]
    return {group.heading: [(str(hit.label), hit.url) for hit in group.hits] for group in groups}


def test_a_search_is_a_page_and_for_the_dialog_a_list_of_options(browser, owner, cp42):
    client = browser(owner)
    page = client.get(URL, {"q": "cp42"}).content.decode()
    assert "<!doctype html>" in page
    assert f'href="{reverse("stations:station", args=["CP-0042"])}"' in page
    options = client.get(URL, {"q": "cp42"}, headers={"HX-Request": "true", "HX-Target": "search-results"})
    assert "<!doctype html>" not in options.content.decode()
    assert 'role="option"' in options.content.decode()
    assert 'data-told="1 result"' in options.content.decode()


def test_drivers_and_tokens_lead_to_their_pages(browser, owner, driver, id_token):
    client = browser(owner)
    for heading, text, page in (("Drivers", "driver@", "driver"), ("Id tokens", id_token.value, "token")):
        subject = driver if page == "driver" else id_token
        ((_, url),) = hits(client, text)[heading]
        assert url == reverse(f"stations:{page}", args=[subject.pk])
        assert client.get(url).status_code == 200


def test_nothing_found_is_said(browser, owner, cp42):
    assert "Nothing found for “nowhere”." in browser(owner).get(URL, {"q": "nowhere"}).content.decode()


@pytest.mark.parametrize("text", ["reset CP-0042", "cp42 reset", "reboot cp-0042"])
def test_a_command_is_offered_by_its_name_before_or_after_the_station(browser, owner, cp42, text):
    url = reverse("stations:command-send", args=["CP-0042", "reset"])
    assert hits(browser(owner), text)["Actions"] == [("Reset · CP-0042", url)]


@pytest.mark.parametrize(("text", "value"), [("out of service", "false"), ("in service", "true")])
def test_service_is_prefilled_as_asked(browser, owner, cp42, text, value):
    client = browser(owner)
    ((_, url),) = hits(client, f"{text} cp-0042")["Actions"]
    form = client.get(url, headers={"HX-Request": "true", "HX-Target": "dialog-body"}).content.decode()
    (chosen,) = [line for line in form.split("<input") if " checked" in line]
    assert f'value="{value}"' in chosen


def test_a_verb_alone_is_meant_for_the_station_one_looks_at(browser, owner, cp42):
    client, here = browser(owner), reverse("stations:station-logs", args=["CP-0042"])
    assert hits(client, "unlock", here=here)["Actions"][0][0] == "Unlock a connector · CP-0042"
    assert "Actions" not in hits(client, "unlock", here=URL)
    assert "Actions" not in hits(client, "unlock", here="nonsense")


def test_only_what_one_may_send_is_offered(browser, support, viewer, cp42):
    assert "Actions" not in hits(browser(viewer), "unlock cp42")
    assert "Actions" not in hits(browser(support), "reset cp42")
    assert "Actions" in hits(browser(support), "unlock cp42")


def test_nothing_is_offered_for_a_station_of_others(browser, stranger, cp42):
    assert hits(browser(stranger), "reset cp-0042") == {}


def test_every_everyday_command_is_found_by_its_own_label(browser, owner, cp42):
    client = browser(owner)
    for kind in {verb.kind for verb in VERBS} - {CommandKind.CHANGE_AVAILABILITY}:
        label = f"{COMMANDS[kind].label} · CP-0042"
        assert label in [text for text, _ in hits(client, f"{COMMANDS[kind].label} cp42")["Actions"]], kind


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("new station", "station-new"),
        ("create site", "site-new"),
        ("wall", "wall"),
        ("import", "station-import"),
        ("refu", "refused-list"),
    ],
)
def test_pages_are_found_by_what_they_are_called(browser, owner, station, text, name):
    assert reverse(f"stations:{name}") in [url for _, url in hits(browser(owner), text)["Pages"]]


def test_who_may_not_build_the_network_is_offered_no_page_for_it(browser, viewer, station):
    assert "Pages" not in hits(browser(viewer), "new station")


@pytest.mark.parametrize("text", ["\0", "%", "'", "(", "[", "\\", "*", "0", "🔌", "a" * 300])
def test_any_text_may_be_looked_for(browser, owner, network, text):
    assert browser(owner).get(URL, {"q": text}).status_code == 200


def test_a_search_costs_the_same_however_much_there_is(browser, owner, site, network):
    client = browser(owner)

    def grow(count):
        for number in range(count):
            plug = factories.ConnectorFactory(evse__station__site=site)
            factories.SessionFactory(station=plug.station, evse=plug.evse, connector=plug, id_token="CARD")
            driver = factories.UserFactory(email=f"card{number}.{count}@example.com")
            factories.IdTokenFactory(organization=site.organization, value=f"CARD-{count}-{number}", driver=driver)
            factories.SiteFactory(organization=site.organization, name=f"Card {count} {number}")
            factories.StationFactory(site=site, identity=f"CARD-{count}-{number}")

    def asked():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(URL, {"q": "reset card"}).status_code == 200
            assert client.get(URL, {"q": "card"}).status_code == 200
        return len(queries)

    grow(5)
    asked()
    few = asked()
    grow(15)
    assert asked() <= few
    assert few < 60


def test_what_was_looked_for_is_marked_and_nothing_else_is_markup():
    assert marked("CP-0042", "cp42") == "<mark>CP-0042</mark>"
    assert marked("Reset · CP-0042", "cp42 reset") == "<mark>Reset</mark> · <mark>CP-0042</mark>"
    assert marked("<b> & 7", "b") == "&lt;<mark>b</mark>&gt; &amp; 7"
    assert marked("anything", "") == "anything"
