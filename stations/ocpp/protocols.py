"""The versions Busbar speaks, newest first, and what each of them is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.domain.phrases import english
from stations.ocpp import v16, v21, v201
from stations.ocpp.protocol import Protocol
from stations.ocpp.rpc import Refusal

SPOKEN: tuple[Protocol, ...] = (v21.PROTOCOL, v201.PROTOCOL, v16.PROTOCOL)
_BY_NAME = {protocol.name: protocol for protocol in SPOKEN}


def negotiate(offered: Sequence[str]) -> Protocol | None:
    """The first of the charger's subprotocols that we speak: the order is its preference (OCPP-J 1.6 section 3.1.2)."""
    return next((_BY_NAME[name] for name in offered if name in _BY_NAME), None)


def named(name: str) -> Protocol | None:
    """The protocol with this subprotocol name, if we speak it."""
    return _BY_NAME.get(name)


@dataclass
class InvalidCall(Exception):
    """A raw call that must not go out; `message` says what to mend."""

    message: str

    def __str__(self) -> str:
        return self.message


def check_answer(protocol: str, action: str, payload: dict[str, object]) -> None:
    """Raise InvalidCall unless `payload` is an answer to `action` by that version's schema."""
    spoken = named(protocol)
    if spoken is None:
        raise InvalidCall(english("%(protocol)s is not spoken here.", protocol=protocol))
    try:
        spoken.schemas.check_response(action, payload)
    except Refusal as refusal:
        raise InvalidCall(refusal.description) from None


def check_call(protocol: str, action: str, payload: dict[str, object]) -> None:
    """Raise InvalidCall unless `payload` is a request of the CSMS-initiated `action` by that version's schema.

    Nothing else is looked at: an unknown connector, EVSE or reservation still reaches the wire.
    """
    spoken = named(protocol)
    if spoken is None:
        raise InvalidCall(
            english(
                "The station has not connected with a version spoken here (%(protocol)s).",
                protocol=protocol or "never connected",
            )
        )
    if action not in spoken.requests:
        raise InvalidCall(
            english(
                "%(action)s is no request that a central system sends in %(name)s.", action=action, name=spoken.name
            )
        )
    try:
        spoken.schemas.check_request(action, payload)
    except Refusal as refusal:
        raise InvalidCall(f"{action}: {refusal.description}") from None
