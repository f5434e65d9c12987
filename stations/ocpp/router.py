"""From a CALL to its handler: action → schema → function. One table per protocol, filled where the handlers stand."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from importlib import resources
from typing import Any

import jsonschema_rs

from stations.domain.times import is_time
from stations.models import Station
from stations.ocpp.rpc import Error, Refusal
from stations.services.work import Work

Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What a handler knows beside the payload: who sent it, on which connection, and when it arrived."""

    work: Work
    station: Station
    connection_id: int
    received_at: datetime


Handler = Callable[[Context, Payload], Payload]


class Schemas:
    """The JSON schemas of one OCPP version, as bundled in the `ocpp` package; compiled at their first use."""

    def __init__(self, folder: str, *, request_suffix: str, validator: Any) -> None:
        self._folder = resources.files("ocpp").joinpath(folder, "schemas")
        self._request_suffix = request_suffix
        self._validator = validator
        self._compiled: dict[str, Any] = {}

    @cached_property
    def actions(self) -> frozenset[str]:
        """Every action of the version, whoever may send it."""
        names = {entry.name.removesuffix(".json") for entry in self._folder.iterdir()}
        requests = {name for name in names if not name.endswith("Response")}
        return frozenset(name.removesuffix(self._request_suffix) for name in requests)

    def check_request(self, action: str, payload: Payload) -> None:
        """Raise Refusal unless `payload` is a request of the known `action`."""
        self._check(action + self._request_suffix, payload)

    def check_response(self, action: str, payload: Payload) -> None:
        """Raise Refusal unless `payload` is a response to the known `action`."""
        self._check(action + "Response", payload)

    def _check(self, name: str, payload: Payload) -> None:
        compiled = self._compiled.get(name) or self._compile(name)
        try:
            compiled.validate(payload)
        except jsonschema_rs.ValidationError as error:
            raise _refusal(error) from None

    def _compile(self, name: str) -> Any:
        # Some of the bundled files start with a byte order mark.
        schema = json.loads(self._folder.joinpath(f"{name}.json").read_text("utf-8-sig"))
        # Chargers send times without a zone and with a space: ours is the judgement of what is a time.
        _bound_integers(schema)
        compiled = self._validator(schema, formats={"date-time": is_time}, validate_formats=True)
        self._compiled[name] = compiled
        return compiled


INT32 = {"minimum": -(2**31), "maximum": 2**31 - 1}


def _bound_integers(schema: Any) -> None:
    """Add to every integer of a schema, in place, the 32 bits that OCPP gives it and the schemas forget."""
    if isinstance(schema, list):
        for item in schema:
            _bound_integers(item)
    if isinstance(schema, dict):
        if schema.get("type") == "integer":
            schema.update({limit: schema.get(limit, value) for limit, value in INT32.items()})
        for item in schema.values():
            _bound_integers(item)


_CODE_OF_KIND = {
    "required": Error.OCCURRENCE,
    "minItems": Error.OCCURRENCE,
    "maxItems": Error.OCCURRENCE,
    "type": Error.TYPE,
    "additionalProperties": Error.FORMAT_VIOLATION,
}


def _refusal(error: Any) -> Refusal:
    where = "/".join(str(part) for part in error.instance_path)
    text = error.message if len(error.message) <= 200 else error.message[:199] + "…"
    return Refusal(_CODE_OF_KIND.get(error.kind.name, Error.PROPERTY), f"{where}: {text}" if where else text)


@dataclass
class Routes:
    """The handlers of one version. Each functional block's module adds its own with `handles`."""

    handlers: dict[str, Handler] = field(default_factory=dict)

    def handles(self, action: str) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self.handlers[action] = handler
            return handler

        return register
