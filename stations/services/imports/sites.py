"""Sites with their hours and contacts from a CSV file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers import audit
from drivers.models import AuditEntry, Organization, User
from stations import journal, live
from stations.domain import csv_text, opening_hours, opening_hours_text
from stations.domain.csv_text import folded
from stations.models import Fact, Site, SiteContact
from stations.selectors.opening_hours_words import why
from stations.services.imports import MAX_ROWS, Action, NothingDone, Row, chunks, good_rows, note, problem_of

# As for stations: the first name is the one an export has.
COLUMNS = {
    "name": ("name", "site", "location"),
    "organization": ("organization", "operator"),
    "address": ("address", "street"),
    "city": ("city", "town"),
    "country": ("country",),
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "lng"),
    "timezone": ("time zone", "timezone"),
    "access": ("access",),
    "one_session_per_token": ("one session per token", "one_session_per_token"),
    "is_public": ("public", "is_public"),
    "is_active": ("active", "is_active"),
    "description": ("description",),
    "directions": ("directions",),
    "staff_note": ("staff note", "staff_note"),
    "opening_hours": ("opening hours", "opening_hours"),
    "contacts": ("contacts", "contact"),
}
_TEXTS = ("address", "city", "description", "directions", "staff_note")
_SWITCHES = ("one_session_per_token", "is_public", "is_active")
_YES, _NO = ("yes", "true", "1", "x", "ja", "oui"), ("no", "false", "0", "nein", "non")
_CONTACT = ("name", "role", "phone", "email", "note")
_HELPLINE = "helpline"


@dataclass
class SiteRow(Row):
    """`site`: the one to be made or changed; `contacts`: those it will have, where the file names any."""

    site: Site | None = None
    contacts: Sequence[Mapping[str, Any]] | None = None


def plan(*, text: str, organizations: Sequence[Organization], sites: Iterable[Site]) -> list[SiteRow]:
    """What an import would do, row by row; nothing is stored. `organizations`: where sites may be made; `sites`: those
    that may be changed, with their organizations and contacts.

    Raises csv_text.Unreadable.
    """
    lines = csv_text.read(text, COLUMNS, needed="name", most=MAX_ROWS)
    known = {(site.organization_id, folded(site.name)): site for site in sites}
    zones = available_timezones()
    rows = [_row(line, organizations, known, zones) for line in lines]
    counts = Counter((row.site.organization_id, folded(row.key)) for row in rows if row.site)
    for row in rows:
        if row.site and counts[row.site.organization_id, folded(row.key)] > 1:
            row.errors.setdefault("name", _("This site stands in the file more than once."))
    return rows


def _row(
    line: csv_text.Line,
    organizations: Sequence[Organization],
    known: Mapping[tuple[int, str], Site],
    zones: set[str],
) -> SiteRow:
    cells = line.cells
    row = SiteRow(line.number, cells.get("name", ""))
    owner = _owner(row, cells.get("organization", ""), organizations, known)
    if owner is None:
        return row
    found = known.get((owner.pk, folded(row.key)))
    row.is_new = found is None
    row.site = found or Site(organization=owner, name=row.key)
    for column in _TEXTS:
        if value := cells.get(column, ""):
            row.values[column] = value
    _read_position(row, cells)
    _read_choices(row, cells, zones)
    _read_hours(row, cells.get("opening_hours", ""))
    _read_contacts(row, cells.get("contacts", ""))
    _compare(row)
    return row


def _owner(
    row: SiteRow, name: str, organizations: Sequence[Organization], known: Mapping[tuple[int, str], Site]
) -> Organization | None:
    """Whose site it is: as the file says, else the only one there is."""
    owners = {owner.pk: owner for owner in [*organizations, *(site.organization for site in known.values())]}
    named = [owner for owner in owners.values() if not name or folded(name) in (folded(owner.slug), folded(owner.name))]
    if len(named) != 1:
        row.errors["organization"] = (
            _("There is no organization “%(name)s” whose sites you may change.") % {"name": name}
            if name
            else _("You work for several organizations: name one.")
        )
        return None
    if named[0] not in organizations and (named[0].pk, folded(row.key)) not in known:
        row.errors["organization"] = _("You may change sites there, but not make any.")
        return None
    return named[0]


def _read_position(row: SiteRow, cells: Mapping[str, str]) -> None:
    for column in ("latitude", "longitude"):
        text = cells.get(column, "").replace(",", ".")
        if not text:
            if row.is_new:
                row.errors[column] = _("A new site needs its position in degrees.")
            continue
        try:
            row.values[column] = round(Decimal(text), 6)
        except InvalidOperation:
            row.errors[column] = _("“%(text)s” is no number of degrees such as 52.52.") % {"text": text}


def _read_choices(row: SiteRow, cells: Mapping[str, str], zones: set[str]) -> None:
    for column in _SWITCHES:
        text = folded(cells.get(column, ""))
        if text in (*_YES, *_NO):
            row.values[column] = text in _YES
        elif text:
            row.errors[column] = _("This is “yes” or “no”.")
    if access := folded(cells.get("access", "")):
        if access not in Site.Access.values:
            row.errors["access"] = _("Access is “members” or “open”.")
        row.values["access"] = access
    if zone := cells.get("timezone", ""):
        if zone not in zones:
            row.errors["timezone"] = _("“%(zone)s” is no time zone such as Europe/Berlin.") % {"zone": zone}
        row.values["timezone"] = zone
    if country := cells.get("country", "").upper():
        if not (len(country) == 2 and country.isascii() and country.isalpha()):
            row.errors["country"] = _("A country is two letters, such as DE.")
        row.values["country"] = country


def _read_hours(row: SiteRow, text: str) -> None:
    if not text:
        return
    try:
        row.values["opening_hours"] = opening_hours.to_json(opening_hours_text.read(text))
    except opening_hours.Unreadable as error:
        row.errors["opening_hours"] = why(error)


def _read_contacts(row: SiteRow, text: str) -> None:
    """One a line: name | role | phone | email | note | helpline, of which only the name is needed."""
    if not text:
        return
    contacts: list[dict[str, Any]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        *parts, last = [part.strip() for part in line.split("|")]
        is_public = folded(last) == _HELPLINE
        values = dict(zip(_CONTACT, parts if is_public else [*parts, last], strict=False))
        contacts.append({**dict.fromkeys(_CONTACT, ""), **values, "is_public": is_public})
    for contact in contacts:
        try:
            SiteContact(**contact).clean_fields(exclude=["site"])
            if contact["email"]:
                validate_email(contact["email"])
        except ValidationError as error:
            row.errors["contacts"] = f"{contact['name'] or '?'}: {error.messages[0]}"
    row.contacts = contacts


def contacts_text(contacts: Iterable[SiteContact]) -> str:
    """As `_read_contacts` reads them."""
    return "\n".join(_contact_text({name: getattr(contact, name) for name in _FIELDS}) for contact in contacts)


_FIELDS = (*_CONTACT, "is_public")


def _contact_text(contact: Mapping[str, Any]) -> str:
    # A bar or a line break in one of them would be taken for the next.
    parts = [" ".join(str(contact[name]).replace("|", "/").split()) for name in _CONTACT]
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    return " | ".join([*parts, _HELPLINE] if contact["is_public"] else parts)


def _compare(row: SiteRow) -> None:
    site = row.site
    if site is None:
        return
    for column, value in row.values.items():
        note(row, column, _shown(column, getattr(site, column)), _shown(column, value))
        if problem := problem_of(Site, column, value):
            row.errors.setdefault(column, problem)
    if row.is_new and (problem := problem_of(Site, "name", row.key)):
        row.errors["name"] = problem
    if not row.is_new and row.contacts is not None:
        note(row, "contacts", contacts_text(site.contacts.all()), "\n".join(map(_contact_text, row.contacts)))


def _shown(column: str, value: Any) -> str:
    if column == "opening_hours":
        return opening_hours_text.write(opening_hours.from_json(value)) if value else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{Decimal(value):.6f}" if column in ("latitude", "longitude") and value is not None else str(value or "")


# --- Storing ---


def carry_out(*, rows: Sequence[SiteRow], only_good: bool, by: User | None) -> list[SiteRow]:
    """Make and change the sites, all in one transaction; returns the rows that did anything. Rows with errors are left
    out where `only_good`.

    Raises NothingDone.
    """
    good = [row for row in good_rows(rows, only_good=only_good) if row.action is not Action.SAME]
    try:
        with transaction.atomic():
            for some in chunks(good):
                _store(some)
            _write_down(good, by)
    except IntegrityError as error:
        raise NothingDone(_("Nothing was stored: a name was taken meanwhile. Look at the rows again.")) from error
    live.nudge(*{live.organization_group(row.site.organization_id) for row in good if row.site})
    return good


def _store(rows: Sequence[SiteRow]) -> None:
    for row in rows:
        for column, value in row.values.items():
            setattr(row.site, column, value)
    new = [row.site for row in rows if row.site and row.is_new]
    changed = [row.site for row in rows if row.site and not row.is_new]
    Site.objects.bulk_create(new)
    columns = [name for name in COLUMNS if name not in ("name", "organization", "contacts")]
    Site.objects.bulk_update(changed, columns)
    told = [row for row in rows if row.site and row.contacts is not None]
    SiteContact.objects.filter(site__in=[row.site for row in told]).delete()
    SiteContact.objects.bulk_create(
        SiteContact(site=row.site, **contact) for row in told for contact in row.contacts or ()
    )
    Fact.objects.bulk_create(
        journal.build("site.changed", subject_type="site", subject_id=site.pk) for site in [*new, *changed]
    )


def _write_down(rows: Sequence[SiteRow], by: User | None) -> None:
    """One entry in the audit log for each organization."""
    owners = {row.site.organization_id: row.site.organization for row in rows if row.site}
    for owner in owners.values():
        own = [row for row in rows if row.site and row.site.organization_id == owner.pk]
        made = sum(row.is_new for row in own)
        changes = {"sites made by import": ["", str(made)], "sites changed by import": ["", str(len(own) - made)]}
        audit.write(owner, AuditEntry.Action.UPDATE, by=by, changes=changes)
