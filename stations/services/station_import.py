"""Many stations from one CSV file: every row is looked at before any is stored."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from stations import journal, live
from stations.domain.credentials import hash_password, new_password
from stations.models import Site, Station

# A password's hash takes milliseconds on purpose: this many take seconds.
MAX_ROWS = 1000
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 40
NEED_PASSWORD = (Station.SecurityProfile.BASIC, Station.SecurityProfile.TLS_BASIC)

# What a column may be called; case and spaces do not matter.
COLUMNS = {
    "identity": ("identity", "charge point id", "charge point identity", "chargeboxid", "station", "station id", "id"),
    "site": ("site", "location"),
    "name": ("name", "label"),
    "profile": ("profile", "security profile", "security_profile"),
    "password": ("password", "authorization key", "authorizationkey"),
    "vendor": ("vendor", "make", "manufacturer"),
    "model": ("model", "type"),
    "serial_number": ("serial number", "serial_number", "serial"),
}


class Unreadable(Exception):
    """The file as a whole makes no sense; the text says why."""


class NothingDone(Exception):
    """Rows are wrong, and only good ones were not asked for."""


@dataclass
class Row:
    """One line of the file, and what is wrong with it by column. `is_generated`: we made the password."""

    number: int
    identity: str
    site: Site | None = None
    name: str = ""
    security_profile: int = Station.SecurityProfile.BASIC
    password: str = ""
    is_generated: bool = False
    vendor: str = ""
    model: str = ""
    serial_number: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        return not self.errors


def decode(content: bytes) -> str:
    """The text of a file: UTF-8 with or without a mark, else what Excel saves in Western Europe."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def plan(*, text: str, sites: Iterable[Site], default_site: Site | None = None) -> list[Row]:
    """What an import would do, row by row; nothing is stored. `sites`: those where stations may be made.

    Raises Unreadable for a file without the column identity, without rows, or with more than MAX_ROWS.
    """
    lines = _lines(text)
    by_name = {_folded(site.name): site for site in sites}
    rows = [_row(number, values, by_name, default_site) for number, values in lines]
    _note_duplicates(rows)
    return rows


def _lines(text: str) -> list[tuple[int, dict[str, str]]]:
    """Each line that is not empty, with its number in the file, by our names of the columns."""
    text = text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\0", "")
    head = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = [_column(cell) for cell in next(reader, [])]
        lines = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise Unreadable(f"This is no CSV file: {error}.") from error
    if "identity" not in names:
        raise Unreadable("The first line must name the columns, and one of them must be “identity”.")
    if not lines:
        raise Unreadable("The file has no rows below its first line.")
    if len(lines) > MAX_ROWS:
        raise Unreadable(f"The file has {len(lines)} rows; {MAX_ROWS} at a time are possible.")
    return [
        (number, {name: cell.strip() for name, cell in zip(names, cells, strict=False) if name})
        for number, cells in lines
    ]


def _column(title: str) -> str:
    return next((name for name, titles in COLUMNS.items() if _folded(title) in titles), "")


def _folded(text: str) -> str:
    return " ".join(text.lower().split())


def _row(number: int, values: dict[str, str], sites: dict[str, Site], default_site: Site | None) -> Row:
    row = Row(number, values.get("identity", ""), site=default_site)
    for name in ("name", "vendor", "model", "serial_number", "password"):
        setattr(row, name, values.get(name, ""))
    if site := values.get("site"):
        row.site = sites.get(_folded(site))
        if row.site is None:
            row.errors["site"] = f"There is no site “{site}” where you may make stations."
    elif default_site is None:
        row.errors["site"] = "Name a site, or choose one for all rows without."
    _read_security(row, values.get("profile", ""))
    _check_fields(row)
    return row


def _read_security(row: Row, profile: str) -> None:
    if profile:
        if profile not in {str(value) for value in Station.SecurityProfile.values}:
            row.errors["profile"] = "A security profile is 0, 1, 2 or 3."
            return
        row.security_profile = int(profile)
    if row.password and not SHORTEST_PASSWORD <= len(row.password) <= LONGEST_PASSWORD:
        row.errors["password"] = f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
    if not row.password and row.security_profile in NEED_PASSWORD:
        row.password, row.is_generated = new_password(), True


def _check_fields(row: Row) -> None:
    try:
        _station(row).clean_fields(exclude=["site"])
    except ValidationError as error:
        for name, problems in error.message_dict.items():
            row.errors.setdefault(name, problems[0])


def _note_duplicates(rows: Sequence[Row]) -> None:
    counts = Counter(row.identity for row in rows)
    taken = set(Station.objects.filter(identity__in=list(counts)).values_list("identity", flat=True))
    for row in rows:
        if counts[row.identity] > 1:
            row.errors.setdefault("identity", "This identity stands in the file more than once.")
        if row.identity in taken:
            row.errors.setdefault("identity", "A station with this identity exists already.")


def _station(row: Row) -> Station:
    names = ("identity", "site", "name", "security_profile", "vendor", "model", "serial_number")
    return Station(**{name: getattr(row, name) for name in names})


def carry_out(*, rows: Sequence[Row], only_good: bool) -> list[Station]:
    """Make the stations, all in one transaction; rows with errors are left out where `only_good`.

    Raises NothingDone: where a row is wrong and good ones alone were not asked for, where none is good, or where
    somebody took an identity meanwhile.
    """
    good = [row for row in rows if row.is_good]
    if not good or (len(good) < len(rows) and not only_good):
        raise NothingDone("Nothing was stored: correct the rows with errors, or ask for the good ones only.")
    stations = []
    for row in good:
        station = _station(row)
        station.password_hash = hash_password(row.password) if row.password else ""
        stations.append(station)
    try:
        with transaction.atomic():
            for station in stations:
                station.save(force_insert=True)
                journal.record("station.created", subject_type="station", subject_id=station.pk)
    except IntegrityError as error:
        raise NothingDone("Nothing was stored: an identity was taken meanwhile. Look at the rows again.") from error
    live.nudge(*{live.organization_group(station.site.organization_id) for station in stations})
    return stations


def generated_passwords(rows: Iterable[Row]) -> str:
    """The passwords we made, as CSV; there is no second chance to see them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["identity", "password"])
    for row in rows:
        if row.is_good and row.is_generated:
            # A spreadsheet would take these for a formula.
            writer.writerow([f"'{row.identity}" if row.identity[0] in "=+-@" else row.identity, row.password])
    return text.getvalue()
