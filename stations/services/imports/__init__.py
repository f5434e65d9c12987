"""Sites and stations from CSV files: every row is looked at before any is stored, and all are stored at once.

A row whose site or station exists changes it; an empty cell leaves what is there, and nothing is ever removed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

MAX_ROWS = 10_000
# Rows that one query looks up or stores.
CHUNK = 500


class NothingDone(Exception):
    """Rows are wrong, and only good ones were not asked for."""


class Action(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    WRONG = "wrong"


@dataclass
class Row:
    """One line of a file. `key`: whose it is; `values`: columns as the file says them; `changes`: column → before and
    after, as text; `errors`: what is wrong, by column."""

    number: int
    key: str
    is_new: bool = True
    values: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.errors

    @property
    def action(self) -> Action:
        if self.errors:
            return Action.WRONG
        if self.is_new:
            return Action.NEW
        return Action.CHANGE if self.changes else Action.SAME


class _Judged(Protocol):
    @property
    def is_good(self) -> bool: ...


AnyRow = TypeVar("AnyRow", bound=_Judged)
Thing = TypeVar("Thing")


def good_rows(rows: Sequence[AnyRow], *, only_good: bool) -> list[AnyRow]:
    """The rows to store. Raises NothingDone where one is wrong and the good ones alone were not asked for, or where
    none is good."""
    good = [row for row in rows if row.is_good]
    if not good or (len(good) < len(rows) and not only_good):
        raise NothingDone(_("Nothing was stored: correct the rows with errors, or ask for the good ones only."))
    return good


def chunks(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    """The things, as many at a time as one query takes."""
    rest = iter(things)
    while some := list(islice(rest, CHUNK)):
        yield some


def problem_of(model: type[Model], column: str, value: object) -> str:
    """What is wrong with a value of a column; empty where nothing is."""
    field: Any = model._meta.get_field(column)
    try:
        field.clean(value, None)
    except ValidationError as error:
        return str(error.messages[0])
    return ""


def note(row: Row, column: str, before: object, after: object) -> None:
    """A change, where there is one."""
    if before != after:
        row.changes[column] = (str(before), str(after))
