"""A station's page of power, and the network's charging profiles."""

import pytest
from django.urls import reverse
from django.utils import timezone

from stations.domain.schedule import Slot
from stations.models import AppliedProfile, ChargingProfile
from stations.views.power import _rows
from tests import factories, power_rows


@pytest.fixture
def page(browser, operator, session):
    """`page(**query)`: the text of the station's page of power."""

    def read(**query):
        client = browser(operator)
        response = client.get(reverse("stations:station-power", args=[session.station.identity]), query)
        assert response.status_code == 200
        return response.content.decode()

    return read


def test_a_station_without_profiles_is_shown_as_such(page):
    text = page()
    assert "No profiles" in text
    assert "No limit" in text


def test_all_that_limits_a_station_stands_on_its_page(page, session):
    power_rows.add(session)
    text = page(evse=session.evse.number)
    for expected in ("16 A", "EMS", "Critical to the grid", "VoltVar", "UnderVoltage", "DAY-1", "B-1", "20.0"):
        assert expected in text, expected


def test_a_station_that_means_to_do_something_else_is_pointed_out(page, session):
    power_rows.add(session)
    text = page(evse=session.evse.number, unit="A")
    assert "something else than its profiles ask for" in text
    assert "32" in text


def test_nonsense_in_the_address_shows_the_first_evse(page, session):
    assert f"EVSE {session.evse.number} may draw" in page(evse="nonsense", unit="VA")
    assert "the station may draw" in page(evse=0)


def test_the_chart_gets_steps_with_their_end(browser, operator, session):
    power_rows.add(session)
    url = reverse("stations:station-schedule", args=[session.station.identity])
    data = browser(operator).get(url, {"evse": session.evse.number}).json()
    assert data["expected"][0] == data["expected"][-1] == 16
    assert data["station"][0] == 32
    assert data["at"][-1] - data["at"][0] == 86_400
    assert len(data["at"]) == len(data["expected"]) == len(data["station"])


def test_the_chart_is_summed_up_and_stands_in_a_file(browser, operator, session, page):
    power_rows.add(session)
    assert "By its profiles between 16" in page(evse=session.evse.number, unit="A")
    url = reverse("stations:station-schedule-csv", args=[session.station.identity])
    head, first, *_ = browser(operator).get(url, {"evse": session.evse.number}).content.decode().splitlines()
    assert head == "from,expected_a,station_a"
    assert first.endswith(",16,32")


def test_who_sees_no_sessions_sees_no_needs(browser, viewer, session):
    power_rows.add(session)
    text = browser(viewer).get(reverse("stations:station-power", args=[session.station.identity])).content.decode()
    assert "What vehicles need" not in text
    assert "DER controls" in text


def _form(organization, **changes):
    return {
        "description": "At most 16 A",
        "purpose": "ChargingStationMaxProfile",
        "limit": "16",
        "unit": "A",
        "phases": "3",
        "stack_level": "0",
        "begins": "",
        "ends": "",
        "organization": organization.pk,
    } | changes


def test_a_profile_is_made_in_the_console(browser, operator, organization):
    response = browser(operator).post(reverse("stations:profile-add"), _form(organization))
    assert response.status_code == 302
    profile = ChargingProfile.objects.get()
    assert (profile.kind, profile.schedule_list[0]["chargingSchedulePeriod"][0]["limit"]) == ("Absolute", 16.0)


def test_a_profile_for_some_hours_recurs_each_day(browser, operator, organization):
    browser(operator).post(reverse("stations:profile-add"), _form(organization, begins="22:00", ends="06:00"))
    profile = ChargingProfile.objects.get()
    assert (profile.kind, profile.recurrency, profile.schedule_list[0]["duration"]) == ("Recurring", "Daily", 8 * 3600)


def test_a_profile_of_one_session_counts_from_its_start(browser, operator, organization):
    browser(operator).post(reverse("stations:profile-add"), _form(organization, purpose="TxProfile"))
    assert ChargingProfile.objects.get().kind == "Relative"


def test_one_time_without_the_other_is_refused(browser, operator, organization):
    response = browser(operator).post(reverse("stations:profile-add"), _form(organization, begins="22:00"))
    assert "Give both times" in response.content.decode()
    assert not ChargingProfile.objects.exists()


def test_profiles_are_listed_with_where_they_are(browser, operator, session):
    profile = power_rows.add(session)
    power_rows.profile(profile.organization, session=session, description="planned")
    text = browser(operator).get(reverse("stations:profile-list")).content.decode()
    assert "16 A" in text
    assert "planned" not in text


def test_a_profile_is_removed_by_those_who_manage_the_network(browser, operator, technician, session):
    profile = power_rows.add(session)
    url = reverse("stations:profile-delete", args=[profile.pk])
    assert browser(technician).post(url).status_code == 404
    assert browser(operator).post(url).status_code == 302
    assert not ChargingProfile.objects.exists()
    assert AppliedProfile.objects.get().state == "accepted"


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
@pytest.mark.parametrize(
    "kind",
    [
        "set_charging_profile",
        "clear_charging_profile",
        "get_composite_schedule",
        "get_charging_profiles",
        "update_dynamic_schedule",
        "use_priority_charging",
        "allow_energy_transfer",
        "send_afrr_signal",
        "set_der_control",
        "get_der_controls",
        "clear_der_control",
        "update_cost",
        "set_default_tariff",
        "get_tariffs",
        "clear_tariffs",
        "change_session_tariff",
        "request_battery_swap",
    ],
)
def test_each_command_has_a_form(browser, operator, session, kind, protocol):
    factories.connect(session.station, protocol)
    power_rows.add(session)
    response = browser(operator).get(reverse("stations:command-send", args=[session.station.identity, kind]))
    assert response.status_code == 200


def test_a_profile_is_sent_from_the_console(browser, operator, session):
    factories.connect(session.station, "ocpp2.0.1")
    profile = power_rows.add(session)
    url = reverse("stations:command-send", args=[session.station.identity, "set_charging_profile"])
    response = browser(operator).post(url, {"profile": profile.pk, "evse": session.evse.number})
    assert response.status_code == 302
    command = session.station.commands.get()
    assert command.payload == f'{{"profile":{profile.pk},"evse":{session.evse.number}}}'


def test_a_second_between_two_clocks_is_no_contradiction():
    now, ours = timezone.now(), (Slot(0), Slot(3600, limit=10))
    late = _rows(now, ours, [Slot(0), Slot(3601, limit=10)], 7200)
    assert not any(row.differs for row in late)
    other = _rows(now, ours, [Slot(0), Slot(3600, limit=16)], 7200)
    assert any(row.differs for row in other)
