"""What a station should have by its templates, and how that compares with what it tells."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.configuration import (
    MAX_CHANGES,
    Drift,
    Key,
    Template,
    Told,
    Traits,
    Wanted,
    compare,
    same_value,
    wanted_values,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEARTBEAT = Key("OCPPCommCtrlr", "", 0, 0, "HeartbeatInterval", "", "Actual")
OLD_HEARTBEAT = Key("", "", 0, 0, "HeartbeatInterval", "", "Actual")
STATION = Traits(site=1, vendor="Volta", model="Duo 22", protocol="ocpp2.0.1")


def wanted(value="60", **members):
    return Wanted(value, fingerprint=f"mark of {value}", **members)


def template(number, value, **selectors):
    return Template(number, values={HEARTBEAT: wanted(value, template=number)}, **selectors)


def chosen(*templates, station=STATION):
    found = wanted_values(templates, station).get(HEARTBEAT)
    return found.value if found else None


def test_the_more_specific_template_wins():
    everybody = template(1, "1")
    vendor = template(2, "2", vendor="volta")
    model = template(3, "3", model="DUO 22")
    site = template(4, "4", site=1, model="Duo 22")
    assert chosen(everybody, vendor, model, site) == "4"
    assert chosen(model, vendor, everybody) == "3"
    assert chosen(vendor, everybody) == "2"
    assert chosen(everybody) == "1"


def test_of_two_that_are_as_specific_the_newer_wins():
    assert chosen(template(9, "new", vendor="Volta"), template(8, "old", vendor="Volta")) == "new"


@pytest.mark.parametrize("selectors", [{"site": 2}, {"vendor": "Faraday"}, {"model": "Uno"}, {"protocol": "ocpp1.6"}])
def test_a_template_for_others_says_nothing(selectors):
    assert chosen(template(1, "1", **selectors)) is None


def test_a_key_of_16_is_for_16_and_a_component_for_2x():
    both = Template(1, values={HEARTBEAT: wanted("1"), OLD_HEARTBEAT: wanted("2")})
    assert list(wanted_values([both], STATION)) == [HEARTBEAT]
    assert list(wanted_values([both], Traits(1, "", "", "ocpp1.6"))) == [OLD_HEARTBEAT]


@given(st.permutations([template(n, str(n), **s) for n, s in enumerate([{}, {"vendor": "Volta"}, {"site": 1}], 1)]))
def test_the_order_of_templates_does_not_matter(templates):
    assert chosen(*templates) == "3"


@pytest.mark.parametrize(("one", "other"), [("true", "True"), ("10", "10.0"), ("a,b", "a, b"), (" x ", "x"), ("", "")])
def test_spellings_of_the_same_value_are_the_same(one, other):
    assert same_value(one, other)


@pytest.mark.parametrize(("one", "other"), [("true", "false"), ("10", "11"), ("a,b", "b,a"), ("", "0")])
def test_other_values_are_not(one, other):
    assert not same_value(one, other)


def taken(value="60", **members):
    return {"change_status": "Accepted", "change_fingerprint": f"mark of {value}", "changed_at": NOW, **members}


@pytest.mark.parametrize(
    ("told", "drift"),
    [
        pytest.param(None, Drift.UNREPORTED, id="it never told"),
        pytest.param(Told("60"), Drift.SAME, id="it has the value"),
        pytest.param(Told("30"), Drift.DIFFERS, id="it has another"),
        pytest.param(Told("30", is_readonly=True), Drift.REFUSED, id="it cannot be changed"),
        pytest.param(Told(is_readable=False), Drift.UNREPORTED, id="it does not tell it"),
        pytest.param(Told(is_readable=False, is_unknown=True), Drift.REFUSED, id="it has no such variable"),
        pytest.param(Told(is_readable=False, **taken()), Drift.SAME, id="it took a value that it never tells"),
        pytest.param(Told(is_readable=False, **taken("61")), Drift.UNREPORTED, id="it took another value then"),
        pytest.param(Told("30", **taken(change_count=MAX_CHANGES - 1)), Drift.DIFFERS, id="it set it back once"),
        pytest.param(Told("30", **taken(change_count=MAX_CHANGES)), Drift.OVERRULED, id="it sets it back each time"),
        pytest.param(Told("30", **taken(change_status="Rejected")), Drift.REFUSED, id="it refused this very value"),
        pytest.param(Told("30", **taken("61", change_status="Rejected")), Drift.DIFFERS, id="it refused another"),
        pytest.param(Told("30", **taken(change_status="RebootRequired")), Drift.AFTER_REBOOT, id="it will have it"),
    ],
)
def test_a_wanted_value_beside_what_a_station_has(told, drift):
    assert compare(wanted(), told, booted_at=NOW - timedelta(hours=1)) is drift


def test_after_the_reboot_it_counts_what_the_station_tells():
    told = Told("30", **taken(change_status="RebootRequired"))
    assert compare(wanted(), told, booted_at=NOW + timedelta(seconds=1)) is Drift.DIFFERS


def test_a_refused_value_is_tried_again_once_its_template_changed():
    told = Told("30", **taken(change_status="Rejected"))
    earlier, later = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    assert compare(wanted(changed_at=earlier), told, booted_at=None) is Drift.REFUSED
    assert compare(wanted(changed_at=later), told, booted_at=None) is Drift.DIFFERS
