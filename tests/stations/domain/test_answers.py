"""What an answer says, and what may be tried after it."""

import pytest

from stations.domain.answers import Step, Told, next_steps, told
from stations.domain.commands import CommandKind as Kind
from stations.domain.commands import CommandState as State


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, []),
        ({"status": "Accepted"}, [Told("Accepted")]),
        (
            {"status": "Rejected", "statusInfo": {"reasonCode": "Busy", "additionalInfo": "Updating"}},
            [Told("Rejected", reason="Busy: Updating")],
        ),
        (
            {
                "setVariableResult": [
                    {
                        "attributeStatus": "Rejected",
                        "component": {"name": "OCPPCommCtrlr"},
                        "variable": {"name": "HeartbeatInterval"},
                    }
                ]
            },
            [Told("Rejected", "OCPPCommCtrlr.HeartbeatInterval")],
        ),
        ({"clearMonitoringResult": [{"status": "NotFound", "id": 4}]}, [Told("NotFound", "4")]),
        ({"configurationKey": [{"key": "A", "readonly": False}]}, []),
    ],
)
def test_the_statuses_of_an_answer(answer, expected):
    assert told(answer) == expected


@pytest.mark.parametrize(
    ("kind", "values", "state", "statuses", "first"),
    [
        (Kind.RESET, {"type": "soft"}, State.REJECTED, ["Rejected"], Step(Kind.RESET, {"type": "hard"})),
        (
            Kind.SET_VARIABLES,
            {"variables": [{"name": "A", "value": 1}]},
            State.ACCEPTED,
            ["RebootRequired"],
            Step(Kind.RESET, {"type": "soft"}),
        ),
        (
            Kind.SET_VARIABLES,
            {"variables": [{"name": "A", "value": 1}]},
            State.TIMEOUT,
            [],
            Step(Kind.GET_VARIABLES, {"variables": [{"name": "A"}]}),
        ),
        (
            Kind.RESERVE,
            {"id_token": "A", "evse": 1},
            State.REJECTED,
            ["Occupied"],
            Step(Kind.RESERVE, {"id_token": "A"}),
        ),
        (
            Kind.RESERVE,
            {"id_token": "A", "evse": 1},
            State.REJECTED,
            ["Unavailable"],
            Step(Kind.CHANGE_AVAILABILITY, {"operative": True, "evse": 1}),
        ),
        (
            Kind.REMOTE_START,
            {"id_token": "A", "evse": 1},
            State.NO_EFFECT,
            ["Accepted"],
            Step(Kind.REMOTE_START, {"id_token": "A", "evse": 1}),
        ),
        (Kind.CLEAR_CACHE, {}, State.EXPIRED, [], Step(Kind.CLEAR_CACHE, {})),
    ],
)
def test_the_most_likely_step_comes_first(kind, values, state, statuses, first):
    assert next_steps(kind, values, state, statuses)[0] == first


def test_after_what_went_well_nothing_is_to_be_tried():
    assert next_steps(Kind.CLEAR_CACHE, {}, State.ACCEPTED, ["Accepted"]) == []
