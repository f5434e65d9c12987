"""Desired values as lines of text, for people to write and paste.

`HeartbeatInterval = 60` is a key of OCPP 1.6, `OCPPCommCtrlr / HeartbeatInterval = 60` a variable of a component in
2.x, and `Connector [left] (2.1) / Power [x] {MaxSet} = 11` has everything: instances, EVSE and connector, attribute.
"""

import re
from collections.abc import Iterable, Iterator

from drivers.domain.phrases import Phrase
from stations.domain.configuration import Key

_PLAIN = r"[^\[\](){}/=]+?"
_LINE = re.compile(
    rf"""(?:(?P<component>{_PLAIN})\s*
        (?:\[(?P<component_instance>[^\]]*)\]\s*)?
        (?:\((?P<evse_number>\d+)(?:\.(?P<connector_number>\d+))?\)\s*)?/\s*)?
        (?P<name>{_PLAIN})\s*
        (?:\[(?P<instance>[^\]]*)\]\s*)?
        (?:\{{(?P<attribute>Actual|Target|MinSet|MaxSet)\}}\s*)?
        =\s*(?P<value>.*)""",
    re.VERBOSE,
)


class Unreadable(ValueError):
    """A line that is no desired value; `line` counts from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(Phrase("Line %(line)s is no “name = value”: %(text)s", line=line, text=text))
        self.line = line


def read(text: str) -> Iterator[tuple[Key, str]]:
    """The values in a text, one a line; empty lines and those that begin with # say nothing. Raises Unreadable."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        found = _LINE.fullmatch(stripped)
        if found is None:
            raise Unreadable(number, stripped)
        given = found.groupdict(default="")
        key = Key(
            component=given["component"],
            component_instance=given["component_instance"],
            evse_number=int(given["evse_number"] or 0),
            connector_number=int(given["connector_number"] or 0),
            name=given["name"],
            instance=given["instance"],
            attribute=given["attribute"] or "Actual",
        )
        yield key, given["value"]


def write(values: Iterable[tuple[Key, str]]) -> str:
    """The text that `read` reads as these values."""
    return "\n".join(f"{name_of(key)} = {value}" for key, value in values)


def name_of(key: Key) -> str:
    """A variable in one line."""
    parts = []
    if key.component:
        parts += [key.component, f"[{key.component_instance}]" if key.component_instance else ""]
        place = f"{key.evse_number}.{key.connector_number}" if key.connector_number else str(key.evse_number)
        parts += [f"({place})" if key.evse_number else "", "/"]
    parts += [key.name, f"[{key.instance}]" if key.instance else ""]
    parts += [f"{{{key.attribute}}}" if key.attribute != "Actual" else ""]
    return " ".join(part for part in parts if part)
