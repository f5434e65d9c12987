"""Early signs drawn: each measure by the day, the last days apart from those before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from drivers.formats import plain_number
from drivers.reread import reread
from monitoring.domain.early_signs import BEFORE, RECENT
from monitoring.views.drawings import Bar, columns


@dataclass(frozen=True, slots=True)
class Column:
    day: date
    value: str
    bar: Bar
    is_recent: bool


@dataclass(frozen=True, slots=True)
class DrawnSign:
    """`said`: the sign in words; no columns: of what was kept before there were any."""

    said: str
    columns: list[Column]


def drawn(evidence: Mapping[str, Any]) -> list[DrawnSign]:
    """The signs of a work order's evidence."""
    signs = evidence.get("signs", [])
    until = date.fromisoformat(evidence["until"]) if evidence.get("until") else None
    return [
        DrawnSign(reread(said), _columns(sign.get("days", []), until) if until else [])
        for said, sign in zip(evidence.get("said", []), signs, strict=False)
    ]


def _columns(days: Sequence[Sequence[Any]], until: date) -> list[Column]:
    known = {date.fromisoformat(day): float(value) for day, value in days}
    every = [until - timedelta(days=n) for n in range((BEFORE + RECENT).days, 0, -1)]
    # Below zero there is nothing to draw, of degrees in a winter.
    most = max((value for value in known.values()), default=0.0) or 1.0
    bars = columns([max(known[day], 0.0) / most if day in known and most > 0 else None for day in every])
    return [
        Column(day, plain_number(round(known[day], 1)) if day in known else "–", bar, day >= until - RECENT)
        for day, bar in zip(every, bars, strict=True)
    ]
