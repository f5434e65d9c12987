"""Who is on call. The viewer is the first argument where one asks for themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from drivers.domain.roles import Permission
from drivers.models import User
from drivers.permissions import Viewer
from monitoring.domain.rota import EVERY_DAY, Hours, Layer, Override, Shift, on_call, shifts
from monitoring.domain.rota import Rota as Plan
from monitoring.models import Rota, RotaLayer, RotaTurn
from stations.permissions import organization_ids_granting


@dataclass(frozen=True, slots=True)
class Duty:
    """A shift with the person it is; None: a gap."""

    shift: Shift
    person: User | None


def visible_rotas(viewer: Viewer) -> QuerySet[Rota]:
    """Those of the organizations the viewer works for."""
    return with_parts().filter(organization__in=organization_ids_granting(viewer, Permission.VIEW_NETWORK))


def with_parts() -> QuerySet[Rota]:
    """Rotas with all that says who is on call."""
    turns = Prefetch("turns", RotaTurn.objects.select_related("person").order_by("order", "id"))
    layers = Prefetch("layers", RotaLayer.objects.prefetch_related(turns).order_by("order", "id"))
    return Rota.objects.select_related("organization").prefetch_related(layers, "overrides__person").order_by("name")


def plan_of(rota: Rota) -> Plan:
    """The rota as the domain reckons with it."""
    layers = [
        Layer(
            people=tuple(turn.person_id for turn in layer.turns.all()),
            starts_on=layer.starts_on,
            handover=layer.handover,
            days=layer.days,
            hours=Hours(layer.hours_from, layer.hours_until, frozenset(layer.weekdays) or EVERY_DAY),
        )
        for layer in rota.layers.all()
    ]
    overrides = [Override(row.starts_at, row.ends_at, row.person_id) for row in rota.overrides.all()]
    return Plan(ZoneInfo(rota.timezone), layers, overrides)


def person_on_call(rota: Rota, at: datetime) -> User | None:
    """Who is on call; None: nobody."""
    found = with_parts().get(pk=rota.pk)
    pk = on_call(plan_of(found), at)
    return people_of([found]).get(pk) if pk else None


def duties(rota: Rota, start: datetime, end: datetime) -> list[Duty]:
    """Who is on call from `start` to `end`, gaps among them; `rota` comes with its parts."""
    known = people_of([rota])
    return [Duty(shift, known.get(shift.person or 0)) for shift in shifts(plan_of(rota), start, end)]


def people_of(rotas: Sequence[Rota]) -> dict[int, User]:
    """Everybody in rotas that come with their parts."""
    turns = {turn.person_id: turn.person for rota in rotas for layer in rota.layers.all() for turn in layer.turns.all()}
    return turns | {row.person_id: row.person for rota in rotas for row in rota.overrides.all()}


def next_turn(rota: Rota, person: User, now: datetime) -> Duty | None:
    """The person's turn that runs, or the next one within two weeks; `rota` comes with its parts."""
    if person.pk not in people_of([rota]):
        return None
    coming = duties(rota, now, now + timedelta(days=14))
    return next((duty for duty in coming if duty.person == person), None)
