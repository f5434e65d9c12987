"""One command to many stations."""

import hashlib
from typing import Any

import orjson
from django.db import models
from django.db.models import F, Q

from stations.models.command import kinds


class BulkCommand(models.Model):
    """What was chosen and asked for: first a draft of one person, then the intent from which commands are made, one
    after the other in the order of `station_ids`, a chunk at a time. `made`: of how many stations there are commands.
    """

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="bulk_commands", db_index=False
    )
    requested_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=32, choices=kinds, blank=True, help_text="Empty while it is to be chosen.")
    payload = models.TextField(default="{}", help_text="Its parameters for all versions, as JSON text.")
    station_ids = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0, help_text="How many stations.")
    made = models.PositiveIntegerField(default=0)
    spread_s = models.PositiveIntegerField(default=0, help_text="From the first station to the last, in seconds.")
    wait_s = models.PositiveIntegerField(
        default=0, help_text="How long stations that are not connected are waited for; 0: they are left out."
    )
    # The bulk command that this one repeats or undoes.
    origin = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="followers")
    is_undo = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["organization", "-id"], name="bulk_organization"),
            models.Index(
                fields=["id"], condition=Q(started_at__isnull=False, made__lt=F("total")), name="bulk_to_be_made"
            ),
            models.Index(fields=["created_at"], condition=Q(started_at=None), name="bulk_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.total} stations"

    @property
    def is_draft(self) -> bool:
        return self.started_at is None

    @property
    def values(self) -> dict[str, Any]:
        """Its parameters. None of them is a secret."""
        values: dict[str, Any] = orjson.loads(self.payload)
        return values

    @property
    def wording(self) -> dict[str, Any]:
        """All that a person decides on by a preview."""
        return {name: getattr(self, name) for name in ("kind", "payload", "wait_s", "spread_s")}

    @property
    def fingerprint(self) -> str:
        """Tells whether what was previewed is still what stands there."""
        return hashlib.blake2b(repr(self.wording).encode(), digest_size=8).hexdigest()
