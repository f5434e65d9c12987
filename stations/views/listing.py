"""What the console's lists have in common: filters, columns that a person chooses, pages, views, a CSV file."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from drivers.domain.roles import GRANTS, Permission, Role
from drivers.permissions import Viewer
from stations import live
from stations.forms.filters import Filter
from stations.models import Station
from stations.selectors.saved_views import changeable_views, visible_views
from stations.views.csv_files import csv_file
from stations.views.pages import ConsoleRequest, render_page
from stations.views.paging import Page, in_chunks, paginate, without_place
from stations.views.wording import Text

M = TypeVar("M", bound=Model)
R = TypeVar("R")
# Rows of a CSV file that are read at a time.
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """`text` is what stands in a cell, `under` what stands small below it. `values`: its columns in a CSV file by their
    headers, which name the unit. `is_state`: on a phone it stands beside the row's name."""

    key: str
    label: Text
    text: Callable[[R], object]
    values: Mapping[str, Callable[[R], object]]
    under: Callable[[R], object] | None = None
    css: str = ""
    is_default: bool = True
    is_state: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its heading stands at the end, as its cells do."""
        return self.css.startswith("end")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is shown."""

    column: Column[Any]
    text: object
    under: object


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is shown: its first cell leads to `url`. `key`: what it is selected by."""

    url: str
    cells: list[Cell]
    key: str
    shown: object


class Listing(Generic[M, R]):
    """A list: `M` is what the database has, `R` what is shown of it. The first column is always shown."""

    name: ClassVar[str]
    url_name: ClassVar[str]
    title: ClassVar[Text]
    about: ClassVar[Text]
    icon: ClassVar[str]
    nothing: ClassVar[Text]
    nothing_about: ClassVar[Text]
    columns: tuple[Column[R], ...]
    # What tells a row from all others: the first columns of a CSV file.
    ids: Mapping[str, Callable[[R], object]]
    template: ClassVar[str] = "stations/list.html"
    permission: ClassVar[Permission] = Permission.VIEW_NETWORK
    # Of the names of rows, such as an identity.
    lead_css: ClassVar[str] = ""
    is_live: ClassVar[bool] = True
    # Whether rows are ticked, and something is done with all that are.
    is_selectable: ClassVar[bool] = False
    # Who may, and the bar that appears then.
    selecting: ClassVar[Permission] = Permission.COMMAND
    selection: ClassVar[str] = "components/selection.html"
    # A template that shows more of a row below it.
    detail: ClassVar[str] = ""
    # What stands in the place that filters and news change.
    results_template: ClassVar[str] = "components/results.html"

    def __init_subclass__(cls) -> None:
        if "url_name" in cls.__dict__:
            LISTINGS[cls.name] = cls()

    def form(self, parameters: QueryDict, viewer: Viewer) -> Filter:
        """The filter bar."""
        raise NotImplementedError

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[M]:
        """What the viewer sees, narrowed by the filter's values, in an order that pages can follow."""
        raise NotImplementedError

    def rows(self, viewer: Viewer, found: Sequence[M]) -> list[R]:
        """What is shown of them, in a few queries, however many they are."""
        raise NotImplementedError

    def url(self, row: R) -> str:
        """The page of a row; empty where there is none."""
        return ""

    def key(self, row: R) -> str:
        """What a row is selected by, such as the identity of its station; empty where none can be."""
        return ""

    def stations(self, viewer: Viewer, parameters: QueryDict) -> QuerySet[Station]:
        """The stations of all that an address finds."""
        raise NotImplementedError

    def page(self, viewer: Viewer, values: Mapping[str, Any], parameters: QueryDict) -> Page:
        """The page that the address asks for."""
        return paginate(self.find(viewer, values), parameters, is_counted=True)

    def groups(self, organization_ids: Sequence[int], found: Sequence[M]) -> set[str]:
        """Whose news concern what is shown."""
        return {live.organization_group(pk) for pk in organization_ids} if self.is_live else set()

    def chunks(self, viewer: Viewer, values: Mapping[str, Any]) -> Iterator[Sequence[M]]:
        """All that is found, in the parts in which a file is written."""
        return in_chunks(self.find(viewer, values), CHUNK)

    def more(self, viewer: Viewer, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the list's own template shows beside its rows."""
        return {}

    def chosen(self, keys: Sequence[str]) -> list[Column[R]]:
        """The columns with these keys, in the list's order; the usual ones where there are none."""
        further = [column for column in self.columns[1:] if column.key in keys]
        return [self.columns[0], *(further or [column for column in self.columns[1:] if column.is_default])]

    def without(self, rows: Iterable[R], *keys: str, first: str = "") -> "Table":
        """These rows with the usual columns but some: where the page has said them already. `first`: the column that
        names them there."""
        named = [column for column in self.columns if column.key == first]
        return self.table(rows, [*named, *(column for column in self.chosen(()) if column.key not in keys)])

    def table(self, rows: Iterable[R], columns: Sequence[Column[R]], *, is_selectable: bool = False) -> "Table":
        """These rows with these columns; `is_selectable`: with boxes to tick."""
        return Table(self, columns, [self._shown(row, columns) for row in rows], is_selectable)

    def _shown(self, row: R, columns: Sequence[Column[R]]) -> Row:
        cells = [Cell(c, c.text(row), c.under(row) if c.under else "") for c in columns]
        return Row(self.url(row), cells, self.key(row), row)


# Every list by its name, whichever app it is of.
LISTINGS: dict[str, Listing[Any, Any]] = {}


@dataclass(frozen=True, slots=True)
class Table:
    """What components/table.html shows."""

    listing: Listing[Any, Any]
    columns: Sequence[Column[Any]]
    rows: list[Row]
    is_selectable: bool


def kilo(value: float | None) -> float | None:
    """A thousandth, as files have it: kW of W, kWh of Wh."""
    return None if value is None else round(value / 1000, 3)


def show(request: ConsoleRequest, listing: Listing[Any, Any]) -> HttpResponseBase:
    """The list as the address has it; with `format=csv` all of its rows as a file."""
    granted = {permission for m in request.memberships for permission in GRANTS[Role(m.role)]}
    if listing.permission not in granted:
        raise PermissionDenied(_("Your role does not include this list."))
    query = view_query(request.GET)
    views = list(visible_views(request.user).filter(list=listing.name))
    current = next((view for view in views if view.query == query), None)
    form = listing.form(request.GET, request.user)
    values = form.values()
    columns = listing.chosen(",".join(request.GET.getlist("columns")).split(","))
    if request.GET.get("format") == "csv":
        return _file(request, listing, values, columns)
    is_selectable = listing.is_selectable and listing.selecting in granted
    page = listing.page(request.user, values, request.GET)
    groups = listing.groups([m.organization_id for m in request.memberships], page.items)
    context = {
        "listing": listing,
        "form": form,
        "is_filtered": bool(values),
        "page": page,
        "table": listing.table(listing.rows(request.user, page.items), columns, is_selectable=is_selectable),
        "usual": ",".join(column.key for column in listing.chosen(())[1:]),
        "query": query,
        "views": views,
        "current_view": current,
        "may_change_view": current in changeable_views(request.user).filter(list=listing.name) if current else False,
        "live_groups": " ".join(sorted(groups)),
        "export_url": _with(request.GET, format="csv"),
        "clear_url": _only(request.GET, "columns"),
        **listing.more(request.user, values),
    }
    return render_page(request, listing.template, context, fragments={"results": listing.results_template})


def _file(
    request: ConsoleRequest, listing: Listing[M, R], values: Mapping[str, Any], columns: Sequence[Column[R]]
) -> HttpResponseBase:
    values_of = [*listing.ids.items(), *(named for column in columns for named in column.values.items())]

    def chunks() -> Iterator[list[list[object]]]:
        yield [[header for header, _value in values_of]]
        for found in listing.chunks(request.user, values):
            yield [[value(row) for _header, value in values_of] for row in listing.rows(request.user, found)]

    return csv_file(request, chunks(), name=f"{listing.name}-{timezone.now():%Y-%m-%d}.csv")


def view_query(parameters: QueryDict) -> str:
    """What an address says beside where the page stands, in one order: what a view keeps."""
    rest = without_place(parameters)
    return urlencode(sorted((name, value) for name, values in rest.lists() for value in values if value))


def _with(parameters: QueryDict, **more: str) -> str:
    """The page's address with something more, and without the place where it stands."""
    rest = without_place(parameters)
    rest.update(more)
    return f"?{rest.urlencode()}"


def _only(parameters: QueryDict, name: str) -> str:
    rest = QueryDict(mutable=True)
    rest.setlist(name, parameters.getlist(name))
    return f"?{rest.urlencode()}"
