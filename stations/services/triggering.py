"""Which messages a charger sends because it was asked for them."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Station

# A charger does at once what it is triggered to.
_SOON = timedelta(seconds=60)
_TRIGGERS = ("TriggerMessage", "ExtendedTriggerMessage")
# What is triggered by another name than its own.
_ACTIONS = {
    "SignChargePointCertificate": "SignCertificate",
    "SignChargingStationCertificate": "SignCertificate",
    "SignV2GCertificate": "SignCertificate",
    "SignV2G20Certificate": "SignCertificate",
    "SignCombinedCertificate": "SignCertificate",
}


def is_asked_for(*, station: Station, action: str, now: datetime) -> bool:
    """Whether the station took a TriggerMessage for this action within the last minute."""
    taken = Command.objects.filter(station=station, action__in=_TRIGGERS, state=CommandState.ACCEPTED)
    recent = taken.filter(finished_at__gte=now - _SOON).order_by("-id")[:20]
    return any(_ACTIONS.get(name, name) == action for name in map(_message, recent))


def is_unknown(*, station: Station) -> bool:
    """Whether the station's last answer to a TriggerMessage was that it knows none."""
    answered = Command.objects.filter(station=station, action="TriggerMessage", finished_at__isnull=False)
    last = answered.order_by("-id").values_list("error_code", flat=True).first()
    return last in ("NotImplemented", "NotSupported")


def _message(command: Command) -> str:
    values: dict[str, Any] = orjson.loads(command.payload)
    if command.kind == CommandKind.CALL:
        return str(values["payload"].get("requestedMessage", ""))
    if command.kind == CommandKind.RENEW_CERTIFICATE:
        return "SignCertificate"
    return str(values.get("message", ""))
