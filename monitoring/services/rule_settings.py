"""What organizations have set of the rules: read by the engine and the page of the rules, and changed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from drivers import clock
from drivers.formats import plain_number
from drivers.models import User
from monitoring.domain.alerting import Hysteresis
from monitoring.models import RuleSetting
from monitoring.rules.base import CLEAR_AFTER, QUIET, RAISE_AFTER, RETURNS_TO_FLAP, Rule
from stations.models import Site, Station

TIMING = (RAISE_AFTER, CLEAR_AFTER, RETURNS_TO_FLAP, QUIET)


@dataclass(frozen=True, slots=True)
class Settings:
    """Of one rule: what sites, then organizations, then the rule itself say."""

    rule: Rule
    of_site: Mapping[int, RuleSetting] = field(default_factory=dict)
    of_organization: Mapping[int, RuleSetting] = field(default_factory=dict)
    # Only of those sites whose organization has set something.
    organization_of: Mapping[int, int] = field(default_factory=dict)

    def threshold(self, name: str, site_id: int | None) -> Decimal:
        """Raises KeyError for a name that the rule does not have."""
        organization = self.organization_of.get(site_id) if site_id is not None else None
        return self.value(name, organization, site_id)

    def value(self, name: str, organization_id: int | None, site_id: int | None) -> Decimal:
        """What counts at a site, or in the organization where `site_id` is None."""
        threshold = next((one for one in self.rule.settable if one.name == name), None)
        if threshold is None:
            raise KeyError(name)
        for setting in self._levels(organization_id, site_id):
            found = read_value(setting.values.get(name))
            if found is not None:
                # It may have been set when more was allowed.
                return min(max(found, threshold.least), threshold.most)
        return threshold.default

    def hysteresis(self, organization_id: int | None, site_id: int | None) -> Hysteresis:
        """When what the rule finds there is told, and taken back."""
        said = {name: self.value(name, organization_id, site_id) for name in TIMING}
        return Hysteresis(
            timedelta(minutes=float(said[RAISE_AFTER])),
            timedelta(minutes=float(said[CLEAR_AFTER])),
            int(said[RETURNS_TO_FLAP]),
            timedelta(minutes=float(said[QUIET])),
        )

    def is_on(self, organization_id: int | None, site_id: int | None) -> bool:
        said = (setting.is_on for setting in self._levels(organization_id, site_id) if setting.is_on is not None)
        return next(said, True)

    def where_on(self, stations: QuerySet[Station]) -> QuerySet[Station]:
        """Those of the stations at which the rule is switched on."""
        off = [pk for pk, setting in self.of_organization.items() if setting.is_on is False]
        sites_off = [pk for pk, setting in self.of_site.items() if setting.is_on is False]
        sites_on = [pk for pk, setting in self.of_site.items() if setting.is_on]
        if off:
            stations = stations.filter(~Q(site__organization__in=off) | Q(site__in=sites_on))
        return stations.exclude(site__in=sites_off) if sites_off else stations

    def own(self, organization_id: int, site_id: int | None) -> RuleSetting | None:
        """What is set at just this place."""
        return self.of_organization.get(organization_id) if site_id is None else self.of_site.get(site_id)

    def _levels(self, organization_id: int | None, site_id: int | None) -> Iterable[RuleSetting]:
        if site_id is not None and site_id in self.of_site:
            yield self.of_site[site_id]
        if organization_id is not None and organization_id in self.of_organization:
            yield self.of_organization[organization_id]


def read_value(text: object) -> Decimal | None:
    """What a setting has of a threshold; None for nothing, and for what is no number any more."""
    try:
        return None if text is None else Decimal(str(text))
    except InvalidOperation:
        return None


def settings_of(rules: Collection[Rule]) -> dict[str, Settings]:
    """The settings of these rules by name, in two queries."""
    rows = list(RuleSetting.objects.filter(rule__in=[rule.name for rule in rules]))
    organizations = {row.organization_id for row in rows if row.site_id is None}
    owners = dict(Site.objects.filter(organization__in=organizations).values_list("pk", "organization"))
    return {
        rule.name: Settings(
            rule,
            {row.site_id: row for row in rows if row.rule == rule.name and row.site_id is not None},
            {row.organization_id: row for row in rows if row.rule == rule.name and row.site_id is None},
            owners,
        )
        for rule in rules
    }


def change(
    *,
    organization_id: int,
    site: Site | None,
    rule: Rule,
    is_on: bool | None,
    values: Mapping[str, Decimal | None],
    by: User,
) -> None:
    """Set what a rule is to do in an organization, or at a site of it; what is None is as it is one level up.

    It counts from the rule's next look on. Raises ValidationError for a name the rule lacks, or a figure out of bounds.
    """
    known = {threshold.name: threshold for threshold in rule.settable}
    for name, value in values.items():
        if name not in known:
            raise ValidationError({name: _("This rule has no such threshold.")})
        least, most = known[name].least, known[name].most
        if value is not None and not least <= value <= most:
            bounds = {"least": plain_number(least), "most": plain_number(most)}
            raise ValidationError({name: _("Enter a number from %(least)s to %(most)s.") % bounds})
    kept = {name: str(value) for name, value in values.items() if value is not None}
    place: dict[str, Any] = {"organization_id": organization_id, "site": site, "rule": rule.name}
    with transaction.atomic():
        if is_on is None and not kept:
            RuleSetting.objects.filter(**place).delete()
            return
        said: dict[str, Any] = {"is_on": is_on, "values": kept, "changed_by": by, "changed_at": clock.now()}
        RuleSetting.objects.update_or_create(**place, defaults=said)
