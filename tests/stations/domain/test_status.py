"""One word for an EVSE, one for a station."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.status import Availability, ConnectorStatus, evse_availability, station_availability


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["available"], "available"),
        (["available", "charging"], "charging"),
        (["available", "preparing"], "occupied"),
        (["available", "faulted"], "available"),
        (["faulted"], "faulted"),
        (["unavailable", "faulted"], "unavailable"),
        ([], "unknown"),
    ],
)
def test_a_busy_plug_takes_its_evse_and_one_good_plug_is_enough(statuses, expected):
    assert evse_availability(statuses, connected=True) == expected


@given(st.lists(st.sampled_from(ConnectorStatus)))
def test_an_evse_of_a_station_without_a_socket_is_offline(statuses):
    assert evse_availability(statuses, connected=False) == Availability.OFFLINE


def test_an_occupied_connector_with_energy_flowing_is_charging():
    assert evse_availability(["occupied"], connected=True, charging=True) == Availability.CHARGING


@pytest.mark.parametrize(
    ("evses", "expected"),
    [
        (["available", "faulted"], "faulted"),
        (["available", "charging"], "charging"),
        (["occupied", "available"], "available"),
        ([], "unknown"),
    ],
)
def test_a_fault_anywhere_shows_on_the_station(evses, expected):
    assert station_availability([Availability(evse) for evse in evses], connected=True) == expected


def test_a_station_that_reports_a_fault_of_its_own_is_faulted():
    assert station_availability([Availability.AVAILABLE], connected=True, faulted=True) == Availability.FAULTED
