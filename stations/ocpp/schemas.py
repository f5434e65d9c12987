"""The JSON schemas of OCPP, as bundled in the `ocpp` package, and what they forget."""

import json
from functools import cached_property
from importlib import resources
from typing import Any

import jsonschema_rs

from stations.domain.secrets import masked
from stations.domain.times import is_time
from stations.ocpp.rpc import Error, Refusal

Payload = dict[str, Any]


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
        requests = {name for name in self._names if not name.endswith("Response")}
        return frozenset(name.removesuffix(self._request_suffix) for name in requests)

    @cached_property
    def sends(self) -> frozenset[str]:
        """The actions without a response: SEND, of OCPP 2.1."""
        return frozenset(action for action in self.actions if action + "Response" not in self._names)

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(entry.name.removesuffix(".json") for entry in self._folder.iterdir())

    def check_request(self, action: str, payload: Payload) -> None:
        """Raise Refusal unless `payload` is a request of the known `action`."""
        self._check(action + self._request_suffix, payload)

    def check_message(self, action: str, payload: Payload) -> None:
        """Raise Refusal unless `payload` is that of the known SEND `action`."""
        self._check(action, payload)

    def check_response(self, action: str, payload: Payload) -> None:
        """Raise Refusal unless `payload` is a response to the known `action`."""
        self._check(action + "Response", payload)

    def _check(self, name: str, payload: Payload) -> None:
        compiled = self._compiled.get(name) or self._compile(name)
        try:
            compiled.validate(payload)
        except jsonschema_rs.ValidationError as error:
            raise _refusal(error, is_secret=masked(payload) is not payload) from None

    def document(self, name: str) -> dict[str, Any]:
        """The schema of that file name (BootNotificationRequest) as it is applied: integers have their 32 bits."""
        # Some of the bundled files start with a byte order mark.
        schema: dict[str, Any] = json.loads(self._folder.joinpath(f"{name}.json").read_text("utf-8-sig"))
        _bound_integers(schema)
        return schema

    def request_name(self, action: str) -> str:
        """The file name of an action's request."""
        return action if action in self.sends else action + self._request_suffix

    def _compile(self, name: str) -> Any:
        # Chargers send times without a zone and with a space: ours is the judgement of what is a time.
        compiled = self._validator(self.document(name), formats={"date-time": is_time}, validate_formats=True)
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
    # An object that must be empty is not.
    "falseSchema": Error.FORMAT_VIOLATION,
}


def _refusal(error: Any, *, is_secret: bool) -> Refusal:
    """`is_secret`: the payload holds a secret, which the error's own words might quote."""
    where = "/".join(str(part) for part in error.instance_path)
    text = f"The schema's “{error.kind.name}” is not met." if is_secret else error.message
    text = text if len(text) <= 200 else text[:199] + "…"
    return Refusal(_CODE_OF_KIND.get(error.kind.name, Error.PROPERTY), f"{where}: {text}" if where else text)
