"""Keys of the REST API: issued, used, revoked."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from drivers.domain.apikeys import PREFIX_LENGTH, Scope, digest, use_is_worth_noting
from drivers.models import ApiKey, User


class Issued(NamedTuple):
    """The key in clear, this once, and the row that remembers it."""

    key: str
    row: ApiKey


def issue(
    *, user: User, scopes: Iterable[str] | None = None, name: str = "", expires_at: datetime | None = None
) -> Issued:
    """A new random key that acts as `user`, for all scopes unless some are given, and up to `expires_at` if that is.

    Raises ValueError for a scope that does not exist.
    """
    granted = sorted({Scope(scope) for scope in scopes}) if scopes is not None else list(Scope)
    key = f"bb_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        row = ApiKey.objects.create(
            user=user,
            name=name,
            prefix=key[:PREFIX_LENGTH],
            digest=digest(key),
            scopes=granted,
            expires_at=expires_at,
        )
    return Issued(key, row)


def authenticate(*, key: str) -> ApiKey | None:
    """The row of a key that may still be used, with its person; None for any other. Notes its use."""
    now = timezone.now()
    row = ApiKey.objects.select_related("user").filter(digest=digest(key), revoked_at=None).first()
    if row is None or not row.user.is_active or (row.expires_at is not None and row.expires_at <= now):
        return None
    if use_is_worth_noting(row.last_used_at, now):
        with transaction.atomic():
            ApiKey.objects.filter(pk=row.pk).update(last_used_at=now)
    return row


def revoke(*, row: ApiKey) -> None:
    """From now on the key opens nothing. Revoking twice keeps the first time."""
    with transaction.atomic():
        known = ApiKey.objects.select_for_update().get(pk=row.pk)
        if known.revoked_at is None:
            known.revoked_at = timezone.now()
            known.save(update_fields=["revoked_at"])
