"""What a version consists of: its schemas, handlers, encoders and spelling."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Station
from stations.ocpp.router import Context, Handler, Payload, Routes, Schemas
from stations.ocpp.rpc import Call, Error, Refusal
from stations.services.dispatch import Outcome
from stations.services.work import Work

ACCEPTED = frozenset({"Accepted", "AcceptedCanceled", "Scheduled", "Unlocked", "RebootRequired"})
_ITEM_STATUS = ("attributeStatus", "status")


class NotExpressible(Exception):
    """The version has no message for what a command asks."""


@dataclass(frozen=True, slots=True)
class Request:
    """What an encoder has to work with."""

    work: Work
    station: Station
    command: Command
    values: Mapping[str, Any]


Encoder = Callable[[Request], tuple[str, Payload]]


@dataclass
class Encoders:
    """The encoders of one version. Its `commands` module adds its own with `encodes`."""

    by_kind: dict[CommandKind, Encoder] = field(default_factory=dict)

    def encodes(self, kind: CommandKind) -> Callable[[Encoder], Encoder]:
        def register(encoder: Encoder) -> Encoder:
            self.by_kind[kind] = encoder
            return encoder

        return register


# What a charger's answer writes into our tables, beside the command's own outcome: (context, request, response).
Reader = Callable[[Context, Payload, Payload], None]


@dataclass(frozen=True)
class Protocol:
    """One OCPP version."""

    name: str
    schemas: Schemas
    routes: Routes
    # Actions that only chargers send; all others are ours.
    from_charger: frozenset[str]
    encoders: Mapping[CommandKind, Encoder]
    readers: Mapping[str, Reader] = field(default_factory=dict)
    spelling: Mapping[Error, str] = field(default_factory=dict)
    # 2.x answers a CALL whose id it cannot read under "-1"; 1.6 knows no answer to it.
    answers_unreadable: bool = False
    # What a charger that is not accepted yet may send; None: anything.
    before_acceptance: frozenset[str] | None = None

    @property
    def requests(self) -> frozenset[str]:
        """The actions that a central system sends."""
        return self.schemas.actions - self.from_charger

    def error_name(self, code: Error) -> str:
        """The error code as this version spells it."""
        return self.spelling.get(code, code.value)

    def route(self, call: Call) -> Handler:
        """The handler of a CALL whose payload fits its schema; raises Refusal."""
        if call.action not in self.schemas.actions:
            raise Refusal(Error.NOT_IMPLEMENTED, f"{self.name} has no action {call.action[:50]}.")
        handler = self.routes.handlers.get(call.action)
        if handler is None:
            raise Refusal(Error.NOT_SUPPORTED, f"{call.action} is not supported.")
        self.schemas.check_request(call.action, call.payload)
        return handler

    def encode(self, request: Request) -> tuple[str, Payload]:
        """Action and payload of a command; raises NotExpressible."""
        kind = CommandKind(request.command.kind)
        if kind is CommandKind.CALL:
            return request.values["action"], request.values["payload"]
        encoder = self.encoders.get(kind)
        if encoder is None:
            raise NotExpressible(f"{self.name} has no message for {kind.value}.")
        action, payload = encoder(request)
        try:
            self.schemas.check_request(action, payload)
        except Refusal as refusal:
            raise NotExpressible(f"{action}: {refusal.description}") from None
        return action, payload

    def outcome(self, action: str, response: Payload) -> Outcome:
        """What a CALLRESULT means for its command: an answer without a status is an acceptance."""
        try:
            self.schemas.check_response(action, response)
        except Refusal as refusal:
            error = f"The charger's answer does not fit the schema: {refusal.description}"
            return Outcome(CommandState.FAILED, response, error_code=self.error_name(refusal.code), error=error)
        statuses = _statuses(response)
        accepted = all(status in ACCEPTED for status in statuses)
        state = CommandState.ACCEPTED if accepted else CommandState.REJECTED
        return Outcome(state, response, error="" if accepted else f"The charger answered {', '.join(statuses)}.")


def _statuses(response: Payload) -> list[str]:
    """The status of an answer; of one that has a status for each item (SetVariables) a good one, if there is any."""
    if isinstance(response.get("status"), str):
        return [response["status"]]
    items = [item for value in response.values() if isinstance(value, list) for item in value if isinstance(item, dict)]
    found = [status for item in items for name in _ITEM_STATUS if isinstance(status := item.get(name), str)]
    return [status for status in found if status in ACCEPTED][:1] or found
