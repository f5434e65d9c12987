"""A charging profile's content between its row and the `ChargingProfileType` of OCPP 2.x, our neutral form of it."""

from collections.abc import Mapping
from typing import Any

import orjson

from stations.domain.charging_profile import purpose_of
from stations.domain.times import parse, render
from stations.models.charging_profile import ProfileContent

_OWN = frozenset(
    {
        *("id", "stackLevel", "chargingProfilePurpose", "chargingProfileKind", "recurrencyKind"),
        *("validFrom", "validTo", "chargingSchedule", "transactionId", "customData"),
    }
)


def content_of(wire: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row, of a profile that fits its schema."""
    valid_from, valid_to = wire.get("validFrom"), wire.get("validTo")
    return {
        "purpose": purpose_of(wire["chargingProfilePurpose"]),
        "kind": wire["chargingProfileKind"],
        "recurrency": wire.get("recurrencyKind", ""),
        "stack_level": int(wire["stackLevel"]),
        "valid_from": parse(valid_from) if valid_from else None,
        "valid_to": parse(valid_to) if valid_to else None,
        "schedules": orjson.dumps(wire["chargingSchedule"]).decode(),
        "extras": orjson.dumps({name: value for name, value in wire.items() if name not in _OWN}).decode(),
    }


def wire_of(row: ProfileContent, *, wire_id: int, transaction_id: str = "") -> dict[str, Any]:
    """The profile as OCPP 2.1 writes it."""
    found: dict[str, Any] = {
        "id": wire_id,
        "stackLevel": row.stack_level,
        "chargingProfilePurpose": row.purpose,
        "chargingProfileKind": row.kind,
    }
    if row.recurrency:
        found["recurrencyKind"] = row.recurrency
    if row.valid_from:
        found["validFrom"] = render(row.valid_from)
    if row.valid_to:
        found["validTo"] = render(row.valid_to)
    if transaction_id:
        found["transactionId"] = transaction_id
    found |= orjson.loads(row.extras or "{}")
    schedules = row.schedule_list
    return found | {"chargingSchedule": [{"id": number + 1} | schedule for number, schedule in enumerate(schedules)]}
