"""What a version consists of: its schemas, messages and spelling."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.domain.phrases import english
from stations.domain.commands import CommandKind, CommandState
from stations.ocpp.router import Handler, NotExpressible, Payload, Receiver, Request, Routes
from stations.ocpp.rpc import MESSAGE_TYPES, MESSAGE_TYPES_21, Call, Error, Refusal, Send
from stations.ocpp.schemas import Schemas
from stations.services.dispatch import Outcome

ACCEPTED = frozenset({"Accepted", "AcceptedCanceled", "Scheduled", "Unlocked", "RebootRequired", "Unpublished"})
_ITEM_STATUS = ("attributeStatus", "status")


@dataclass(frozen=True)
class Protocol:
    """One OCPP version."""

    name: str
    schemas: Schemas
    routes: Routes
    # Actions that only chargers send; all others are ours.
    from_charger: frozenset[str]
    spelling: Mapping[Error, str] = field(default_factory=dict)
    # Of the frames; only those of OCPP 2.1 include CALLRESULTERROR and SEND.
    message_types: frozenset[int] = MESSAGE_TYPES
    # 2.x answers a CALL whose id it cannot read under "-1"; 1.6 knows no answer to it.
    answers_unreadable: bool = False
    # What a charger that is not accepted yet may send without being asked.
    before_acceptance: frozenset[str] = frozenset({"BootNotification"})

    @property
    def requests(self) -> frozenset[str]:
        """The actions that a central system sends."""
        return self.schemas.actions - self.from_charger

    @property
    def refuses_results(self) -> bool:
        """Whether a CALLRESULT that makes no sense is answered, with a CALLRESULTERROR."""
        return self.message_types == MESSAGE_TYPES_21

    def error_name(self, code: Error) -> str:
        """The error code as this version spells it."""
        return self.spelling.get(code, code.value)

    def route(self, call: Call) -> Handler:
        """The handler of a CALL whose payload fits its schema; raises Refusal."""
        if call.action not in self.schemas.actions:
            raise Refusal(
                Error.NOT_IMPLEMENTED,
                english("%(name)s has no action %(action)s.", name=self.name, action=call.action[:50]),
            )
        handler = self.routes.handlers.get(call.action)
        if handler is None:
            raise Refusal(Error.NOT_SUPPORTED, english("%(action)s is not supported.", action=call.action))
        self.schemas.check_request(call.action, call.payload)
        return handler

    def receiver(self, send: Send) -> Receiver | None:
        """Who takes a SEND whose payload fits its schema; None for one that nobody knows, since none is answered."""
        receiver = self.routes.receivers.get(send.action)
        if receiver is not None:
            self.schemas.check_message(send.action, send.payload)
        return receiver

    def encode(self, request: Request) -> tuple[str, Payload]:
        """Action and payload of a command; raises NotExpressible."""
        kind = CommandKind(request.command.kind)
        if kind is CommandKind.CALL:
            return request.values["action"], request.values["payload"]
        encoder = self.routes.encoders.get(kind)
        if encoder is None:
            raise NotExpressible(english("%(name)s has no message for %(value)s.", name=self.name, value=kind.value))
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
            error = english(
                "The charger's answer does not fit the schema: %(description)s", description=refusal.description
            )
            return Outcome(CommandState.FAILED, response, error_code=self.error_name(refusal.code), error=error)
        statuses = _statuses(response)
        accepted = all(status in ACCEPTED for status in statuses)
        state = CommandState.ACCEPTED if accepted else CommandState.REJECTED
        return Outcome(
            state,
            response,
            error="" if accepted else english("The charger answered %(statuses)s.", statuses=", ".join(statuses)),
        )


def _statuses(response: Payload) -> list[str]:
    """The status of an answer; of one that has a status for each item (SetVariables) a good one, if there is any."""
    if isinstance(response.get("status"), str):
        return [response["status"]]
    items = [item for value in response.values() if isinstance(value, list) for item in value if isinstance(item, dict)]
    found = [status for item in items for name in _ITEM_STATUS if isinstance(status := item.get(name), str)]
    return [status for status in found if status in ACCEPTED][:1] or found
