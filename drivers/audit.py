"""Which changes of people and their organizations are written down, with who made them."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from allauth.mfa.models import Authenticator
from auditlog.context import auditlog_value
from auditlog.middleware import AuditlogMiddleware
from auditlog.registry import auditlog
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db import models
from django.http import HttpRequest

from drivers.addresses import client_address
from drivers.models import ApiKey, AuditEntry, IdToken, Membership, Organization, User
from drivers.models.audit import Place, belongs


class Middleware(AuditlogMiddleware):  # type: ignore[misc]  # auditlog has no types
    """Tells the log who asks, and from where; a header that anybody can send is not believed."""

    @staticmethod
    def _get_remote_addr(request: HttpRequest) -> str | None:
        return client_address(request)

    @staticmethod
    def _get_remote_port(request: HttpRequest) -> None:
        return None


def masked(value: str) -> str:
    """What stands in the log for a secret: that it changed. AUDITLOG_MASK_CALLABLE; the default shows half of it."""
    # Without a value auditlog writes “None”.
    return "" if value in ("", "None") else "••••••"


def log(model: type[models.Model], places: Callable[[Any], Iterable[Place]], **options: Any) -> None:
    """Write down changes of `model`, filed under `places(row)`; `options` are auditlog's."""
    auditlog.register(model, **options)
    belongs(model, places)


def acts(person: User) -> None:
    """From here on it is `person` who does what this request does: by a key, or signed in only now."""
    with suppress(LookupError):
        auditlog_value.get()["actor"] = person


def write(row: models.Model, action: AuditEntry.Action, *, by: User | None, changes: dict[str, Any]) -> None:
    """Write down what is no change of `row`, such as a command. `changes`: name → [before, after]."""
    AuditEntry.objects.log_create(
        row, action=action, actor=by, actor_email=by.email if by else None, changes=changes, force_log=True
    )


def register() -> None:
    log(Organization, lambda row: [(row.pk, None)])
    log(Membership, _of_organization)
    log(IdToken, _of_organization)
    log(User, _of_person, exclude_fields=["last_login"], mask_fields=["password"])
    log(ApiKey, lambda row: _of_person(row.user), exclude_fields=["digest", "last_used_at"])
    log(Authenticator, lambda row: _of_person(row.user), exclude_fields=["last_used_at"], mask_fields=["data"])
    user_logged_in.connect(_signed_in, dispatch_uid="audit")
    user_login_failed.connect(_failed, dispatch_uid="audit")


def _of_organization(row: Any) -> list[Place]:
    return [(row.organization_id, None)]


def _of_person(person: User) -> list[Place]:
    return [(organization, None) for organization in person.memberships.values_list("organization", flat=True)]


def _signed_in(sender: object, user: User, **kwargs: Any) -> None:
    acts(user)
    write(user, AuditEntry.Action.SIGN_IN, by=user, changes={})


def _failed(sender: object, credentials: dict[str, Any], **kwargs: Any) -> None:
    """Somebody tried the address of a member; those of nobody would fill the log with what strangers type."""
    email = credentials.get("email") or credentials.get("username") or ""
    person = User.objects.filter(email__iexact=email, memberships__isnull=False).first()
    if person is not None:
        write(person, AuditEntry.Action.SIGN_IN_FAILED, by=None, changes={})
