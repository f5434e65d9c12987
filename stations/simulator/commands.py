"""Obeying what a CSMS sends, whatever the version: a table of handlers, and CALLERRORs for what is not in it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .transport import CallError, Payload


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a CALL. `then` runs after it was sent."""

    payload: Payload
    then: Callable[[], Awaitable[object]] | None = None


Handler = Callable[[Payload], Reply]

REJECTED = Reply({"status": "Rejected"})
ACCEPTED = Reply({"status": "Accepted"})


@dataclass(frozen=True, slots=True)
class Commands:
    """`known`: the version's actions for a charger. `missing`: its error code for a member that is not there."""

    handlers: Mapping[str, Handler]
    known: frozenset[str]
    missing: str

    def obey(self, action: str, payload: Any) -> Reply:
        """The reply to a CALL; raises CallError for what the charger cannot, or cannot make sense of."""
        handler = self.handlers.get(action)
        if handler is None:
            if action in self.known:
                raise CallError("NotSupported", f"This charger does not support {action}")
            raise CallError("NotImplemented", f"{action} is not known to this charger")
        try:
            return handler(payload)
        except KeyError as error:
            raise CallError(self.missing, f"{error.args[0]} is missing") from error
        except (TypeError, ValueError, AttributeError) as error:
            raise CallError("TypeConstraintViolation", str(error)) from error
