"""How stations should be configured: templates are kept, and stations brought in line with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers import audit
from drivers.models import AuditEntry, User
from stations import journal, live
from stations.domain.commands import OPEN_STATES, CommandKind
from stations.domain.configuration import Drift, Key, named
from stations.domain.secrets import MASK, is_secret_name
from stations.models import Command, ConfigurationEntry, ConfigurationTemplate, Station
from stations.selectors.configuration import Item, drift_of, drift_of_all, fitting_stations
from stations.services import commands
from stations.services.variables import fingerprint

# What a person may have tried again, and nobody else does.
_TRIED = frozenset({Drift.REFUSED, Drift.OVERRULED})
_BATCH = 200


def save_template(
    *, template: ConfigurationTemplate, entries: Sequence[Mapping[str, Any]] | None = None, **changes: Any
) -> ConfigurationTemplate:
    """Store a new template, or `changes` of a known one. Raises ValidationError.

    `entries` replace those it has; each is the columns of a Key, and `value`. A secret given as its mask stays.
    """
    for name, value in changes.items():
        setattr(template, name, value)
    if template.site is not None and template.site.organization_id != template.organization_id:
        raise ValidationError({"site": _("This site belongs to another organization.")})
    template.changed_at = timezone.now()
    template.clean_fields()
    try:
        with transaction.atomic():
            template.save()
            if entries is not None:
                _replace_entries(template, entries)
            _record(template, "configuration_template.changed")
    except IntegrityError as error:
        taken = {"name": _("Names of templates are unique, and a template names each variable once.")}
        raise ValidationError(taken) from error
    _nudge(template)
    return template


def _replace_entries(template: ConfigurationTemplate, entries: Sequence[Mapping[str, Any]]) -> None:
    known = list(template.entries.all())
    sealed = {_key(entry): entry for entry in known if entry.sealed is not None}
    rows = [_entry(template, given, sealed) for given in entries]
    for row in rows:
        row.clean_fields(exclude=["template"])
    template.entries.all().delete()
    ConfigurationEntry.objects.bulk_create(rows)
    before, after = _listed(known), _listed(rows)
    if before != after:
        audit.write(template, AuditEntry.Action.UPDATE, by=None, changes={"values": [before, after]})


def _listed(rows: Sequence[ConfigurationEntry]) -> str:
    """The values of a template as lines, secrets as their masks."""
    return "\n".join(sorted(f"{row} = {row.value}" for row in rows))


def _entry(
    template: ConfigurationTemplate, given: Mapping[str, Any], sealed: Mapping[Key, ConfigurationEntry]
) -> ConfigurationEntry:
    row = ConfigurationEntry(template=template, **given)
    kept = sealed.get(_key(row))
    if row.value == MASK:
        if kept is None:
            raise ValidationError({"entries": _("%(row)s: this is the mask of a secret, not a value.") % {"row": row}})
        row.sealed, row.fingerprint = kept.sealed, kept.fingerprint
        return row
    row.fingerprint = fingerprint(row.value)
    if is_secret_name(row.name) and row.value:
        row.sealed, row.value = commands.seal({"value": row.value}), MASK
    return row


def _key(row: ConfigurationEntry) -> Key:
    return Key(*(getattr(row, name) for name in Key._fields))


def delete_template(*, template: ConfigurationTemplate) -> None:
    """Remove a template; stations keep what they have."""
    with transaction.atomic():
        _record(template, "configuration_template.deleted")
        template.delete()
    _nudge(template)


def _record(template: ConfigurationTemplate, kind: str) -> None:
    journal.record(
        kind, subject_type="template", subject_id=template.pk, data={"organization": template.organization_id}
    )


def _nudge(template: ConfigurationTemplate) -> None:
    live.nudge(live.organization_group(template.organization_id))


def repair(*, station: Station, requested_by: User | None, include_refused: bool = False) -> Command | None:
    """Set what differs from the desired values; None where nothing does.

    `include_refused`: also what the station refused before.
    """
    tried = _TRIED if include_refused else frozenset()
    items = [item for item in drift_of(station) if item.is_repairable or item.drift in tried]
    return _set(station, items, requested_by)


def repair_enforced(*, stations: Sequence[Station]) -> int:
    """Set what differs from values that are enforced, unless that is under way; how many stations it concerned.

    A value the station refused, or overrules each time, is left alone until its template changes. A station that nobody
    has accepted yet is told nothing, least of all secrets.
    """
    repaired = 0
    known = [station for station in stations if _is_accepted(station)]
    drift, busy = drift_of_all(known), _with_open(CommandKind.SET_VARIABLES, known)
    for station in known:
        items = [item for item in drift.get(station.pk, []) if item.is_repairable and item.wanted.is_enforced]
        if items and station.pk not in busy:
            _set(station, items, None)
            repaired += 1
    return repaired


def repair_fitting(*, template: ConfigurationTemplate) -> int:
    """Bring the stations of an enforced template in line with it; how many it concerned."""
    if not template.is_enforced:
        return 0
    fitting = list(fitting_stations(template).order_by("pk"))
    batches = (fitting[start : start + _BATCH] for start in range(0, len(fitting), _BATCH))
    return sum(repair_enforced(stations=batch) for batch in batches)


def read_enforced(*, station: Station) -> Command | None:
    """Ask a station for the values that are enforced, unless that is under way; None where there are none."""
    items = [item for item in drift_of(station) if item.wanted.is_enforced] if _is_accepted(station) else []
    if not items or _with_open(CommandKind.GET_VARIABLES, [station]):
        return None
    values = {"variables": [named(item.key) for item in items]}
    return commands.request(station=station, kind=CommandKind.GET_VARIABLES, values=values, requested_by=None)


def _is_accepted(station: Station) -> bool:
    return station.registration == Station.Registration.ACCEPTED and station.quarantined_at is None


def _with_open(kind: CommandKind, stations: Sequence[Station]) -> set[int]:
    """Those of the stations that have a command of this kind open."""
    rows = Command.objects.filter(station__in=stations, kind=kind, state__in=OPEN_STATES)
    return set(rows.values_list("station_id", flat=True))


def _set(station: Station, items: Sequence[Item], requested_by: User | None) -> Command | None:
    if not items:
        return None
    sealed = _sealed(items)
    values = [
        named(item.key) | {"value": sealed.get((item.wanted.template, item.key), item.wanted.value)} for item in items
    ]
    return commands.request(
        station=station, kind=CommandKind.SET_VARIABLES, values={"variables": values}, requested_by=requested_by
    )


def _sealed(items: Sequence[Item]) -> dict[tuple[int, Key], str]:
    """The secrets among the desired values, in clear."""
    templates = {item.wanted.template for item in items if item.wanted.is_secret}
    rows = ConfigurationEntry.objects.filter(template__in=templates, sealed__isnull=False)
    return {(row.template_id, _key(row)): commands.unseal(bytes(row.sealed or b""))["value"] for row in rows}
