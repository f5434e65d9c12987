"""Answers that are given often: places in them are filled with what a ticket knows."""

import re
from collections.abc import Mapping

# What may stand in braces.
PLACES = ("name", "reference", "site", "station", "support")
_PLACE = re.compile(r"\{(\w+)\}")


def filled(text: str, values: Mapping[str, str]) -> str:
    """`text` with {name} and the like replaced; what is not known stays, so that somebody sees it."""
    return _PLACE.sub(lambda match: values.get(match.group(1)) or match.group(0), text)


def unknown_places(text: str) -> list[str]:
    """What stands in braces and is none of PLACES."""
    return [name for name in _PLACE.findall(text) if name not in PLACES]
