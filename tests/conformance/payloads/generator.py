"""Good and bad payloads of any message, out of its schema.

A good payload is made twice: with nothing but what is required, and with every member, every text at its full length.
A bad one is the full payload with exactly one thing wrong, so that there is one right answer to it.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stations.ocpp.rpc import Error
from tests.conformance.payloads.seeds import SEEDS

TIME = "2026-01-01T12:00:00Z"
BEYOND_INT32 = 2**31


@dataclass(frozen=True)
class Bad:
    """A payload with one thing wrong, and the error code it deserves, spelled as in 2.0.1."""

    problem: str
    payload: Any
    code: Error


class Generator:
    """Of one schema document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._definitions = document.get("definitions", {})

    def minimal(self) -> dict[str, Any]:
        """Nothing but what is required."""
        return self._value(self._document, "", is_full=False)

    def full(self) -> dict[str, Any]:
        """Every member."""
        return self._value(self._document, "", is_full=True)

    def bad(self) -> Iterator[Bad]:
        """The full payload with one thing wrong, for each thing that can be; each definition is spoilt once."""
        whole = self.full()
        for path, problem, code, spoilt in self._spoil(self._document, whole, (), set()):
            yield Bad(f"{'/'.join(map(str, path)) or 'payload'}: {problem}", _replaced(whole, path, spoilt), code)

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "$ref" in schema:
            return self._definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return schema

    # --- Good ---

    def _value(self, schema: dict[str, Any], name: str, *, is_full: bool) -> Any:
        schema = self._resolved(schema)
        if name in SEEDS and schema.get("type") not in ("object", "array"):
            return SEEDS[name]
        if "enum" in schema:
            return schema["enum"][0]
        match schema.get("type"):
            case "object":
                required = schema.get("required", [])
                members = {n: s for n, s in schema.get("properties", {}).items() if is_full or n in required}
                value: Any = {n: self._value(s, n, is_full=is_full) for n, s in members.items()}
            case "array":
                count = max(1 if is_full else 0, schema.get("minItems", 0))
                value = [self._value(schema["items"], name, is_full=is_full) for _ in range(count)]
            case "integer" | "number":
                value = min(max(1, schema.get("minimum", 1)), schema.get("maximum", 1))
            case "boolean":
                value = True
            case _:
                value = self._text(schema, is_full=is_full)
        return value

    @staticmethod
    def _text(schema: dict[str, Any], *, is_full: bool) -> str:
        if schema.get("format") == "date-time":
            return TIME
        if schema.get("format") == "uri":
            return "https://example.org/file"
        return "x" * schema["maxLength"] if is_full and "maxLength" in schema else "x"

    # --- Bad ---

    def _spoil(
        self, schema: dict[str, Any], value: Any, path: tuple[Any, ...], seen: set[str]
    ) -> Iterator[tuple[tuple[Any, ...], str, Error, Any]]:
        if (reference := schema.get("$ref")) in seen:
            return
        if reference is not None:
            seen.add(reference)
        schema = self._resolved(schema)
        if path and "type" in schema:
            yield path, "wrong type", Error.TYPE, _of_another_type(schema)
        if "enum" in schema:
            yield path, "unknown word", Error.PROPERTY, "Nonsense"
        elif schema.get("type") == "object":
            yield from self._spoil_object(schema, value, path, seen)
        elif schema.get("type") == "array":
            if schema.get("minItems", 0) > 0:
                yield path, "too few items", Error.OCCURRENCE, []
            yield from self._spoil(schema["items"], value[0], (*path, 0), seen)
        elif schema.get("type") == "integer":
            yield path, "beyond 32 bits", Error.PROPERTY, BEYOND_INT32
        elif schema.get("type") == "string":
            yield from _spoil_text(schema, path)

    def _spoil_object(
        self, schema: dict[str, Any], value: dict[str, Any], path: tuple[Any, ...], seen: set[str]
    ) -> Iterator[tuple[tuple[Any, ...], str, Error, Any]]:
        for name in schema.get("required", []):
            rest = {n: v for n, v in value.items() if n != name}
            yield path, f"{name} missing", Error.OCCURRENCE, rest
        if schema.get("additionalProperties") is False:
            yield path, "unknown member", Error.FORMAT_VIOLATION, value | {"noSuchMember": 1}
        for name, member in schema.get("properties", {}).items():
            yield from self._spoil(member, value[name], (*path, name), seen)


def _of_another_type(schema: dict[str, Any]) -> Any:
    return {"object": [], "array": {}, "string": 7}.get(schema["type"], "seven")


def _spoil_text(schema: dict[str, Any], path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str, Error, Any]]:
    if schema.get("format") == "date-time":
        yield path, "no time", Error.PROPERTY, "2026-13-01T00:00:00Z"
        return
    yield path, "NUL", Error.PROPERTY, "a\0b"
    if "maxLength" in schema:
        yield path, "too long", Error.PROPERTY, "x" * (schema["maxLength"] + 1)


def _replaced(whole: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    changed = copy.deepcopy(whole)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed
