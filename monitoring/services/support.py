"""What support promises and says again and again: stored by those who run it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers.models import Organization
from monitoring.models import CannedAnswer, SupportPolicy


def policy_of(organization: Organization) -> SupportPolicy:
    """The organization's, or an unsaved one that says what holds without."""
    found = SupportPolicy.objects.filter(organization=organization).first()
    return found or SupportPolicy(organization=organization)


def set_policy(
    *,
    organization: Organization,
    timezone: str,
    opening_hours: dict[str, Any] | None,
    targets: dict[str, list[int]],
    helpline: str = "",
    address: str = "",
) -> SupportPolicy:
    """What holds for tickets from now on: open ones keep what was promised. `helpline`, `address`: the phone number and
    the email address that drivers are told. Raises ValidationError."""
    if address and SupportPolicy.objects.filter(address__iexact=address).exclude(organization=organization).exists():
        raise ValidationError({"address": _("Another organization takes letters in at this address.")})
    with transaction.atomic():
        policy = policy_of(organization)
        policy.timezone, policy.opening_hours, policy.targets = timezone, opening_hours, targets
        policy.helpline, policy.address = helpline, address
        policy.clean_fields()
        policy.save()
    return policy


def save_canned(*, answer: CannedAnswer) -> CannedAnswer:
    """Raises ValidationError, also for a title that another one of the organization has."""
    answer.full_clean()
    with transaction.atomic():
        answer.save()
    return answer


def delete_canned(*, answer: CannedAnswer) -> None:
    """What was answered with it stays."""
    with transaction.atomic():
        answer.delete()
