"""The rules of commands to many stations."""

from datetime import timedelta

import pytest

from stations.domain.bulk import (
    KINDS,
    OBSTACLES,
    SPREADS_S,
    Care,
    Obstacle,
    care,
    obstacle,
    usual_spread_s,
    usual_wait_s,
    values_for,
)
from stations.domain.commands import CommandKind as Kind
from stations.domain.commands import policy_of


def test_all_that_goes_to_many_may_wait_for_a_station():
    assert [kind for kind in KINDS if not policy_of(kind).queue_offline] == []


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        (Kind.RESET, {"type": "soft"}, Care.TICK),
        (Kind.RESET, {"type": "hard"}, Care.COUNT),
        (Kind.CHANGE_AVAILABILITY, {"operative": False}, Care.COUNT),
        (Kind.CHANGE_AVAILABILITY, {"operative": True}, Care.NONE),
        (Kind.SET_VARIABLES, {}, Care.COUNT),
        (Kind.CLEAR_CHARGING_PROFILE, {}, Care.COUNT),
        (Kind.CLEAR_CACHE, {}, Care.NONE),
    ],
)
def test_what_takes_service_away_is_counted_out(kind, values, expected):
    assert care(kind, values) is expected


VARIABLES = {"variables": [{"name": "HeartbeatInterval"}, {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval"}]}


@pytest.mark.parametrize("protocol", ["ocpp1.6", "ocpp2.0.1"])
def test_each_version_gets_the_variables_that_it_has(protocol):
    (variable,) = values_for(Kind.GET_VARIABLES, VARIABLES, protocol)["variables"]
    assert ("component" in variable) is (protocol != "ocpp1.6")


@pytest.mark.parametrize(
    ("kind", "values", "protocol", "expected"),
    [
        (Kind.GET_VARIABLES, {"variables": VARIABLES["variables"][:1]}, "ocpp2.1", Obstacle.NO_VARIABLE),
        (Kind.GET_VARIABLES, VARIABLES, "", Obstacle.NO_VERSION),
        (Kind.RESET, {"type": "resume"}, "ocpp2.0.1", Obstacle.NO_WORDS),
        (Kind.RESET, {"type": "resume"}, "ocpp2.1", None),
        (Kind.GET_LOG, {"log": "data_collector"}, "ocpp1.6", Obstacle.NO_WORDS),
        (Kind.TRIGGER, {"message": "TransactionEvent"}, "ocpp1.6", Obstacle.NO_WORDS),
        (Kind.TRIGGER, {"message": "TransactionEvent"}, "ocpp2.0.1", None),
        (Kind.CLEAR_CACHE, {}, "ocpp1.6", None),
    ],
)
def test_why_a_version_cannot_be_asked(kind, values, protocol, expected):
    assert obstacle(kind, values, protocol) is expected


def test_many_restarts_are_spread_and_nothing_else_is():
    assert usual_spread_s(Kind.RESET, 10) == 0
    assert usual_spread_s(Kind.RESET, 250) == 300
    assert usual_spread_s(Kind.RESET, 100_000) == SPREADS_S[-1]
    assert usual_spread_s(Kind.CLEAR_CACHE, 100_000) == 0


def test_a_wait_is_proposed_that_is_no_longer_than_the_kinds_own():
    assert usual_wait_s(timedelta(minutes=15)) == 900
    assert usual_wait_s(timedelta(minutes=5)) == 0


def test_every_obstacle_has_words():
    assert set(OBSTACLES) == set(Obstacle)
