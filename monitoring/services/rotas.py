"""Rotas and escalation policies as people set them up."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers.models import Membership, User
from monitoring.models import EscalationPolicy, EscalationStep, Rota, RotaLayer, RotaOverride, RotaTurn
from stations.models import Site


def save_rota(*, rota: Rota, values: Mapping[str, Any]) -> Rota:
    """Make or change a rota. Raises ValidationError where its name is taken."""
    for name, value in values.items():
        setattr(rota, name, value)
    try:
        with transaction.atomic():
            rota.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("There is another one of this name.")}) from error
    return rota


def save_layer(*, layer: RotaLayer, values: Mapping[str, Any], people: Sequence[User]) -> RotaLayer:
    """Make or change a layer; `people` take turns in this order. Raises ValidationError for somebody of elsewhere."""
    _check_people(layer.rota, people)
    for name, value in values.items():
        setattr(layer, name, value)
    if layer.pk is None:
        layer.order = layer.rota.layers.count()
    with transaction.atomic():
        layer.save()
        layer.turns.all().delete()
        RotaTurn.objects.bulk_create(
            RotaTurn(layer=layer, person=person, order=number) for number, person in enumerate(people)
        )
    return layer


def take_over(*, override: RotaOverride) -> RotaOverride:
    """Somebody takes over for a while. Raises ValidationError."""
    if override.ends_at <= override.starts_at:
        raise ValidationError({"ends_at": _("It ends before it begins.")})
    _check_people(override.rota, [override.person])
    with transaction.atomic():
        override.save()
    return override


def save_policy(
    *, policy: EscalationPolicy, values: Mapping[str, Any], sites: Sequence[Site], steps: Sequence[EscalationStep]
) -> EscalationPolicy:
    """Make or change a policy with these steps. Raises ValidationError where its name is taken, or without steps."""
    if not steps:
        raise ValidationError(_("At least one step has to name somebody."))
    if any(site.organization_id != policy.organization_id for site in sites):
        raise ValidationError({"sites": _("Sites of the same organization only.")})
    for name, value in values.items():
        setattr(policy, name, value)
    try:
        with transaction.atomic():
            policy.save()
            policy.sites.set(sites)
            policy.steps.all().delete()
            for number, step in enumerate(steps):
                step.pk, step.policy, step.order = None, policy, number
            EscalationStep.objects.bulk_create(steps)
    except IntegrityError as error:
        raise ValidationError({"name": _("There is another one of this name.")}) from error
    return policy


def _check_people(rota: Rota, people: Sequence[User]) -> None:
    members = Membership.objects.filter(organization=rota.organization_id, user__in=people).values("user")
    if members.distinct().count() < len({person.pk for person in people}):
        raise ValidationError({"people": _("Only people who work for the organization.")})
