"""What a session's events told beside its columns, in words; what has no word here stands as on the wire."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.formats import NBSP, plain_number
from stations.models import Session
from stations.views.wording import Text

LABELS: dict[str, Text] = {
    "cableMaxCurrent": gettext_lazy("Cable's limit"),
    "evseSleep": gettext_lazy("EVSE asleep"),
    "numberOfPhasesUsed": gettext_lazy("Phases"),
    "operationMode": gettext_lazy("Mode of operation"),
    "preconditioningStatus": gettext_lazy("Battery preconditioning"),
    "tariffId": gettext_lazy("Tariff at the station"),
    "timeSpentCharging": gettext_lazy("Time charging"),
}
_UNITS = {"cableMaxCurrent": "A", "timeSpentCharging": "s"}
_LIMIT_UNITS = {"maxEnergy": "Wh", "maxTime": "s", "maxSoC": "%", "maxCost": ""}


def details_of(session: Session) -> list[tuple[Text, str]]:
    """Label and value of each detail that is one value; a limit as wanted, and as the station took it."""
    told = orjson.loads(session.details) if session.details else {}
    rows = list(_plain(told))
    if session.limit:
        rows.append((_("Limit"), limit_text(orjson.loads(session.limit))))
    if told.get("transactionLimit"):
        rows.append((_("Limit at the station"), limit_text(told["transactionLimit"])))
    return rows


def _plain(told: Mapping[str, Any]) -> Iterator[tuple[Text, str]]:
    for name, value in told.items():
        if isinstance(value, bool):
            yield LABELS.get(name, name), _("yes") if value else _("no")
        elif isinstance(value, str | int | float):
            yield LABELS.get(name, name), f"{_written(value)}{NBSP}{_UNITS.get(name, '')}".strip()


def _written(value: str | float) -> str:
    return value if isinstance(value, str) else plain_number(value)


def limit_text(limit: Mapping[str, Any]) -> str:
    """A limit as one line, such as “5000 Wh, 80 %”."""
    parts = [f"{plain_number(limit[name])}{NBSP}{unit}".strip() for name, unit in _LIMIT_UNITS.items() if name in limit]
    return ", ".join(parts)
