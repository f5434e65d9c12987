"""Lists in pages that go on from a row, however far down it stands; how many rows there are is counted so far."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter
from typing import Any
from urllib.parse import quote, unquote

from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50
# Nobody reads further; to count further would read the whole table for each page. Filters lead there faster.
COUNTED = 10_000
LONGEST_KEY = 1000
_PLACES = ("page", "after", "before", "at")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; its URLs are empty where there is no such page. Of one that is counted, `first` is the place
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


def paginate_list(items: Sequence[Any], parameters: QueryDict) -> Page:
    """The page that `parameters["page"]` names of what is all there; nonsense is the first."""
    text = parameters.get("page", "1")
    last = max(1, -(-len(items) // PAGE_SIZE))
    number = min(max(int(text[:18]), 1), last) if text.isascii() and text.isdigit() else 1
    start = (number - 1) * PAGE_SIZE
    return Page(
        list(items[start : start + PAGE_SIZE]),
        previous_url=_url(parameters, "page", number - 1) if number > 1 else "",
        next_url=_url(parameters, "page", number + 1) if number < last else "",
        first=start + 1 if items else 0,
        total=len(items),
    )


def paginate(rows: QuerySet[Any], parameters: QueryDict, *, is_counted: bool = False) -> Page:
    """The page from the row on that `parameters["after"]` or `["before"]` names; nonsense is the first page. The rows'
    order goes one way and ends with what no two rows share: an index over it leads to the last page as fast as to the
    first."""
    order = _order(rows)

    def beyond(key: str, backwards: bool) -> Iterable[Any]:
        found = rows.reverse() if backwards else rows
        values = _values(rows.model, order, [unquote(text) for text in key.split(",")])
        return (found.filter(_beyond(order, values, backwards)) if values else found)[: PAGE_SIZE + 1]

    def key_of(row: Model) -> str:
        return ",".join(quote(str(value), safe=" :+") for value in _key(order, row))

    page = paginate_found(beyond, key_of, parameters)
    return _with_places(page, rows, parameters) if is_counted else page


def in_chunks(rows: QuerySet[Any], size: int) -> Iterator[list[Any]]:
    """All rows, so many at a time, each time by a query of its own: nothing is held open meanwhile."""
    order, further = _order(rows), rows
    while chunk := list(further[:size]):
        yield chunk
        if len(chunk) < size:
            return
        further = rows.filter(_beyond(order, _key(order, chunk[-1]), backwards=False))


def _with_places(page: Page, rows: QuerySet[Any], parameters: QueryDict) -> Page:
    """The page with the places of its rows, as far as its address tells how many stand before it."""
    text = parameters.get("at", "")
    first = int(text) if text.isascii() and text.isdigit() and len(text) < 10 and page.previous_url else 1
    if not page.items:
        return replace(page, total=0)
    # The last page says it without counting.
    total = first + len(page.items) - 1 if not page.next_url else rows.order_by()[: COUNTED + 1].count()
    return replace(
        page,
        first=first,
        total=total,
        next_url=page.next_url and f"{page.next_url}&at={first + len(page.items)}",
        previous_url=page.previous_url and f"{page.previous_url}&at={max(1, first - PAGE_SIZE)}",
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
    after, before = (parameters.get(name, "")[:LONGEST_KEY] for name in ("after", "before"))
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


def _order(rows: QuerySet[Any]) -> list[str]:
    return [str(name) for name in rows.query.order_by]


def _key(order: Sequence[str], row: Model) -> list[Any]:
    """The row's values by the order's columns."""
    return [attrgetter(name.lstrip("-").replace("__", "."))(row) for name in order]


def _values(model: type[Model], order: Sequence[str], texts: Sequence[str]) -> list[Any]:
    """The values of a key by the order's columns; none for nonsense."""
    if len(texts) != len(order):
        return []
    try:
        return [_field(model, name.lstrip("-")).to_python(text) for name, text in zip(order, texts, strict=True)]
    except ValidationError:
        return []


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    relation, _, rest = name.partition("__")
    field: Any = model._meta.get_field(relation)
    return _field(field.related_model, rest) if rest else field


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
    rest = without_place(parameters)
    rest[place] = str(value)
    return f"?{rest.urlencode()}"


def without_place(parameters: QueryDict) -> QueryDict:
    """What an address says beside where the page stands."""
    rest = parameters.copy()
    for name in _PLACES:
        rest.pop(name, None)
    return rest
