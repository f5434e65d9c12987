"""Stations with their EVSEs from a CSV file."""

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers import audit
from drivers.models import AuditEntry, User
from stations import journal, live
from stations.domain import csv_text, outlets
from stations.domain.credentials import hash_password, new_password
from stations.domain.csv_text import defused, folded
from stations.domain.outlets import Outlet, Plug
from stations.models import Connector, Evse, Fact, Site, Station
from stations.services.imports import MAX_ROWS, Action, NothingDone, Row, chunks, good_rows, note, problem_of
from stations.services.provisioning import NEED_PASSWORD

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 40

# What a column may be called; case and spaces do not matter. The first name is the one an export has.
COLUMNS = {
    "identity": ("identity", "charge point id", "charge point identity", "chargeboxid", "station", "station id", "id"),
    "organization": ("organization", "operator"),
    "site": ("site", "location"),
    "name": ("name", "label"),
    "profile": ("profile", "security profile", "security_profile"),
    "password": ("password", "authorization key", "authorizationkey"),
    "vendor": ("vendor", "make", "manufacturer"),
    "model": ("model", "type"),
    "serial_number": ("serial number", "serial_number", "serial"),
    "evses": ("evses", "evse", "connectors"),
}
# What a charger says itself as soon as it boots.
_NAMEPLATE = ("vendor", "model", "serial_number")
# What people say of it, and what that is called in the table.
_PEOPLES = ("site", "name", "profile")
_COLUMN = {"profile": "security_profile"}


@dataclass
class StationRow(Row):
    """`station`: the one to be made or changed; `is_generated`: we made the password; `outlets`: the EVSEs it will
    have, where the file names any."""

    station: Station | None = None
    site: Site | None = None
    password: str = ""
    is_generated: bool = False
    outlets: Sequence[Outlet] | None = None

    @property
    def identity(self) -> str:
        return self.key

    @property
    def name(self) -> str:
        return str(self.values.get("name", self.station.name if self.station else ""))

    @property
    def security_profile(self) -> int:
        return int(self.values.get("security_profile", Station.SecurityProfile.BASIC))


def plan(*, text: str, sites: Iterable[Site], default_site: Site | None = None) -> list[StationRow]:
    """What an import would do, row by row; nothing is stored. `sites`: those where stations may be made and changed,
    with their organizations; `default_site`: where a new one stands that names none.

    Raises csv_text.Unreadable.
    """
    lines = csv_text.read(text, COLUMNS, needed="identity", most=MAX_ROWS)
    reader = _Reader(list(sites), default_site, _known(line.cells.get("identity", "") for line in lines))
    rows = [reader.row(line) for line in lines]
    counts = Counter(row.identity for row in rows)
    for row in rows:
        if counts[row.identity] > 1:
            row.errors.setdefault("identity", _("This identity stands in the file more than once."))
    return rows


def _known(identities: Iterable[str]) -> dict[str, Station]:
    stations = Station.objects.select_related("site").prefetch_related("evses__connectors")
    return {
        station.identity: station for some in chunks(set(identities)) for station in stations.filter(identity__in=some)
    }


class _Reader:
    """Makes rows of lines."""

    def __init__(self, sites: Sequence[Site], default_site: Site | None, known: dict[str, Station]) -> None:
        self._default_site = default_site
        self._known = known
        self._managed = {site.pk: site for site in sites}
        self._by_name: dict[tuple[str, str], list[Site]] = {}
        for site in sites:
            for organization in {"", folded(site.organization.slug), folded(site.organization.name)}:
                self._by_name.setdefault((organization, folded(site.name)), []).append(site)

    def row(self, line: csv_text.Line) -> StationRow:
        cells = line.cells
        row = StationRow(line.number, cells.get("identity", ""))
        known = self._known.get(row.identity)
        if known is not None and known.site_id not in self._managed:
            row.errors["identity"] = _("A station with this identity exists already, where you may not change it.")
            return row
        row.is_new = known is None
        row.station = known or Station(identity=row.identity)
        row.site = self._site(row, cells, known)
        _read_columns(row, cells)
        _read_profile(row, cells.get("profile", ""), cells.get("password", ""))
        _read_outlets(row, cells.get("evses", ""))
        return row

    def _site(self, row: StationRow, cells: Any, known: Station | None) -> Site | None:
        """Where the station is to stand; where that is not known, the row says so."""
        name = cells.get("site", "")
        if not name:
            if known is None and self._default_site is None:
                row.errors["site"] = _("Name a site, or choose one for all rows without.")
            return self._managed[known.site_id] if known else self._default_site
        found = self._by_name.get((folded(cells.get("organization", "")), folded(name)), [])
        if not found:
            row.errors["site"] = _("There is no site “%(site)s” where you may make stations.") % {"site": name}
        elif len(found) > 1:
            row.errors["site"] = _("Several sites are called “%(site)s”: name the organization too.") % {"site": name}
        elif known and found[0].organization_id != self._managed[known.site_id].organization_id:
            row.errors["site"] = _("A station stays with its organization.")
        elif known:
            note(row, "site", self._managed[known.site_id].name, found[0].name)
        return found[0] if found else None


def _read_columns(row: StationRow, cells: Any) -> None:
    """What is plain text. A charger's own word for its make counts more than a file's."""
    station = row.station
    if station is None:
        return
    if row.is_new:
        _check(row, "identity", row.identity)
    names = ("name",) if station.booted_at else ("name", *_NAMEPLATE)
    for name in names:
        if value := cells.get(name, ""):
            note(row, name, getattr(station, name), value)
            row.values[name] = value
            _check(row, name, value)


def _check(row: StationRow, name: str, value: str) -> None:
    if problem := problem_of(Station, name, value):
        row.errors[name] = problem


def _read_profile(row: StationRow, profile: str, password: str) -> None:
    station = row.station
    if station is None:
        return
    if profile and profile not in {str(value) for value in Station.SecurityProfile.values}:
        row.errors["profile"] = _("A security profile is 0, 1, 2 or 3.")
        return
    wanted = int(profile) if profile else station.security_profile
    note(row, "profile", station.security_profile, wanted)
    row.values["security_profile"] = wanted
    if password and not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        row.errors["password"] = _("A password has %(shortest)d to %(longest)d characters.") % {
            "shortest": SHORTEST_PASSWORD,
            "longest": LONGEST_PASSWORD,
        }
    if not password and wanted in NEED_PASSWORD and not station.password_hash:
        password, row.is_generated = new_password(), True
    row.password = password
    if password and not row.is_new:
        row.changes["password"] = ("••••••" if station.password_hash else "", "••••••")


def _read_outlets(row: StationRow, text: str) -> None:
    if row.station is None or not text:
        return
    before = outlets_of(row.station) if row.station.pk else ()
    try:
        after = outlets.merged(before, outlets.read(text))
    except outlets.Unreadable as error:
        row.errors["evses"] = str(error)
        return
    note(row, "evses", outlets.write(before), outlets.write(after))
    row.outlets = after


def outlets_of(station: Station) -> tuple[Outlet, ...]:
    """The EVSEs of a station fetched with its EVSEs and connectors."""
    return tuple(
        Outlet(evse.number, evse.max_power_w, tuple(Plug(plug.type, plug.ocpp16_id) for plug in evse.connectors.all()))
        for evse in station.evses.all()
    )


# --- Storing ---


def carry_out(*, rows: Sequence[StationRow], only_good: bool, by: User | None) -> list[StationRow]:
    """Make and change the stations, all in one transaction; returns the rows that did anything. Rows with errors are
    left out where `only_good`.

    Raises NothingDone.
    """
    good = [row for row in good_rows(rows, only_good=only_good) if row.action is not Action.SAME]
    with_password = [row for row in good if row.password]
    # On all cores: a hash takes milliseconds on purpose.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashes = pool.map(hash_password, [row.password for row in with_password])
        for row, hashed in zip(with_password, hashes, strict=True):
            row.values["password_hash"] = hashed
    try:
        with transaction.atomic():
            for some in chunks(good):
                _store(some)
            _write_down(good, by)
    except IntegrityError as error:
        raise NothingDone(_("Nothing was stored: an identity was taken meanwhile. Look at the rows again.")) from error
    organizations = {row.site.organization_id for row in good if row.site}
    live.nudge(*(live.organization_group(organization) for organization in organizations))
    return good


def _store(rows: Sequence[StationRow]) -> None:
    """A chunk of them, in as many queries as for one."""
    new: list[Station] = []
    changed: dict[int, Station] = {}
    for row in rows:
        station = row.station
        if station is None or row.site is None:
            continue
        station.site = row.site
        for name, value in row.values.items():
            setattr(station, name, value)
        if row.is_new:
            new.append(station)
        else:
            changed[row.number] = station
    Station.objects.bulk_create(new)
    # The edge writes the other columns meanwhile.
    for columns in (_PEOPLES, _NAMEPLATE):
        touched = [row.number for row in rows if row.number in changed and not row.changes.keys().isdisjoint(columns)]
        Station.objects.bulk_update(
            [changed[number] for number in touched], [_COLUMN.get(name, name) for name in columns]
        )
    rekeyed = [row.station for row in rows if row.station and not row.is_new and "password_hash" in row.values]
    for station in rekeyed:
        # What a rotation left is good no longer.
        station.next_password_hash = station.previous_password_hash = ""
    Station.objects.bulk_update(rekeyed, ["password_hash", "next_password_hash", "previous_password_hash"])
    _store_outlets([row for row in rows if row.outlets is not None])
    Fact.objects.bulk_create(
        [_fact("station.created", station) for station in new]
        + [_fact("station.changed", station) for station in changed.values()]
    )


def _fact(kind: str, station: Station) -> Fact:
    return journal.build(kind, subject_type="station", subject_id=station.pk)


def _store_outlets(rows: Sequence[StationRow]) -> None:
    wanted = [(row.station, outlet) for row in rows if row.station for outlet in row.outlets or ()]
    stations = [station.pk for station, _outlet in wanted]
    known = {(evse.station_id, evse.number): evse for evse in Evse.objects.filter(station__in=stations)}
    by_power: dict[int | None, list[int]] = {}
    for station, outlet in wanted:
        evse = known.get((station.pk, outlet.number))
        if evse is None:
            known[station.pk, outlet.number] = Evse(
                station=station, number=outlet.number, max_power_w=outlet.max_power_w
            )
        elif evse.max_power_w != outlet.max_power_w:
            by_power.setdefault(outlet.max_power_w, []).append(evse.pk)
    Evse.objects.bulk_create([evse for evse in known.values() if evse.pk is None])
    # There are few powers, and many EVSEs of each.
    for power, evses in by_power.items():
        Evse.objects.filter(pk__in=evses).update(max_power_w=power)
    _store_plugs([(known[station.pk, outlet.number], outlet) for station, outlet in wanted])


def _store_plugs(wanted: Sequence[tuple[Evse, Outlet]]) -> None:
    plugs: dict[int, list[Connector]] = {}
    for plug in Connector.objects.filter(evse__in=[evse.pk for evse, _outlet in wanted]).order_by("evse", "number"):
        plugs.setdefault(plug.evse_id, []).append(plug)
    new: list[Connector] = []
    changed: list[Connector] = []
    for evse, outlet in wanted:
        there = plugs.get(evse.pk, [])
        last = there[-1].number if there else 0
        for plug, told in zip(there, outlet.plugs, strict=False):
            if (plug.type, plug.ocpp16_id) != (told.type, told.ocpp16_id):
                plug.type, plug.ocpp16_id = told.type, told.ocpp16_id
                changed.append(plug)
        for step, told in enumerate(outlet.plugs[len(there) :], 1):
            values = {"type": told.type, "ocpp16_id": told.ocpp16_id, "number": last + step}
            new.append(Connector(evse=evse, station_id=evse.station_id, **values))
    Connector.objects.bulk_update(changed, ["type", "ocpp16_id"])
    Connector.objects.bulk_create(new)


def _write_down(rows: Sequence[StationRow], by: User | None) -> None:
    """One entry in the audit log for each organization."""
    owners = {row.site.organization_id: row.site.organization for row in rows if row.site}
    for owner in owners.values():
        own = [row for row in rows if row.site and row.site.organization_id == owner.pk]
        made = sum(row.is_new for row in own)
        changes = {"stations made by import": ["", str(made)], "stations changed by import": ["", str(len(own) - made)]}
        audit.write(owner, AuditEntry.Action.UPDATE, by=by, changes=changes)


def generated_passwords(rows: Iterable[StationRow]) -> str:
    """The passwords we made, as CSV; there is no second chance to see them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["identity", "password"])
    writer.writerows([defused(row.identity), row.password] for row in rows if row.is_good and row.is_generated)
    return text.getvalue()
