"""Checklists: what their items ask, and what an answer is worth. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from drivers.domain.phrases import Phrase

MOST_ITEMS = 100
LONGEST_TEXT = 300
LONGEST_ANSWER = 2000
_KEY = re.compile(r"[a-z0-9-]{1,40}")


class Kind(StrEnum):
    CHECK = "check"  # yes, no, not applicable
    NUMBER = "number"
    TEXT = "text"
    PHOTO = "photo"


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"
    NOTED = "noted"  # a text or a photo: for a person to judge
    SKIPPED = "skipped"


class Unreadable(Exception):
    """What is no checklist, or no answer to it; the phrase says why."""

    def __init__(self, phrase: Phrase) -> None:
        super().__init__(phrase)
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class Item:
    """`severity`: 1 critical to 3 minor, of an item that failed. Limits are of numbers, both included."""

    key: str
    kind: Kind
    text: str
    required: bool = True
    severity: int = 2
    unit: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind.value,
            "text": self.text,
            "required": self.required,
            "severity": self.severity,
            "unit": self.unit,
            "minimum": None if self.minimum is None else str(self.minimum),
            "maximum": None if self.maximum is None else str(self.maximum),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """An item with what was answered and what that is worth."""

    item: Item
    value: str
    note: str
    verdict: Verdict


def read_items(value: Any) -> list[Item]:
    """The items that `to_json` wrote. Raises Unreadable."""
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise Unreadable(Phrase("A checklist has up to %(most)d items.", most=MOST_ITEMS))
    items = [_item(entry) for entry in value]
    if len({item.key for item in items}) < len(items):
        raise Unreadable(Phrase("Two items have the same key."))
    return items


def _item(entry: Any) -> Item:
    if not isinstance(entry, dict):
        raise Unreadable(Phrase("This is no item of a checklist."))
    key, text = str(entry.get("key", "")), str(entry.get("text", "")).strip()
    if not _KEY.fullmatch(key) or not text or len(text) > LONGEST_TEXT:
        raise Unreadable(Phrase("An item needs a key and a text."))
    if entry.get("kind") not in list(Kind):
        raise Unreadable(Phrase("“%(text)s” asks for nothing that is known.", text=text))
    low, high = _limit(entry.get("minimum"), text), _limit(entry.get("maximum"), text)
    if low is not None and high is not None and low > high:
        raise Unreadable(Phrase("“%(text)s”: the lower limit is above the upper one.", text=text))
    severity = entry.get("severity", 2)
    return Item(
        key=key,
        kind=Kind(entry["kind"]),
        text=text,
        required=bool(entry.get("required", True)),
        severity=severity if severity in (1, 2, 3) else 2,
        unit=str(entry.get("unit", ""))[:12],
        minimum=low,
        maximum=high,
    )


def _limit(value: Any, text: str) -> Decimal | None:
    if value in (None, ""):
        return None
    found = number(str(value))
    if found is None:
        raise Unreadable(Phrase("“%(text)s”: a limit is no number.", text=text))
    return found


def number(text: str) -> Decimal | None:
    """A number as people type it, with a point or a comma; None for what is none."""
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < 10**12 else None


def judge(items: Sequence[Item], answers: Mapping[str, Any], photos: Mapping[str, int]) -> list[Result]:
    """What the answers are worth; `photos`: how many there are by item. Raises Unreadable where a required item has no
    answer, or an answer makes no sense."""
    return [_judge(item, answers.get(item.key) or {}, photos.get(item.key, 0)) for item in items]


def _judge(item: Item, answer: Any, photos: int) -> Result:
    if not isinstance(answer, dict):
        raise Unreadable(Phrase("“%(text)s” has no answer that can be read.", text=item.text))
    value, note = str(answer.get("value", "")).strip(), str(answer.get("note", "")).strip()[:LONGEST_ANSWER]
    if item.kind is Kind.PHOTO:
        if item.required and not photos and value != "na":
            raise Unreadable(Phrase("“%(text)s” needs a photo.", text=item.text))
        verdict = Verdict.NOTED if photos else Verdict.NOT_APPLICABLE if value == "na" else Verdict.SKIPPED
        return Result(item, value, note, verdict)
    if not value:
        if item.required:
            raise Unreadable(Phrase("“%(text)s” has no answer.", text=item.text))
        return Result(item, "", note, Verdict.SKIPPED)
    if value == "na":
        return Result(item, value, note, Verdict.NOT_APPLICABLE)
    if item.kind is Kind.TEXT:
        return Result(item, value[:LONGEST_ANSWER], note, Verdict.NOTED)
    return Result(item, value, note, _worth(item, value))


def _worth(item: Item, value: str) -> Verdict:
    if item.kind is Kind.CHECK:
        if value not in ("yes", "no"):
            raise Unreadable(Phrase("“%(text)s” is answered by yes or no.", text=item.text))
        return Verdict.PASSED if value == "yes" else Verdict.FAILED
    found = number(value)
    if found is None:
        raise Unreadable(Phrase("“%(text)s” needs a number.", text=item.text))
    too_low = item.minimum is not None and found < item.minimum
    too_high = item.maximum is not None and found > item.maximum
    return Verdict.FAILED if too_low or too_high else Verdict.PASSED
