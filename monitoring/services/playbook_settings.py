"""What organizations want of self-repair: read by whoever begins a run, and changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.models import User
from monitoring.domain import playbooks as domain
from monitoring.domain.playbooks import LONGEST_WAIT, MOST_PER_DAY, STARTS, Mode, Planned, Step
from monitoring.models import Playbook
from stations.models import Site


@dataclass(frozen=True, slots=True)
class Settings:
    """Of all organizations: what sites, then organizations, then Busbar say."""

    of_site: Mapping[int, Playbook] = field(default_factory=dict)
    of_organization: Mapping[int, Playbook] = field(default_factory=dict)

    def at(self, organization_id: int, site_id: int | None) -> domain.Playbook:
        """What counts at a site, or in the organization where `site_id` is None."""
        rows = [self.of_site.get(site_id) if site_id is not None else None, self.of_organization.get(organization_id)]
        usual = domain.Playbook()
        mode, rules, steps, per_day = (_first(rows, name) for name in ("mode", "rules", "steps", "per_day"))
        return domain.Playbook(
            mode=usual.mode if mode is None else Mode(mode),
            rules=usual.rules if rules is None else frozenset(rules) & STARTS.keys(),
            steps=usual.steps if steps is None else read_steps(steps),
            per_day=usual.per_day if per_day is None else per_day,
        )


def _first(rows: Sequence[Playbook | None], name: str) -> Any:
    said = (getattr(row, name) for row in rows if row is not None)
    return next((value for value in said if value is not None), None)


def settings() -> Settings:
    """All of them, in one query: rows are few."""
    rows = list(Playbook.objects.all())
    return Settings(
        {row.site_id: row for row in rows if row.site_id is not None},
        {row.organization_id: row for row in rows if row.site_id is None},
    )


def read_steps(kept: Sequence[Mapping[str, Any]]) -> tuple[Planned, ...]:
    """Steps as rows keep them."""
    return tuple(Planned(Step(one["step"]), timedelta(seconds=one["wait_s"])) for one in kept)


def kept_steps(steps: Sequence[Planned]) -> list[dict[str, Any]]:
    """Steps as rows keep them."""
    return [{"step": one.step.value, "wait_s": int(one.wait.total_seconds())} for one in steps]


def change(
    *,
    organization_id: int,
    site: Site | None,
    mode: Mode | None,
    rules: Sequence[str] | None,
    steps: Sequence[Planned] | None,
    per_day: int | None,
    by: User,
) -> None:
    """Set what self-repair is to do in an organization, or at a site of it; what is None is as it is one level up.

    Runs that go on keep their steps; one whose mode is changed stops before its next. Raises ValidationError.
    """
    _check(rules, steps, per_day)
    place: dict[str, Any] = {"organization_id": organization_id, "site": site}
    said: dict[str, Any] = {
        "mode": mode,
        "rules": sorted(rules) if rules is not None else None,
        "steps": kept_steps(steps) if steps is not None else None,
        "per_day": per_day,
    }
    with transaction.atomic():
        row = Playbook.objects.filter(**place).first()
        if all(value is None for value in said.values()):
            if row is not None:
                row.delete()
            return
        row = row or Playbook(**place)
        for name, value in said.items():
            setattr(row, name, value)
        row.changed_by, row.changed_at = by, clock.now()
        row.save()


def _check(rules: Sequence[str] | None, steps: Sequence[Planned] | None, per_day: int | None) -> None:
    if rules is not None and (unknown := sorted(set(rules) - STARTS.keys())):
        raise ValidationError({"rules": _("No run can begin by %(rules)s.") % {"rules": ", ".join(unknown)}})
    if per_day is not None and not 0 <= per_day <= MOST_PER_DAY:
        raise ValidationError({"per_day": _("Enter a number from 0 to %(most)d.") % {"most": MOST_PER_DAY}})
    if steps is None:
        return
    if not steps:
        raise ValidationError({"steps": _("Choose at least one step, or switch self-repair off.")})
    if not domain.in_order(steps):
        raise ValidationError({"steps": _("Each step at most once, and in the order of how much it disturbs.")})
    if any(not timedelta(0) <= planned.wait <= LONGEST_WAIT for planned in steps):
        raise ValidationError({"steps": _("Wait at most twelve hours for a cure.")})
