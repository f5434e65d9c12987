"""The audit log: who changed what, before and after, when and from where. Rows are only ever added."""

from collections.abc import Callable, Iterable
from typing import Any

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.db import models
from django.utils.translation import gettext_lazy as _

# An organization, and a site where the thing belongs to one.
Place = tuple[int | None, int | None]
NOWHERE: Place = (None, None)

_places: dict[type[models.Model], Callable[[Any], Iterable[Place]]] = {}


def belongs(model: type[models.Model], places: Callable[[Any], Iterable[Place]]) -> None:
    """From now on entries about rows of `model` are filed under `places(row)`: who reads them is decided by that."""
    _places[model] = places


def places_of(row: models.Model) -> list[Place]:
    """Where `row` belongs, once each; a person belongs to all organizations they work for."""
    found = _places.get(type(row))
    return (sorted(set(found(row)), key=str) if found else []) or [NOWHERE]


class AuditEntryManager(LogEntryManager):  # type: ignore[misc]  # auditlog has no types
    """One entry for each place the changed row belongs to; the first is what auditlog hears of."""

    def log_create(self, instance: models.Model, force_log: bool = False, **kwargs: Any) -> "AuditEntry | None":
        if kwargs.get("changes"):
            # auditlog also writes down what points here from elsewhere, which is no change of this.
            pointing = {field.name for field in instance._meta.get_fields() if field.is_relation and field.auto_created}
            kwargs["changes"] = {name: pair for name, pair in kwargs["changes"].items() if name not in pointing}
        made: list[AuditEntry | None] = [
            super(AuditEntryManager, self).log_create(
                instance, force_log, organization_id=organization, site_id=site, **kwargs
            )
            for organization, site in places_of(instance)
        ]
        return made[0]

    def log_m2m_changes(
        self, changed_queryset: Any, instance: models.Model, operation: str, field_name: str, **kwargs: Any
    ) -> "AuditEntry | None":
        made: list[AuditEntry | None] = [
            super(AuditEntryManager, self).log_m2m_changes(
                changed_queryset, instance, operation, field_name, organization_id=organization, site_id=site, **kwargs
            )
            for organization, site in places_of(instance)
        ]
        return made[0]


class AuditEntry(AbstractLogEntry):  # type: ignore[misc]
    """One change, command or sign-in. The database itself refuses to change or delete a row, so nothing points here
    and its own keys are plain numbers: whoever deletes a person or an organization leaves the log as it is."""

    class Action(models.IntegerChoices):
        CREATE = 0, _("Created")
        UPDATE = 1, _("Changed")
        DELETE = 2, _("Deleted")
        ACCESS = 3, _("Read")
        COMMAND = 4, _("Sent")
        SIGN_IN = 5, _("Signed in")
        SIGN_IN_FAILED = 6, _("Sign-in failed")

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        "drivers.Organization",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
    )
    # The floor above knows sites.
    site_id = models.BigIntegerField(null=True)
    content_type = models.ForeignKey(
        "contenttypes.ContentType", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    actor = models.ForeignKey(
        "drivers.User", on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    object_pk = models.CharField(max_length=255)
    action = models.PositiveSmallIntegerField(choices=Action)
    cid = models.CharField(max_length=255, null=True)  # noqa: DJ001 - auditlog's own column

    objects = AuditEntryManager()

    class Meta:
        get_latest_by = "timestamp"
        ordering = ["-timestamp", "-id"]
        indexes = [
            models.Index(fields=["organization", "-timestamp", "-id"], name="auditentry_organization"),
            models.Index(fields=["site_id", "-timestamp", "-id"], name="auditentry_site"),
            models.Index(fields=["actor", "-timestamp", "-id"], name="auditentry_actor"),
        ]
