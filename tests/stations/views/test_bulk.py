"""Commands to many stations in the console: from a choice to what became of it."""

import pytest
from django.urls import reverse

from drivers.models import AuditEntry
from stations.domain.commands import CommandKind, CommandState
from stations.models import BulkCommand, Command
from stations.services import bulk
from tests import factories


@pytest.fixture
def stations(site):
    """One connected station of each version, and one that is not connected."""
    made = []
    for number, protocol in enumerate(("ocpp1.6", "ocpp2.0.1", "ocpp2.1")):
        found = factories.StationFactory(site=site, identity=f"DE*BLK*E{number}", protocol=protocol)
        factories.connect(found, protocol)
        made.append(found)
    return [*made, factories.StationFactory(site=site, identity="DE*BLK*E9", protocol="ocpp1.6")]


@pytest.fixture
def drafted(browser, operator, stations):
    """The address of a draft for these stations, chosen by the operator."""
    response = browser(operator).post(reverse("stations:bulk-new"), {"station": [s.identity for s in stations]})
    return response["Location"]


def _word(client, draft, kind, **values):
    url = f"{draft}command/{kind}/"
    response = client.post(url, {"wait_s": 86_400, "spread_s": 0, **values}, follow=True)
    return response.content.decode()


def _start(client, draft, **confirmed):
    previewed = BulkCommand.objects.get(pk=draft.rstrip("/").rsplit("/", 1)[-1]).fingerprint
    return client.post(f"{draft}start/", {"previewed": previewed, **confirmed}, follow=True).content.decode()


def _make():
    while bulk.make_next():
        pass


def test_all_that_a_filter_finds_are_chosen(browser, operator, stations):
    browser(operator).post(reverse("stations:bulk-new"), {"all": "on", "query": "?text=BLK&connected=true"})
    draft = BulkCommand.objects.get()
    assert draft.station_ids == [station.pk for station in stations[:3]]


def test_of_a_list_of_evses_their_stations_are_chosen(browser, operator, stations):
    for station in stations[:2]:
        factories.ConnectorFactory(evse__station=station)
        factories.ConnectorFactory(evse__station=station)
    browser(operator).post(reverse("stations:bulk-new"), {"all": "on", "list": "evses", "query": "?text=BLK"})
    assert BulkCommand.objects.get().station_ids == [station.pk for station in stations[:2]]


def test_a_choice_of_nothing_or_of_others_stations_is_no_draft(browser, stranger, stations):
    for chosen in ([], [stations[0].identity]):
        browser(stranger).post(reverse("stations:bulk-new"), {"station": chosen})
    assert not BulkCommand.objects.exists()


@pytest.mark.parametrize("role", ["support", "finance", "viewer"])
def test_who_may_not_command_chooses_nothing(browser, request, stations, role):
    client = browser(request.getfixturevalue(role))
    assert client.post(reverse("stations:bulk-new"), {"station": [stations[0].identity]}).status_code == 403


def test_the_preview_says_who_is_told_who_is_waited_for_and_who_cannot(browser, operator, drafted):
    page = _word(browser(operator), drafted, "set_variables", variables="HeartbeatInterval = 60")
    assert "None of these variables exists in its version." in page
    assert "Send to 2 stations" in page
    assert not Command.objects.exists()


def test_the_preview_names_the_value_a_station_has_now(browser, operator, drafted, stations):
    stations[0].variables.create(
        name="HeartbeatInterval", value="900", mutability="ReadWrite", reported_at="2026-01-01T00:00Z"
    )
    page = _word(browser(operator), drafted, "set_variables", variables="HeartbeatInterval = 60")
    assert "HeartbeatInterval: 900 → 60" in page


def test_the_preview_counts_the_sessions_that_end_and_their_sites(browser, operator, drafted, stations):
    for station in stations[:3]:
        factories.SessionFactory(station=station, protocol=station.protocol)
    page = _word(browser(operator), drafted, "reset", type="hard")
    assert "Is cut off" in page
    assert "at 1 site" in page


def test_a_secret_is_not_set_at_many(browser, operator, drafted):
    page = _word(browser(operator), drafted, "set_variables", variables="AuthorizationKey = 0123456789abcdef")
    assert "each station has its own" in page
    assert "0123456789abcdef" not in BulkCommand.objects.get().payload


def test_what_is_dangerous_is_confirmed_by_the_number_of_stations(browser, operator, drafted):
    client = browser(operator)
    _word(client, drafted, "change_availability", operative="false")
    for wrong in ({}, {"counted": "3"}, {"ticked": "on"}, {"counted": "x"}):
        assert "has to be confirmed" in _start(client, drafted, **wrong)
        assert BulkCommand.objects.get().is_draft
    _start(client, drafted, counted="4")
    assert not BulkCommand.objects.get().is_draft


def test_the_audit_log_has_one_entry_for_all_of_its_stations(browser, operator, drafted):
    client = browser(operator)
    _word(client, drafted, "clear_cache")
    _start(client, drafted)
    _make()
    entry = AuditEntry.objects.get(action=AuditEntry.Action.COMMAND)
    assert (entry.actor, entry.changes["stations"]) == (operator, ["", "4"])


def test_only_what_was_previewed_is_started(browser, operator, drafted):
    client = browser(operator)
    _word(client, drafted, "clear_cache")
    looked_at = BulkCommand.objects.get().fingerprint
    _word(client, drafted, "reset", type="soft")
    page = client.post(f"{drafted}start/", {"previewed": looked_at, "ticked": "on"}).content.decode()
    assert "changed since" in page
    assert BulkCommand.objects.get().is_draft


def test_the_progress_is_counted_by_outcome_and_filtered_by_it(browser, operator, drafted):
    client = browser(operator)
    _word(client, drafted, "clear_cache", wait_s=0)
    _start(client, drafted)
    _make()
    first = Command.objects.filter(state=CommandState.QUEUED).first()
    Command.objects.filter(pk=first.pk).update(state=CommandState.REJECTED)
    page = client.get(drafted).content.decode()
    assert "2 of 4" in page
    filtered = client.get(f"{drafted}?state=rejected").content.decode()
    assert first.station.identity in filtered
    assert "DE*BLK*E9" not in filtered


def test_what_failed_is_tried_again_with_one_click(browser, operator, drafted, stations):
    client = browser(operator)
    _word(client, drafted, "clear_cache")
    _start(client, drafted)
    _make()
    Command.objects.filter(station__in=stations[:3]).update(state=CommandState.ACCEPTED)
    Command.objects.filter(station=stations[0]).update(state=CommandState.TIMEOUT)
    response = client.post(f"{drafted}again/")
    draft = BulkCommand.objects.get(origin__isnull=False)
    assert response["Location"] == reverse("stations:bulk", args=[draft.pk])
    assert (draft.station_ids, draft.kind, draft.is_draft) == ([stations[0].pk], CommandKind.CLEAR_CACHE, True)


def test_a_change_of_configuration_is_undone_station_by_station(browser, operator, drafted, stations):
    client = browser(operator)
    for number, station in enumerate(stations):
        component = "" if station.protocol == "ocpp1.6" else "OCPPCommCtrlr"
        station.variables.create(
            component=component, name="HeartbeatInterval", value=str(100 + number), reported_at="2026-01-01T00:00Z"
        )
    lines = "HeartbeatInterval = 60\nOCPPCommCtrlr / HeartbeatInterval = 60"
    _word(client, drafted, "set_variables", variables=lines)
    _start(client, drafted, counted="4")
    _make()
    Command.objects.exclude(station=stations[3]).update(state=CommandState.ACCEPTED)
    undo = client.post(f"{drafted}undo/")["Location"]
    _start(client, undo, counted="3")
    _make()
    asked = {row.station_id: row.values["variables"][0]["value"] for row in Command.objects.filter(bulk__is_undo=True)}
    assert asked == {station.pk: str(100 + number) for number, station in enumerate(stations[:3])}


def test_the_outcome_is_a_file(browser, operator, drafted):
    client = browser(operator)
    _word(client, drafted, "clear_cache")
    _start(client, drafted)
    _make()
    text = b"".join(client.get(f"{drafted}outcome.csv").streaming_content).decode("utf-8-sig")
    assert text.splitlines()[0].startswith("station,site,state")
    assert len(text.splitlines()) == 5


def test_a_draft_is_nobody_elses(browser, technician, drafted):
    assert browser(technician).get(drafted).status_code == 404


def test_who_sees_some_sites_only_sees_their_stations_of_it_and_cannot_stop_it(
    browser, operator, technician, drafted, site, stations, organization
):
    client = browser(operator)
    _word(client, drafted, "clear_cache")
    _start(client, drafted)
    _make()
    other = factories.SiteFactory(organization=organization)
    technician.memberships.get().site_scopes.create(site=other)
    assert browser(technician).get(drafted).status_code == 404
    stations[0].site = other
    stations[0].save()
    page = browser(technician).get(drafted).content.decode()
    assert stations[0].identity in page
    assert stations[1].identity not in page
    assert client.post(f"{drafted}stop/").status_code == 403


def test_the_list_of_bulk_commands_names_them(browser, operator, drafted):
    client = browser(operator)
    _word(client, drafted, "clear_cache")
    _start(client, drafted)
    assert "Clear token cache" in client.get(reverse("stations:bulk-list")).content.decode()
