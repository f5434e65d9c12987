"""Lists in pages: numbered ones as far as is counted, and pages that go on from a row, however far down it stands."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50
# Nobody reads further; to count further would read the whole table for each page. Filters lead there faster.
COUNTED = 10_000
LAST_PAGE = COUNTED // PAGE_SIZE
_PLACES = ("page", "after", "before")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; its URLs are empty where there is no such page. Of one that is numbered, `first` is the place
    of its first row, and `total` how many rows there are (more than COUNTED: not known)."""

    items: list[Any]
    previous_url: str = ""
    next_url: str = ""
    first: int = 0
    total: int | None = None

    @property
    def counted(self) -> int | None:
        """How far was counted where there are more; else None."""
        return COUNTED if self.total is not None and self.total > COUNTED else None

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1 if self.items else 0


def paginate_numbered(rows: QuerySet[Any], parameters: QueryDict) -> Page:
    """The page that `parameters["page"]` names; nonsense is the first. None lies beyond what is counted."""
    text = parameters.get("page", "1")
    number = min(max(int(text[:18]), 1), LAST_PAGE) if text.isascii() and text.isdigit() else 1
    start = (number - 1) * PAGE_SIZE
    found = list(rows[start : start + PAGE_SIZE + 1])
    # The last page says it without counting.
    is_last = 0 < len(found) <= PAGE_SIZE
    return Page(
        found[:PAGE_SIZE],
        previous_url=_url(parameters, "page", number - 1) if number > 1 else "",
        next_url=_url(parameters, "page", number + 1) if len(found) > PAGE_SIZE and number < LAST_PAGE else "",
        first=start + 1 if found else 0,
        total=start + len(found) if is_last else rows.order_by()[: COUNTED + 1].count(),
    )


def paginate(rows: QuerySet[Any], parameters: QueryDict) -> Page:
    """The page from the row on that `parameters["after"]` or `["before"]` names; nonsense is the first page. The rows'
    order goes one way and ends with their id: an index over it leads to the last page as fast as to the first."""
    order = [str(name) for name in rows.query.order_by]

    def beyond(key: str, backwards: bool) -> Iterable[Any]:
        found = rows.reverse() if backwards else rows
        values = _values(rows, order, key)
        return (found.filter(_beyond(order, values, backwards)) if values else found)[: PAGE_SIZE + 1]

    return paginate_found(
        beyond, lambda row: ",".join(str(getattr(row, name.lstrip("-"))) for name in order), parameters
    )


def paginate_found(
    beyond: Callable[[str, bool], Iterable[Any]],
    key_of: Callable[[Any], str],
    parameters: QueryDict,
    *,
    size: int | None = None,
) -> Page:
    """The same of rows that `beyond` finds one after the other, from a key ("": the first) on or backwards; no more of
    them than the page needs."""
    size = size or PAGE_SIZE
    after, before = (parameters.get(name, "")[:100] for name in ("after", "before"))
    backwards = bool(before and not after)
    found = list(islice(beyond(after or before, backwards), size + 1))
    is_more, items = len(found) > size, found[:size]
    if backwards:
        items.reverse()
    has_previous, has_next = (is_more, True) if backwards else (bool(after), is_more)
    return Page(
        items,
        previous_url=_url(parameters, "before", key_of(items[0])) if items and has_previous else "",
        next_url=_url(parameters, "after", key_of(items[-1])) if items and has_next else "",
    )


def _values(rows: QuerySet[Any], order: Sequence[str], key: str) -> list[Any]:
    """The values of a key by the order's columns; none for nonsense."""
    texts = key.split(",")
    if len(texts) != len(order):
        return []
    try:
        return [
            rows.model._meta.get_field(name.lstrip("-")).to_python(text)
            for name, text in zip(order, texts, strict=True)
        ]
    except ValidationError:
        return []


def _beyond(order: Sequence[str], values: Sequence[Any], backwards: bool) -> Q:
    """What comes after these values in the order, or before them."""
    name, value = order[0].lstrip("-"), values[0]
    lookup = "gt" if order[0].startswith("-") == backwards else "lt"
    further = Q(**{f"{name}__{lookup}": value})
    if len(order) == 1:
        return further
    # The first column's bound stands by itself: an index leads to it.
    return Q(**{f"{name}__{lookup}e": value}) & (further | _beyond(order[1:], values[1:], backwards))


def _url(parameters: QueryDict, place: str, value: object) -> str:
    """The page's filters, and where it stands."""
    rest = parameters.copy()
    for name in _PLACES:
        rest.pop(name, None)
    rest[place] = str(value)
    return f"?{rest.urlencode()}"
