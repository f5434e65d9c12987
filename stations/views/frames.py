"""Raw OCPP-J frames made readable."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

_TYPES = {
    2: ("call", _("Call")),
    3: ("result", _("Answer")),
    4: ("error", _("Error")),
    5: ("error", _("Result error")),
    6: ("call", _("Message without answer")),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A frame as shown. `payload` is pretty JSON, or the bare text of what was no JSON; `preview` one line of it."""

    type: str
    label: Any
    preview: str
    payload: str


def decode(body: bytes) -> Reading:
    """Never raises: what is no OCPP-J frame is shown as it came."""
    try:
        frame = orjson.loads(body)
        kind, label = _TYPES[frame[0]]
        content = frame[-1] if kind != "error" else frame[2:]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        text = body.decode("utf-8", "replace")
        return Reading("malformed", _("Malformed"), text[:160], text)
    pretty = orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
    return Reading(kind, label, orjson.dumps(content).decode()[:160], pretty)
