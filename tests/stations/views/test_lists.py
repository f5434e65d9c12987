"""What all lists have in common: filters in the address, columns, a CSV file of what is filtered."""

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stations.domain.status import Availability, ConnectorStatus
from stations.models import Command, Evse, Session, SiteScope
from stations.selectors import with_use
from stations.selectors.glance import evse_glance, evses_which_are
from stations.views import listing, paging
from tests import factories

LISTS = ["site-list", "station-list", "evse-list", "session-list", "driver-list", "token-list", "command-list"]
DAY = datetime(2026, 3, 4, 12, tzinfo=UTC)


def file_of(response):
    """The rows of a CSV answer by their headers."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


@pytest.fixture
def ask(browser, operator):
    """`ask("station-list", "glance=faulted")`: the answer to the operator."""

    def asked(name, query="", person=None):
        return browser(person or operator).get(f"{reverse(f'stations:{name}')}?{query}")

    return asked


@pytest.fixture
def found(ask):
    """What a list shows for a query: the keys of its rows."""

    def shown(name, query=""):
        return [item.pk for item in ask(name, query).context["page"].items]

    return shown


@pytest.mark.parametrize("name", LISTS)
def test_a_file_has_the_rows_of_the_list_and_their_ids(ask, network, driver, name):
    factories.CommandFactory(station=network.station)
    rows = file_of(ask(name, "format=csv"))
    shown = ask(name).context["page"].items
    assert len(rows) == len(shown) == 1
    assert str(shown[0].pk) == next(iter(rows[0].values()))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_the_chosen_columns_and_its_file_has_them(ask, network, driver, name):
    factories.CommandFactory(station=network.station)
    columns = ask(name).context["listing"].columns
    page = ask(name, f"columns={columns[-1].key}")
    assert [column.key for column in page.context["table"].columns] == [columns[0].key, columns[-1].key]
    headers = file_of(ask(name, f"columns={columns[-1].key}&format=csv"))[0]
    assert set(columns[-1].values) <= set(headers)
    assert not set(columns[2].values) & set(headers)


@pytest.mark.parametrize("query", ["columns=nonsense", "columns=", "columns=,,"])
def test_columns_that_there_are_not_leave_the_usual_ones(ask, station, query):
    usual = [column.key for column in ask("station-list").context["table"].columns]
    assert [column.key for column in ask("station-list", query).context["table"].columns] == usual


def test_a_file_has_all_pages_and_only_what_is_filtered(ask, site, monkeypatch):
    monkeypatch.setattr(paging, "PAGE_SIZE", 5)
    monkeypatch.setattr(listing, "CHUNK", 3)
    factories.StationFactory.create_batch(10, site=site, vendor="Voltwerk")
    rows = file_of(ask("station-list", "vendor=volt&format=csv"))
    assert len(rows) == 10
    assert {row["site"] for row in rows} == {site.name}


def test_a_file_is_sent_while_it_is_read(ask, station, monkeypatch):
    monkeypatch.setattr(listing, "CHUNK", 2)
    factories.SessionFactory.create_batch(20, station=station)
    pieces = iter(ask("session-list", "format=csv").streaming_content)
    with CaptureQueriesContext(connection) as captured:
        head = b"".join(next(pieces) for _ in range(3))
    assert head.count(b"\r\n") == 3
    assert len(captured) == 1


def test_a_file_is_not_compressed_piece_by_piece(browser, operator, station):
    """Browsers read the first of several compressed pieces only."""
    url = f"{reverse('stations:station-list')}?format=csv"
    answer = browser(operator).get(url, headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "identity"
    assert len(file_of(answer)) == 1


def test_a_file_runs_nothing_in_a_spreadsheet(ask, station):
    for text in ('=HYPERLINK("x")', "+1", "-1", "@SUM(A1)", "\t=1"):
        factories.SessionFactory(station=station, id_token=text)
    tokens = [row["id_token"] for row in file_of(ask("session-list", "format=csv"))]
    assert [text for text in tokens if text[0] in "=+-@\t"] == []
    assert "'+1" in tokens


def test_times_of_a_file_are_utc_and_energy_is_in_kwh(ask, station, session):
    session.started_at, session.energy_wh = DAY, 12_345
    session.save()
    (row,) = file_of(ask("session-list", "format=csv"))
    assert (row["started_at"], row["energy_kwh"]) == ("2026-03-04T12:00:00Z", "12.345")


def test_a_file_has_what_its_reader_sees(ask, organization, network, elsewhere, session):
    assert [row["session_id"] for row in file_of(ask("session-list", "format=csv"))] == [str(session.pk)]
    scoped = factories.MembershipFactory(organization=organization)
    SiteScope.objects.create(membership=scoped, site=factories.SiteFactory(organization=organization))
    assert file_of(ask("session-list", "format=csv", scoped.user)) == []


@pytest.mark.parametrize("name", ["driver-list", "token-list", "token-add"])
@pytest.mark.parametrize("who", ["viewer", "finance", "technician"])
def test_who_may_not_see_tokens_gets_none(ask, request, id_token, name, who):
    assert ask(name, person=request.getfixturevalue(who)).status_code == 403
    assert ask(name, "format=csv", request.getfixturevalue(who)).status_code == 403


def test_filters_are_cleared_at_once_and_columns_stay(ask, station):
    page = ask("station-list", "vendor=x&columns=name&glance=faulted").content.decode()
    assert 'href="?columns=name"' in page
    assert "Clear filters" not in ask("station-list", "columns=name").content.decode()


@pytest.fixture
def odd_one(site):
    """A station unlike the network's."""
    return factories.StationFactory(
        site=site, vendor="Voltwerk", model="Turm 150", firmware_version="2.4.1", registration="Pending"
    )


@pytest.mark.parametrize("query", ["vendor=volt", "model=turm", "firmware=2.4", "registration=Pending"])
def test_stations_by_make_firmware_and_registration(found, station, odd_one, query):
    assert found("station-list", query) == [odd_one.pk]


def test_evses_by_type_power_site_and_text(found, station, site):
    other = factories.SiteFactory(organization=site.organization, name="Harbour")
    fast = factories.EvseFactory(station__site=other, station__vendor="Voltwerk", max_power_w=150_000)
    factories.ConnectorFactory(evse=fast, type="cCCS2")
    for query in ("connector_type=cCCS2", "min_power_kw=150", f"site={other.pk}", "text=harb", "text=voltw"):
        assert found("evse-list", query) == [fast.pk], query
    assert found("evse-list", "min_power_kw=151") == []


def test_evses_by_status_are_those_that_show_it(site, station, session):
    for status in ConnectorStatus:
        broken = factories.StationFactory(site=site)
        factories.ConnectorFactory(evse__station=broken, status=status)
        factories.connect(broken)
    charging = factories.ConnectorFactory(evse__station=broken, status=ConnectorStatus.OCCUPIED)
    factories.SessionFactory(station=broken, evse=charging.evse, connector=charging)
    factories.EvseFactory(station=broken)
    evses = with_use(Evse.objects.select_related("station"))
    shown = {evse.pk: evse_glance(evse, connected=evse.station.connected) for evse in evses}
    for word in Availability:
        told = set(evses_which_are(Evse.objects.all(), word).values_list("pk", flat=True))
        assert told == {pk for pk, glance in shown.items() if glance == word}, word


def test_sessions_by_token_and_energy(found, station, session):
    much = factories.SessionFactory(station=station, id_token="CARD-MUCH", energy_wh=60_000)
    assert found("session-list", "id_token=card-much") == [much.pk]
    assert found("session-list", "id_token=card") == []
    assert found("session-list", "min_energy_kwh=60") == [much.pk]
    assert found("session-list", "min_energy_kwh=60.1") == []


def test_days_are_the_chosen_sites_and_else_of_utc(found, site, station, session):
    site.timezone = "Pacific/Auckland"
    site.save()
    Session.objects.filter(pk=session.pk).update(started_at=DAY + timedelta(hours=6))
    assert found("session-list", "since=2026-03-04&until=2026-03-04") == [session.pk]
    assert found("session-list", f"site={site.pk}&since=2026-03-04&until=2026-03-04") == []
    assert found("session-list", f"site={site.pk}&since=2026-03-05&until=2026-03-05") == [session.pk]


def test_commands_by_station_person_and_day(found, station, operator):
    theirs = factories.CommandFactory(station=station, requested_by=operator)
    old = factories.CommandFactory(station=station)
    Command.objects.filter(pk=old.pk).update(requested_at=DAY)
    assert found("command-list", f"station={station.identity}") == [old.pk, theirs.pk]
    assert found("command-list", "station=DE*VLT") == []
    assert found("command-list", "who=operator@vol") == [theirs.pk]
    assert found("command-list", "since=2026-03-04&until=2026-03-04") == [old.pk]


def test_who_asked_is_looked_for_among_colleagues_only(found, station, stranger):
    factories.CommandFactory(station=station, requested_by=stranger)
    assert found("command-list", "who=faraday") == []


def test_tokens_by_status_type_validity_and_driver(found, organization, id_token, driver):
    blocked = factories.IdTokenFactory(organization=organization, status="blocked", type="eMAID")
    expired = factories.IdTokenFactory(organization=organization, expires_at=DAY)
    for query, expected in {
        "status=blocked": [blocked],
        "type=eMAID": [blocked],
        "is_expired=true": [expired],
        "has_driver=true": [id_token],
        "is_expired=false&status=accepted": [id_token],
    }.items():
        assert found("token-list", query) == [token.pk for token in expected], query


@pytest.mark.parametrize("text", ["rfid", "RFID", "office", "Office", "anna", "a.berg@"])
def test_a_token_is_found_by_its_beginning_its_label_and_its_driver(found, organization, text):
    driver = factories.UserFactory(email="a.berg@example.com", name="Anna Berg")
    token = factories.IdTokenFactory(organization=organization, value="RFID-77", label="Office 2", driver=driver)
    factories.IdTokenFactory(organization=organization, value="04FFEE", label="Depot")
    assert found("token-list", f"text={text}") == [token.pk]


def test_drivers_have_their_tokens_and_sessions(ask, driver, station, id_token, session):
    factories.SessionFactory(station=station, token=id_token, started_at=DAY - timedelta(days=400))
    session.started_at = session.received_at
    (state,) = (row.shown for row in ask("driver-list").context["table"].rows)
    assert (state.user, state.tokens, state.recent_sessions) == (driver, [id_token], 1)
    assert state.last_session_at == session.started_at


@pytest.mark.parametrize("text", ["driver@exa", "CARD", "card0"])
def test_a_driver_is_found_by_address_and_token(found, driver, id_token, text):
    factories.IdTokenFactory(organization=id_token.organization, value="OTHER", driver=factories.UserFactory())
    assert found("driver-list", f"text={text}") == [driver.pk]


def test_boxes_to_tick_are_for_those_who_may_command(ask, station, viewer):
    for name in ("station-list", "evse-list"):
        assert re.search(rf'name="station" value="{re.escape(station.identity)}"', ask(name).content.decode())
        assert "data-select" not in ask(name, person=viewer).content.decode()


def test_all_that_an_evse_list_finds_are_their_stations(browser, operator, network):
    other = factories.ConnectorFactory(evse__station__site=network.site, type="cCCS2").station
    body = {"all": "on", "list": "evses", "query": "?connector_type=cCCS2"}
    answer = browser(operator).post(reverse("stations:bulk-new"), body, follow=True)
    assert answer.context["bulk"].station_ids == [other.pk]
