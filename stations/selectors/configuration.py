"""What stations should have and what they told: templates, desired values, drift."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer, memberships_granting
from stations.domain.configuration import (
    REPAIRABLE,
    Drift,
    Key,
    Template,
    Told,
    Traits,
    Wanted,
    compare,
    wanted_values,
)
from stations.domain.secrets import MASK
from stations.models import ConfigurationTemplate, Report, Station, Variable
from stations.selectors import visible_stations

COMPARED_AT_ONCE = 100
_UNKNOWN = ("UnknownKey", "UnknownComponent", "UnknownVariable", "NotSupportedAttributeType")


@dataclass(frozen=True, slots=True)
class Item:
    """One desired value of a station beside what it has. `variable`: what it told; None if nothing."""

    key: Key
    wanted: Wanted
    variable: Variable | None
    drift: Drift
    template: ConfigurationTemplate

    @property
    def is_repairable(self) -> bool:
        return self.drift in REPAIRABLE


def visible_templates(viewer: Viewer) -> QuerySet[ConfigurationTemplate]:
    """The templates of the viewer's organizations."""
    organizations = memberships_granting(viewer, Permission.VIEW_NETWORK).values("organization")
    return ConfigurationTemplate.objects.filter(organization__in=organizations).select_related("organization", "site")


def visible_variables(viewer: Viewer) -> QuerySet[Variable]:
    return Variable.objects.filter(station__in=visible_stations(viewer))


def visible_reports(viewer: Viewer) -> QuerySet[Report]:
    """Reports; those on customers only where the viewer may see id tokens."""
    reports = Report.objects.filter(station__in=visible_stations(viewer)).select_related("station")
    if memberships_granting(viewer, Permission.VIEW_TOKENS).exists():
        return reports
    return reports.exclude(kind=Report.Kind.CUSTOMER)


def drift_of(station: Station) -> list[Item]:
    """The desired values of one station, by component and name."""
    return drift_of_all([station]).get(station.pk, [])


def drift_of_all(stations: Sequence[Station]) -> dict[int, list[Item]]:
    """The desired values by station, in three queries; a station without any is left out. They need their site."""
    templates = _templates({station.site.organization_id for station in stations})
    wanted = {station.pk: _wanted(station, templates) for station in stations}
    names = {key.name for values in wanted.values() for key in values}
    told: dict[tuple[int, Key], Variable] = {}
    if names:
        for row in Variable.objects.filter(station__in=[pk for pk, values in wanted.items() if values], name__in=names):
            told[row.station_id, key_of(row)] = row
    rows = {template.pk: template for group in templates.values() for template, _ in group}
    return {
        station.pk: [
            _item(station, key, value, told.get((station.pk, key)), rows) for key, value in sorted(values.items())
        ]
        for station in stations
        if (values := wanted[station.pk])
    }


def _item(
    station: Station,
    key: Key,
    wanted: Wanted,
    row: Variable | None,
    templates: Mapping[int, ConfigurationTemplate],
) -> Item:
    drift = compare(wanted, _told(wanted, row) if row else None, booted_at=station.booted_at)
    return Item(key, wanted, row, drift, templates[wanted.template])


def drifting(viewer: Viewer, *, beyond: str = "", backwards: bool = False) -> Iterator[tuple[Station, list[Item]]]:
    """The viewer's stations that differ from what they should have, each with its differences, by identity, from the
    one `beyond` on or backwards. As long as somebody asks for the next one: a large network is not compared as a whole.
    """
    organizations = visible_templates(viewer).values("organization")
    stations = visible_stations(viewer).filter(site__organization__in=organizations)
    stations = stations.order_by("-identity" if backwards else "identity")
    further = "identity__lt" if backwards else "identity__gt"
    while batch := list(stations.filter(**{further: beyond})[:COMPARED_AT_ONCE]):
        yield from _differing(batch)
        beyond = batch[-1].identity


def _differing(stations: Sequence[Station]) -> list[tuple[Station, list[Item]]]:
    items = drift_of_all(stations)
    differences = [
        (station, [item for item in items.get(station.pk, []) if item.drift is not Drift.SAME]) for station in stations
    ]
    return [(station, differing) for station, differing in differences if differing]


def fitting_stations(template: ConfigurationTemplate) -> QuerySet[Station]:
    """The stations a template is for."""
    stations = Station.objects.filter(site__organization=template.organization_id).select_related("site")
    if template.site_id:
        stations = stations.filter(site=template.site_id)
    if template.vendor:
        stations = stations.filter(vendor__iexact=template.vendor)
    if template.model:
        stations = stations.filter(model__iexact=template.model)
    return stations.filter(protocol=template.protocol) if template.protocol else stations


def key_of(row: Variable) -> Key:
    return Key(*(getattr(row, name) for name in Key._fields))


Templates = dict[int, list[tuple[ConfigurationTemplate, Template]]]


def _templates(organizations: Iterable[int]) -> Templates:
    found: Templates = {}
    rows = ConfigurationTemplate.objects.filter(organization__in=set(organizations)).prefetch_related("entries")
    for row in rows:
        found.setdefault(row.organization_id, []).append((row, _plain(row)))
    return found


def _plain(row: ConfigurationTemplate) -> Template:
    values = {
        Key(*(getattr(entry, name) for name in Key._fields)): Wanted(
            value=entry.value,
            fingerprint=entry.fingerprint,
            is_secret=entry.sealed is not None,
            is_enforced=row.is_enforced,
            template=row.pk,
            changed_at=row.changed_at,
        )
        for entry in row.entries.all()
    }
    return Template(row.pk, row.site_id, row.vendor, row.model, row.protocol, values)


def _wanted(station: Station, templates: Templates) -> dict[Key, Wanted]:
    traits = Traits(station.site_id, station.vendor, station.model, station.protocol)
    return wanted_values([plain for _, plain in templates.get(station.site.organization_id, [])], traits)


def _told(wanted: Wanted, row: Variable) -> Told:
    return Told(
        value=row.value,
        # What it would not tell, a secret, and a row that only keeps a refusal of ours.
        is_readable=not (row.refusal or wanted.is_secret or row.value == MASK or row.mutability == "WriteOnly")
        and _was_told(row),
        is_readonly=row.is_readonly,
        is_unknown=row.refusal in _UNKNOWN,
        change_status=row.change_status,
        change_fingerprint=row.change_fingerprint,
        change_count=row.change_count,
        changed_at=row.changed_at,
    )


def _was_told(row: Variable) -> bool:
    """A refused change makes a row of a variable that was never told; its time is that of the refusal."""
    return bool(row.value or row.mutability) or row.reported_at != row.changed_at
