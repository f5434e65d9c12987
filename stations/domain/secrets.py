"""Secrets inside OCPP payloads: found by name, shown as a mask wherever a payload is kept or displayed."""

import re
from typing import Any

MASK = "••••••"

# Configuration keys and variables whose value is a secret; compared in lower case.
_SECRET_NAMES = frozenset(
    {
        "authorizationkey",
        "basicauthpassword",
        "password",
        "apnpassword",
        "vpnpassword",
        "wifipassword",
        "vpnkey",
    }
)
_NAME_MEMBERS = ("key", "name")
_VALUE_MEMBERS = ("value", "attributeValue")


def is_secret_name(name: str) -> bool:
    """Whether a configuration key (1.6) or variable (2.x) of this name holds a secret."""
    return name.lower() in _SECRET_NAMES


def masked(payload: Any) -> Any:
    """A copy of `payload` (JSON-like) with secret values replaced; the very object where it has none."""
    if isinstance(payload, dict):
        return _masked_dict(payload)
    if isinstance(payload, list):
        items = [masked(item) for item in payload]
        return items if any(a is not b for a, b in zip(items, payload, strict=True)) else payload
    return payload


def _masked_dict(payload: dict[str, Any]) -> dict[str, Any]:
    result = {name: masked(value) for name, value in payload.items()}
    if _names_a_secret(payload):
        result.update({name: MASK for name in _VALUE_MEMBERS if payload.get(name)})
    result.update(
        {name: MASK for name in payload if is_secret_name(name) and isinstance(payload[name], str) and payload[name]}
    )
    changed = any(result[name] is not payload[name] for name in payload)
    return result if changed else payload


def _names_a_secret(payload: dict[str, Any]) -> bool:
    """1.6: {"key": "AuthorizationKey", "value": …}; 2.x: {"variable": {"name": …}, "attributeValue": …}."""
    variable = payload.get("variable")
    names = [payload.get(member) for member in _NAME_MEMBERS]
    if isinstance(variable, dict):
        names.append(variable.get("name"))
    return any(isinstance(name, str) and is_secret_name(name) for name in names)


_IN_TEXT = re.compile("|".join(sorted(_SECRET_NAMES)), re.IGNORECASE)


def may_hold_secret(text: str) -> bool:
    """Cheap test before masking a frame: whether any secret's name stands anywhere in it."""
    return _IN_TEXT.search(text) is not None
