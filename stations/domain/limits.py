"""Where energy stops flowing in a session: limits in cost, energy, time and state of charge (OCPP 2.1 E16, F07).

A limit is a dict as on the wire (`TransactionLimitType`): maxCost, maxEnergy in Wh, maxTime in s since the session's
start, maxSoC in percent. Any of them, whichever is reached first.
"""

from collections.abc import Mapping
from typing import Any

Limit = dict[str, float]

# Parameter of a command → member on the wire.
MEMBERS = {"max_cost": "maxCost", "max_energy_wh": "maxEnergy", "max_time_s": "maxTime", "max_soc": "maxSoC"}


def of_parameters(values: Mapping[str, Any]) -> Limit:
    """The limit that a command's or a request's values ask for; empty where they ask for none."""
    return {member: values[name] for name, member in MEMBERS.items() if values.get(name) is not None}


def to_tell(wanted: Limit, *, is_told: bool, reported: Mapping[str, Any] | None) -> Limit:
    """What of `wanted` the charger has to be sent with this answer.

    Sent once (E16.FR.02), unless what it reports already is as strict (E16.FR.08); sent again where it reports a
    higher one, since ours is the last word (E16.FR.07).
    """
    own = reported or {}
    too_high = {name: value for name, value in wanted.items() if name in own and own[name] > value}
    if is_told:
        return too_high
    return {name: value for name, value in wanted.items() if name not in own} | too_high
