"""What a command does to a session that runs, before it is sent. By what the protocols say; a charger may do less."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from stations.domain.commands import CommandKind as Kind


class Effect(StrEnum):
    NONE = "none"
    ENDS = "ends"  # at once, and the station tells its end
    CUT_OFF = "cut_off"  # at once, and its end may never be told
    RESUMED = "resumed"  # interrupted, and taken up again
    WAITED_FOR = "waited_for"  # it goes on, and the command takes effect after it
    IN_THE_WAY = "in_the_way"  # it goes on, and the station refuses
    MAY_END = "may_end"  # the protocol leaves it to the station
    OTHER_POWER = "other_power"  # it goes on, faster or slower than before
    OTHER_PRICE = "other_price"


# From bad to harmless.
WORST_FIRST = (
    *(Effect.CUT_OFF, Effect.ENDS, Effect.MAY_END, Effect.RESUMED, Effect.OTHER_POWER, Effect.OTHER_PRICE),
    *(Effect.IN_THE_WAY, Effect.WAITED_FOR, Effect.NONE),
)
ENDING = frozenset({Effect.CUT_OFF, Effect.ENDS})


@dataclass(frozen=True, slots=True)
class Running:
    """A session that runs. `evse`: its EVSE's number; None: not known. `connector`: within the EVSE."""

    transaction_id: str
    protocol: str
    evse: int | None = None
    connector: int | None = None


def effect(kind: Kind, values: Mapping[str, Any], session: Running) -> Effect:
    """What the command, with these of its parameters, does to the session."""
    if not _is_meant(kind, values, session):
        return Effect.NONE
    return _BY_KIND[kind](values, session) if kind in _BY_KIND else _OTHERS.get(kind, Effect.NONE)


def _is_meant(kind: Kind, values: Mapping[str, Any], session: Running) -> bool:
    """Whether the session runs where the command goes: one that names no place means all of the station."""
    if "transaction_id" in values:
        return bool(values["transaction_id"] == session.transaction_id)
    evse, connector = values.get("evse"), values.get("connector")
    if kind is Kind.CLEAR_CHARGING_PROFILE and evse == 0:
        return True
    if evse is not None and session.evse is not None and evse != session.evse:
        return False
    return connector is None or session.connector is None or connector == session.connector


def _reset(values: Mapping[str, Any], session: Running) -> Effect:
    """1.6 section 5.14; 2.x B12: OnIdle waits, Immediate ends and tells; 2.1: ImmediateAndResume."""
    is_16 = session.protocol == "ocpp1.6"
    if values.get("type") == "resume":
        return Effect.RESUMED
    if values.get("type") == "hard":
        return Effect.CUT_OFF if is_16 else Effect.ENDS
    return Effect.ENDS if is_16 else Effect.WAITED_FOR


def _unlock(values: Mapping[str, Any], session: Running) -> Effect:
    """1.6 section 5.18 ends the session first; 2.x F05.FR.02 refuses while it is authorized."""
    return Effect.ENDS if session.protocol == "ocpp1.6" else Effect.IN_THE_WAY


def _availability(values: Mapping[str, Any], session: Running) -> Effect:
    """1.6 section 5.2, 2.x G03.FR.05, G04: it is scheduled for when the session has ended."""
    return Effect.NONE if values.get("operative") else Effect.WAITED_FOR


def _firmware(values: Mapping[str, Any], session: Running) -> Effect:
    """2.x L01.FR.06 waits for sessions; 1.6 leaves it to the charge point."""
    return Effect.MAY_END if session.protocol == "ocpp1.6" else Effect.WAITED_FOR


_BY_KIND = {
    Kind.RESET: _reset,
    Kind.UNLOCK: _unlock,
    Kind.CHANGE_AVAILABILITY: _availability,
    Kind.UPDATE_FIRMWARE: _firmware,
}
_OTHERS = {
    Kind.REMOTE_STOP: Effect.ENDS,
    Kind.CALL: Effect.MAY_END,
    Kind.SET_CHARGING_PROFILE: Effect.OTHER_POWER,
    Kind.CLEAR_CHARGING_PROFILE: Effect.OTHER_POWER,
    Kind.UPDATE_DYNAMIC_SCHEDULE: Effect.OTHER_POWER,
    Kind.USE_PRIORITY_CHARGING: Effect.OTHER_POWER,
    Kind.ALLOW_ENERGY_TRANSFER: Effect.OTHER_POWER,
    Kind.SEND_AFRR_SIGNAL: Effect.OTHER_POWER,
    Kind.SET_DER_CONTROL: Effect.OTHER_POWER,
    Kind.CLEAR_DER_CONTROL: Effect.OTHER_POWER,
    Kind.CHANGE_SESSION_TARIFF: Effect.OTHER_PRICE,
}
# Kinds that can do anything at all to a session.
TOUCHING = frozenset({*_BY_KIND, *_OTHERS})
