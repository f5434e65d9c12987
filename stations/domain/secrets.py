"""Secrets inside OCPP payloads, shown as a mask wherever a payload is kept or displayed.

They are found by name, and by what gives access in an address: user and password before the host, and the token of an
upload address of ours. JSON within a text, as vendors send it by DataTransfer, is looked through like any other.
"""

import re
from typing import Any

import orjson

MASK = "••••••"

# Configuration keys and variables whose value is a secret; compared in lower case.
_SECRET_NAMES = frozenset({"simpin", "sim_pin", "vpnkey"})
# Vendors have names of their own (WifiPassphrase, FTP_PASSWD), and OCPP 2.1 the SharedSecret of web payments.
_SECRET_PARTS = (
    *("authorizationkey", "password", "passwd", "passphrase", "secret"),
    *("privatekey", "private_key", "presharedkey"),
)
_NAME_MEMBERS = ("key", "name")
_VALUE_MEMBERS = ("value", "attributeValue", "actualValue")


def is_secret_name(name: str) -> bool:
    """Whether a configuration key (1.6) or variable (2.x) of this name holds a secret."""
    lowered = name.lower()
    return lowered in _SECRET_NAMES or any(part in lowered for part in _SECRET_PARTS)


def masked(payload: Any) -> Any:
    """A copy of `payload` (JSON-like) with secret values replaced; the very object where it has none."""
    if isinstance(payload, dict):
        return _masked_dict(payload)
    if isinstance(payload, list):
        items = [masked(item) for item in payload]
        return items if any(a is not b for a, b in zip(items, payload, strict=True)) else payload
    return _masked_text(payload) if isinstance(payload, str) else payload


def _masked_text(text: str) -> str:
    if text.lstrip()[:1] in ("{", "[") and may_hold_secret(text):
        try:
            inner = orjson.loads(text)
            shown = masked(inner)
            return text if shown is inner else orjson.dumps(shown).decode()
        except orjson.JSONDecodeError:
            return masked_url(text)
        except (RecursionError, orjson.JSONEncodeError):
            return MASK
    return masked_url(text)


def masked_url(text: str) -> str:
    """`text` with what gives access in its addresses replaced; the very object where nothing does."""
    if "://" not in text:
        return text
    found = _RUN.sub(_masked_run, text)
    return text if found == text else found


def _masked_run(match: re.Match[str]) -> str:
    """What stands between spaces or quotes: an address, or a few of them.

    Where there are more it is none, and looking at each would take time with the square of its length.
    """
    run = match.group()
    addresses = run.count("://")
    if addresses == 0:
        return run
    if addresses > _ADDRESSES_IN_A_RUN:
        return MASK
    return _UPLOAD.sub(rf"\g<1>{MASK}", _USERINFO.sub(rf"\g<1>{MASK}@", run))


def _masked_dict(payload: dict[str, Any]) -> dict[str, Any]:
    result = {name: masked(value) for name, value in payload.items()}
    # The shared secret of a VPN (SetNetworkProfile) is called like the name of a configuration key.
    if payload.keys() >= {"server", "user", "key"} and _is_filled(payload["key"]):
        result["key"] = MASK
    if _names_a_secret(payload):
        result.update({name: MASK for name in _VALUE_MEMBERS if payload.get(name)})
        # A report (2.x) has the values of a variable one level deeper.
        if isinstance(attributes := payload.get("variableAttribute"), list):
            result["variableAttribute"] = [_without_value(attribute) for attribute in attributes]
    result.update({name: MASK for name, value in payload.items() if is_secret_name(name) and _is_filled(value)})
    changed = any(result[name] is not payload[name] for name in payload)
    return result if changed else payload


def _without_value(attribute: Any) -> Any:
    return attribute | {"value": MASK} if isinstance(attribute, dict) and attribute.get("value") else attribute


def _is_filled(value: Any) -> bool:
    """A PIN is a number."""
    return value is not None and not isinstance(value, bool) and isinstance(value, str | int) and value != ""


def _names_a_secret(payload: dict[str, Any]) -> bool:
    """1.6: {"key": "AuthorizationKey", "value": …}; 2.x: {"variable": {"name": …}, "attributeValue": …}."""
    variable = payload.get("variable")
    names = [payload.get(member) for member in _NAME_MEMBERS]
    if isinstance(variable, dict):
        names.append(variable.get("name"))
    return any(isinstance(name, str) and is_secret_name(name) for name in names)


_SPOTTED = (*_SECRET_PARTS, *_SECRET_NAMES)
_RUN = re.compile(r"[^\s\"]+")
_ADDRESSES_IN_A_RUN = 8
# Up to the last @ before the path; past it only after "user:" (no port), for a password that should have been encoded.
# A scheme begins where nothing like it stands before, or each letter of a long word would be tried as its beginning.
_USERINFO = re.compile(r"(?<![A-Za-z0-9+.-])([A-Za-z0-9+.-]+://)(?:[^/?#\s\":@]*:(?!\d+[/?#])[^\s\"]*|[^/?#\s\"]*)@")
_UPLOAD = re.compile(r"(://[^/\s\"]+/uploads/)[A-Za-z0-9_-]{20,}")


def may_hold_secret(text: str) -> bool:
    """Cheap test before masking a frame: whether a secret's name stands anywhere in it, or what an address may hide."""
    lowered = text.lower()
    if any(name in lowered for name in _SPOTTED):
        return True
    # A slash may be written with a backslash before it.
    return (":/" in text or ":\\/" in text) and ("@" in text or "/uploads" in text)
