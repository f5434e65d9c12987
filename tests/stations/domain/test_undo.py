"""What takes a command back."""

import pytest

from stations.domain.commands import CommandKind as Kind
from stations.domain.secrets import MASK
from stations.domain.undo import undo_of

HEARTBEAT = {"name": "HeartbeatInterval", "value": 60}


@pytest.mark.parametrize(
    ("kind", "values", "known", "expected"),
    [
        (
            Kind.CHANGE_AVAILABILITY,
            {"operative": False, "evse": 2},
            {"operative": True},
            (Kind.CHANGE_AVAILABILITY, {"operative": True, "evse": 2}),
        ),
        (Kind.CHANGE_AVAILABILITY, {"operative": False}, {}, (Kind.CHANGE_AVAILABILITY, {"operative": True})),
        # Somebody else had taken it out of service.
        (Kind.CHANGE_AVAILABILITY, {"operative": False}, {"operative": False}, None),
        (
            Kind.SET_VARIABLES,
            {"variables": [HEARTBEAT]},
            {"variables": ["300"]},
            (Kind.SET_VARIABLES, {"variables": [{"name": "HeartbeatInterval", "value": "300"}]}),
        ),
        (Kind.SET_VARIABLES, {"variables": [HEARTBEAT]}, {"variables": ["60"]}, None),
        (Kind.SET_VARIABLES, {"variables": [HEARTBEAT]}, {"variables": [None]}, None),
        (Kind.SET_VARIABLES, {"variables": [HEARTBEAT]}, {"variables": [MASK]}, None),
        (Kind.SET_VARIABLES, {"variables": [HEARTBEAT]}, {}, None),
        (Kind.SET_CHARGING_PROFILE, {"profile": 7, "evse": 1}, {}, (Kind.CLEAR_CHARGING_PROFILE, {"profile": 7})),
        (Kind.RESERVE, {"id_token": "A"}, {"reservation_id": 5}, (Kind.CANCEL_RESERVATION, {"reservation_id": 5})),
        (Kind.RESERVE, {"id_token": "A"}, {}, None),
        (Kind.REMOTE_START, {"id_token": "A"}, {"transaction_id": "9"}, (Kind.REMOTE_STOP, {"transaction_id": "9"})),
        (Kind.SET_DISPLAY_MESSAGE, {"content": "x"}, {"message_id": 3}, (Kind.CLEAR_DISPLAY_MESSAGE, {"id": 3})),
        (
            Kind.CLEAR_DISPLAY_MESSAGE,
            {"id": 3},
            {"message": {"id": 3, "content": "x"}},
            (Kind.SET_DISPLAY_MESSAGE, {"id": 3, "content": "x"}),
        ),
        (Kind.CLEAR_DISPLAY_MESSAGE, {"id": 3}, {}, None),
        (Kind.RESET, {"type": "soft"}, {}, None),
    ],
)
def test_what_takes_a_command_back(kind, values, known, expected):
    undo = undo_of(kind, values, known)
    assert (undo and (undo.kind, undo.values)) == expected
