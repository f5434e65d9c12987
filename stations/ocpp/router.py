"""From a message to the function that knows it: one table per version, filled where the functions stand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from stations.domain.commands import CommandKind
from stations.models import Command, Station
from stations.ocpp.schemas import Payload
from stations.services.work import Work

__all__ = ["Context", "NotExpressible", "Outside", "Payload", "Request", "Routes"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler knows beside the payload: who sent it, on which connection, and when it arrived."""

    work: Work
    station: Station
    connection_id: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Request:
    """What an encoder has to work with."""

    work: Work
    station: Station
    command: Command
    values: Mapping[str, Any]


class NotExpressible(Exception):
    """The version has no message for what a command asks."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a handler returns when somebody outside of this installation has to be asked before it can answer.

    `ask` runs in a thread of its own, in no transaction, and touches no rows; it ends by itself within seconds and
    tells failures in its result. `then` makes the answer out of that, in the charger's lane.
    """

    ask: Callable[[], Any]
    then: Callable[[Context, Any], Payload]


# A CALL of the charger → what it is answered.
Handler = Callable[[Context, Payload], Payload | Outside]
AnyHandler = TypeVar("AnyHandler", bound=Handler)
AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])
# A SEND of the charger (OCPP 2.1), which has no answer.
Receiver = Callable[[Context, Payload], None]
# A version-neutral command → action and payload; raises NotExpressible.
Encoder = Callable[[Request], tuple[str, Payload]]
# (context, request, response): what a charger's answer writes into our tables, beside the command's own outcome.
# It runs for every CALLRESULT that fits its schema, whoever sent the CALL and whatever its status says.
Reader = Callable[[Context, Payload, Payload], None]
# (context, request): what is noted before a CALL leaves, whoever asked for it, because its answer may never be read.
Sender = Callable[[Context, Payload], None]


@dataclass
class Routes:
    """The messages of one version. Each functional block's module adds its own."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    receivers: dict[str, Receiver] = field(default_factory=dict)
    encoders: dict[CommandKind, Encoder] = field(default_factory=dict)
    readers: dict[str, Reader] = field(default_factory=dict)
    senders: dict[str, Sender] = field(default_factory=dict)
    _own: set[tuple[int, str]] = field(default_factory=set)

    def extended(self) -> "Routes":
        """A table that starts with all of this one: what a later version adds or replaces stays its own."""
        return Routes(
            dict(self.handlers),
            dict(self.receivers),
            dict(self.encoders),
            dict(self.readers),
            dict(self.senders),
        )

    def handles(self, action: str) -> Callable[[AnyHandler], AnyHandler]:
        """The function answers this action of the charger."""
        return self._adds(self.handlers, action)

    def receives(self, action: str) -> Callable[[Receiver], Receiver]:
        """The function takes this SEND of the charger."""
        return self._adds(self.receivers, action)

    def encodes(self, kind: CommandKind) -> Callable[[Encoder], Encoder]:
        """The function words this kind of command."""
        return self._adds(self.encoders, kind)

    def reads(self, action: str) -> Callable[[Reader], Reader]:
        """The function reads the charger's answer to this action of ours."""
        return self._adds(self.readers, action)

    def sends(self, action: str) -> Callable[[Sender], Sender]:
        """The function notes, in the same transaction, that this action of ours is about to leave."""
        return self._adds(self.senders, action)

    def _adds(self, table: dict[Any, Any], name: str) -> Callable[[AnyFunction], AnyFunction]:
        def register(function: AnyFunction) -> AnyFunction:
            # A later version replaces what it inherits; two modules of one version would silently undo each other.
            if (id(table), name) in self._own:
                raise ValueError(f"{name} has a function of its kind already; {function!r} would replace it.")
            self._own.add((id(table), name))
            table[name] = function
            return function

        return register
