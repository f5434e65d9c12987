"""Id tokens: written here and not in drivers, since chargers must hear of a change."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers.domain.tokens import TokenStatus
from drivers.models import IdToken, Organization
from stations import journal
from stations.services import local_lists


def create(*, organization: Organization, **values: Any) -> IdToken:
    """A new token; `values` are the columns of IdToken. Raises ValidationError."""
    token = IdToken(organization=organization, **values)
    _save(token)
    return token


def update(*, token: IdToken, **changes: Any) -> IdToken:
    """Change columns of a token. Raises ValidationError."""
    former = token.value
    for name, value in changes.items():
        setattr(token, name, value)
    _save(token)
    if token.value != former:
        _look_at_lists(token, former)
    return token


def block(*, token: IdToken) -> IdToken:
    """From now on the token starts no session."""
    return update(token=token, status=TokenStatus.BLOCKED)


def delete(*, token: IdToken) -> None:
    """Remove a token; its sessions keep the value the charger sent."""
    with transaction.atomic():
        _record(token, deleted=True)
        token.delete()


def _save(token: IdToken) -> None:
    token.clean_fields()
    try:
        with transaction.atomic():
            token.save()
            _record(token)
    except IntegrityError as error:
        taken = _("%(organization)s has a token “%(value)s” already; upper and lower case count as the same.") % {
            "organization": token.organization,
            "value": token.value,
        }
        raise ValidationError({"value": taken}) from error


def _record(token: IdToken, *, deleted: bool = False) -> None:
    data = {
        "organization": token.organization_id,
        "value": token.value,
        "status": token.status,
        "parent": token.parent,
        "deleted": deleted,
    }
    _look_at_lists(token, token.value)
    journal.record("token.changed", subject_type="id_token", subject_id=token.pk, data=data)


def _look_at_lists(token: IdToken, value: str) -> None:
    """Stations that decide by themselves have to hear of it."""
    local_lists.token_changed(organization_id=token.organization_id, value=value, at=timezone.now())
