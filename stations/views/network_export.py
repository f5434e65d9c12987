"""The network as CSV files that can be changed in a spreadsheet and imported again."""

from collections.abc import Iterator, Sequence

from django.http import HttpResponseBase

from stations.domain import outlets
from stations.models import Site, Station
from stations.selectors.network_export import exported_sites, exported_stations, hours_text
from stations.services.imports import sites, stations
from stations.views.csv_files import csv_file
from stations.views.pages import ConsoleRequest, console

_SITE_COLUMNS = tuple(sites.COLUMNS)
# A password is known to nobody but its charger.
_STATION_COLUMNS = tuple(column for column in stations.COLUMNS if column != "password")


@console
def sites_csv(request: ConsoleRequest) -> HttpResponseBase:
    """All sites the viewer sees."""
    return csv_file(request, _with_head(sites.COLUMNS, _SITE_COLUMNS, _site_rows(request)), name="sites.csv")


@console
def stations_csv(request: ConsoleRequest) -> HttpResponseBase:
    """All stations the viewer sees, with their EVSEs."""
    return csv_file(
        request, _with_head(stations.COLUMNS, _STATION_COLUMNS, _station_rows(request)), name="stations.csv"
    )


Rows = Sequence[Sequence[object]]


def _with_head(titles: dict[str, tuple[str, ...]], columns: Sequence[str], chunks: Iterator[Rows]) -> Iterator[Rows]:
    yield [[titles[column][0] for column in columns]]
    yield from chunks


def _site_rows(request: ConsoleRequest) -> Iterator[Rows]:
    for some in exported_sites(request.user):
        yield [[_of_site(site, column) for column in _SITE_COLUMNS] for site in some]


def _of_site(site: Site, column: str) -> object:
    if column == "opening_hours":
        return hours_text(site)
    if column == "contacts":
        return sites.contacts_text(site.contacts.all())
    if column == "organization":
        return site.organization.slug
    value = getattr(site, column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return float(value) if column in ("latitude", "longitude") else value


def _station_rows(request: ConsoleRequest) -> Iterator[Rows]:
    for some in exported_stations(request.user):
        yield [_of_station(station) for station in some]


def _of_station(station: Station) -> list[object]:
    values: dict[str, object] = {
        "organization": station.site.organization.slug,
        "site": station.site.name,
        "profile": station.security_profile,
        "evses": outlets.write(stations.outlets_of(station)),
    }
    return [values.get(column, getattr(station, column, "")) for column in _STATION_COLUMNS]
