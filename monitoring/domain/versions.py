"""Firmware versions, as vendors write them: 1.4.2, v2.0-rc1, 20240115."""

import re
from collections.abc import Mapping

_NUMBER = re.compile(r"\d+")


def is_newer(version: str, than: str) -> bool:
    """Whether the numbers of a version say that it is the newer one; what has no numbers says nothing."""
    mine, theirs = (tuple(int(n) for n in _NUMBER.findall(text)) for text in (version, than))
    return bool(mine) and bool(theirs) and mine > theirs


def prevailing(counts: Mapping[str, int], *, least: int, share: float) -> str | None:
    """The version that at least `least` stations and at least `share` (0 to 1) of them have; None if there is none."""
    total = sum(counts.values())
    if not total:
        return None
    version = max(counts, key=lambda known: (counts[known], known))
    return version if counts[version] >= least and counts[version] / total >= share else None
