"""A station's EVSEs and plugs as one line of text: “1 (22000 W): sType2 #1; 2 (50000 W): cCCS2 #2, cG105 #3”.

The number of the EVSE, its power, and the types of its plugs in their order with their OCPP 1.6 connector id; what is
not known is left out, a plug of no known type is “?”.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from drivers.domain.phrases import Phrase

# Far above any hardware.
MOST = 64
_EVSE = re.compile(r"(\d{1,3})\s*(?:\(\s*(\d{1,8})\s*W\s*\))?\s*(?::\s*(.*))?")
_PLUG = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,19}|\?)\s*(?:#\s*(\d{1,5}))?")


class Unreadable(Exception):
    """What is no such line, or cannot be brought about; the text says why."""


@dataclass(frozen=True, slots=True)
class Plug:
    """`type` is empty where nobody knows it."""

    type: str = ""
    ocpp16_id: int | None = None


@dataclass(frozen=True, slots=True)
class Outlet:
    """An EVSE."""

    number: int
    max_power_w: int | None = None
    plugs: tuple[Plug, ...] = ()


def write(outlets: Iterable[Outlet]) -> str:
    return "; ".join(map(_written, outlets))


def _written(outlet: Outlet) -> str:
    power = f" ({outlet.max_power_w} W)" if outlet.max_power_w is not None else ""
    plugs = ", ".join(
        f"{plug.type or '?'}{'' if plug.ocpp16_id is None else f' #{plug.ocpp16_id}'}" for plug in outlet.plugs
    )
    return f"{outlet.number}{power}{': ' if plugs else ''}{plugs}"


def read(text: str) -> tuple[Outlet, ...]:
    """Raises Unreadable."""
    found = tuple(_outlet(part.strip()) for part in text.split(";") if part.strip())
    numbers = [outlet.number for outlet in found]
    ids = [plug.ocpp16_id for outlet in found for plug in outlet.plugs if plug.ocpp16_id is not None]
    for named in (numbers, ids):
        if twice := next((number for number in named if named.count(number) > 1), None):
            raise Unreadable(Phrase("The number %(number)d stands there twice.", number=twice))
    if any(not 1 <= number <= MOST for number in [*numbers, *ids]) or sum(len(o.plugs) for o in found) > MOST:
        raise Unreadable(Phrase("EVSEs and connectors are numbered from 1 to %(most)d.", most=MOST))
    return tuple(sorted(found, key=lambda outlet: outlet.number))


def _outlet(part: str) -> Outlet:
    whole = _EVSE.fullmatch(part)
    if whole is None:
        raise Unreadable(Phrase("“%(part)s” is no EVSE such as “1 (22000 W): sType2”.", part=part))
    plugs = [_plug(plug.strip()) for plug in (whole[3] or "").split(",") if plug.strip()]
    return Outlet(int(whole[1]), int(whole[2]) if whole[2] else None, tuple(plugs))


def _plug(part: str) -> Plug:
    found = _PLUG.fullmatch(part)
    if found is None:
        raise Unreadable(Phrase("“%(part)s” is no plug such as “cCCS2” or “sType2 #1”.", part=part))
    return Plug("" if found[1] == "?" else found[1], int(found[2]) if found[2] else None)


def merged(known: Sequence[Outlet], told: Sequence[Outlet]) -> tuple[Outlet, ...]:
    """What a station has once it is as `told`: EVSEs and plugs come to it, and what was not known is; nothing goes.

    Raises Unreadable where a plug would have to move to another EVSE.
    """
    result = {outlet.number: outlet for outlet in known}
    homes = {plug.ocpp16_id: outlet.number for outlet in known for plug in outlet.plugs if plug.ocpp16_id is not None}
    for outlet in told:
        for plug in outlet.plugs:
            home = homes.get(plug.ocpp16_id, outlet.number) if plug.ocpp16_id is not None else outlet.number
            if home != outlet.number:
                raise Unreadable(
                    Phrase(
                        "Connector %(id)d belongs to EVSE %(home)d: group the connectors on the station's page.",
                        id=plug.ocpp16_id,
                        home=home,
                    )
                )
        before = result.get(outlet.number, Outlet(outlet.number))
        power = before.max_power_w if outlet.max_power_w is None else outlet.max_power_w
        result[outlet.number] = replace(before, max_power_w=power, plugs=_plugs(before.plugs, outlet.plugs))
    return tuple(result[number] for number in sorted(result))


def _plugs(known: Sequence[Plug], told: Sequence[Plug]) -> tuple[Plug, ...]:
    """Those told take the places of those known: by their id, else one after the other."""
    plugs = list(known)
    places = {plug.ocpp16_id: place for place, plug in enumerate(known) if plug.ocpp16_id is not None}
    for turn, plug in enumerate(told):
        place = places.get(plug.ocpp16_id, turn) if plug.ocpp16_id is not None else turn
        if place >= len(plugs):
            plugs.append(plug)
            continue
        before = plugs[place]
        if plug.ocpp16_id is not None and before.ocpp16_id not in (None, plug.ocpp16_id):
            plugs.append(plug)
            continue
        plugs[place] = Plug(plug.type or before.type, plug.ocpp16_id or before.ocpp16_id)
    return tuple(plugs)
