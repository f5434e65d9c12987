"""Links that lead to the prefilled form of a command."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from django.urls import reverse
from django.utils.translation import gettext as _

from drivers.permissions import Viewer
from stations.domain.commands import CommandKind as Kind
from stations.domain.configuration import key_named, text_of
from stations.domain.configuration_text import name_of
from stations.models import Station
from stations.ocpp import protocols
from stations.permissions import command_kinds
from stations.views.command_wording import COMMANDS


@dataclass(frozen=True, slots=True)
class CommandLink:
    """`about`: its parameters in one line."""

    url: str
    label: str
    icon: str
    about: str


def links(
    viewer: Viewer, station: Station, kind: Kind, values: Mapping[str, Any], *, same: bool = False
) -> list[CommandLink]:
    """The forms that send the command: one for each variable, since a form has room for one. None where the viewer may
    not send it, or the station's version has no words for it. `same`: it is what was sent before."""
    spoken = protocols.named(station.protocol)
    if kind not in command_kinds(viewer, station.site) or (spoken and kind not in {*spoken.routes.encoders, Kind.CALL}):
        return []
    text = COMMANDS[kind]
    label = _("Try it again") if same else str(text.label)
    return [CommandLink(_url(station, kind, given), label, text.icon, one_line(given)) for given in _fields(values)]


def _fields(values: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    if "variables" in values:
        return [dict(variable) for variable in values["variables"]] or [{}]
    return [dict(values)]


def _url(station: Station, kind: Kind, given: Mapping[str, Any]) -> str:
    query = {name: _text(value) for name, value in given.items()}
    return reverse("stations:command-send", args=[station.identity, kind]) + (f"?{urlencode(query)}" if query else "")


def one_line(values: Mapping[str, Any]) -> str:
    """Parameters as one line: “type soft · evse 1”; variables as they are written in templates."""
    shown = {name: value for name, value in values.items() if value not in ([], {})}
    return " · ".join(
        f"{name} {_text(value)}" if name != "variables" else _lines(value) for name, value in shown.items()
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _lines(variables: Any) -> str:
    items = [item for item in variables if isinstance(item, dict) and "name" in item]
    return " · ".join(
        name_of(key_named(item)) + (f" = {text_of(item['value'])}" if "value" in item else "") for item in items
    )
