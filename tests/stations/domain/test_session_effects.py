"""What a command does to a session that runs, by what the protocols say."""

import pytest

from stations.domain.commands import CommandKind as Kind
from stations.domain.session_effects import TOUCHING, WORST_FIRST, Effect, Running, effect

V16, V201, V21 = "ocpp1.6", "ocpp2.0.1", "ocpp2.1"


@pytest.mark.parametrize(
    ("kind", "values", "protocol", "expected"),
    [
        (Kind.RESET, {"type": "soft"}, V16, Effect.ENDS),
        (Kind.RESET, {"type": "soft"}, V201, Effect.WAITED_FOR),
        (Kind.RESET, {"type": "hard"}, V16, Effect.CUT_OFF),
        (Kind.RESET, {"type": "hard"}, V21, Effect.ENDS),
        (Kind.RESET, {"type": "resume"}, V21, Effect.RESUMED),
        (Kind.RESET, {"type": "hard", "evse": 2}, V201, Effect.NONE),
        (Kind.RESET, {"type": "hard", "evse": 1}, V201, Effect.ENDS),
        (Kind.UNLOCK, {"evse": 1}, V16, Effect.ENDS),
        (Kind.UNLOCK, {"evse": 1}, V201, Effect.IN_THE_WAY),
        (Kind.UNLOCK, {"evse": 1, "connector": 2}, V201, Effect.NONE),
        (Kind.CHANGE_AVAILABILITY, {"operative": False}, V16, Effect.WAITED_FOR),
        (Kind.CHANGE_AVAILABILITY, {"operative": False, "evse": 2}, V16, Effect.NONE),
        (Kind.CHANGE_AVAILABILITY, {"operative": True}, V16, Effect.NONE),
        (Kind.REMOTE_STOP, {"transaction_id": "7"}, V16, Effect.ENDS),
        (Kind.REMOTE_STOP, {"transaction_id": "8"}, V16, Effect.NONE),
        (Kind.UPDATE_FIRMWARE, {}, V16, Effect.MAY_END),
        (Kind.UPDATE_FIRMWARE, {}, V21, Effect.WAITED_FOR),
        (Kind.SET_CHARGING_PROFILE, {"profile": 3, "evse": 1}, V16, Effect.OTHER_POWER),
        (Kind.CLEAR_CHARGING_PROFILE, {"evse": 0}, V16, Effect.OTHER_POWER),
        (Kind.CHANGE_SESSION_TARIFF, {"transaction_id": "7"}, V21, Effect.OTHER_PRICE),
        (Kind.CALL, {"action": "Reset"}, V16, Effect.MAY_END),
        (Kind.CLEAR_CACHE, {}, V16, Effect.NONE),
    ],
)
def test_what_becomes_of_a_session(kind, values, protocol, expected):
    assert effect(kind, values, Running("7", protocol, evse=1, connector=1)) is expected


def test_where_a_session_runs_on_nobody_knows_which_evse_the_worst_is_said():
    assert effect(Kind.RESET, {"type": "hard", "evse": 1}, Running("7", V201)) is Effect.ENDS


def test_every_effect_has_its_place_in_the_order():
    assert set(WORST_FIRST) == set(Effect)


def test_a_kind_that_is_said_to_touch_no_session_never_does():
    for kind in set(Kind) - TOUCHING:
        assert effect(kind, {}, Running("7", V16, 1)) is Effect.NONE
