"""What a command takes is checked before it is queued."""

import pytest

from stations.domain.commands import CommandKind
from stations.domain.parameters import PARAMETERS, InvalidParameters, check


def test_every_kind_says_what_it_takes():
    assert set(PARAMETERS) == set(CommandKind)


@pytest.mark.parametrize(
    ("kind", "values", "at_fault"),
    [
        (CommandKind.RESET, {}, "type"),
        (CommandKind.RESET, {"type": "gentle"}, "type"),
        (CommandKind.UNLOCK, {"evse": True}, "evse"),
        (CommandKind.UNLOCK, {"evse": "1"}, "evse"),
        (CommandKind.CLEAR_CACHE, {"evse": 1}, "evse"),
        (CommandKind.GET_VARIABLES, {"variables": ["HeartbeatInterval"]}, "variables"),
        (CommandKind.GET_VARIABLES, {"variables": [{"component": "OCPPCommCtrlr"}]}, "variables"),
    ],
)
def test_a_value_at_fault_is_named(kind, values, at_fault):
    with pytest.raises(InvalidParameters) as caught:
        check(kind, values)
    assert list(caught.value.errors) == [at_fault]


def test_what_is_left_out_stays_out():
    assert check(CommandKind.RESET, {"type": "soft", "evse": None}) == {"type": "soft"}
