"""How much of the time a station was connected."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Spell = tuple[datetime, datetime | None]


def share_connected(spells: Iterable[Spell], *, since: datetime, until: datetime) -> float | None:
    """The share (0 to 1) of the time from `since` to `until` outside the offline `spells`; an open spell lasts on.

    Spells may overlap and reach over the edges. None for a time without length.
    """
    if until <= since:
        return None
    offline, covered_to = timedelta(), since
    for start, end in sorted(spells, key=lambda spell: spell[0]):
        uncovered, away_to = max(start, covered_to), min(end or until, until)
        if away_to > uncovered:
            offline, covered_to = offline + (away_to - uncovered), away_to
    return 1 - offline / (until - since)
