"""Text that people look for, in several columns at once."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db.models import F, Model, Q, TextField, Value
from django.db.models.functions import Concat
from django.db.models.lookups import IContains

# Nobody types it: what is found stands in one column.
_BETWEEN = Value("\n")


def containing(model: type[Model], fields: Iterable[str], text: str) -> Q:
    """Rows with `text` in one of the fields, upper and lower case alike; a field may be that of a related row
    ("site__name").

    Columns are folded and looked through together, and related rows in a table of their own: of a large network that
    takes a third of the time of as many conditions.
    """
    found = Q()
    for relation, names in groupby(sorted(fields, key=_relation), key=_relation):
        columns = [name.removeprefix(f"{relation}__") for name in names]
        if relation:
            related: Any = model._meta.get_field(relation).related_model
            rows = related._default_manager.filter(_stands_in(columns, text)).order_by()
            found |= Q(**{f"{relation}__in": rows})
        else:
            found |= _stands_in(columns, text)
    return found


def beginning(column: str, text: str) -> Q:
    """What begins with `text` as typed, or in the cases in which such things are written: an index over the column
    leads there."""
    found = Q()
    for variant in {text, text.upper(), text.lower(), text.title()}:
        found |= Q(**{f"{column}__startswith": variant})
    return found


def _relation(field: str) -> str:
    return field.rpartition("__")[0]


def _stands_in(columns: list[str], text: str) -> Q:
    first, *more = columns
    parts = [part for column in more for part in (_BETWEEN, column)]
    return Q(IContains(Concat(first, *parts, output_field=TextField()) if parts else F(first), text))
