"""Commands to chargers. The row is the truth; the socket is only nudged."""

from typing import Any

import orjson
from django.db import models

from stations.domain.commands import CommandKind, CommandState


def kinds() -> list[tuple[str, str]]:
    """A function, so that a new kind is no migration."""
    return [(kind.value, kind.value) for kind in CommandKind]


class Command(models.Model):
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="commands")
    kind = models.CharField(max_length=32, choices=kinds)
    action = models.CharField(max_length=50, blank=True, help_text="The OCPP action, once encoded.")
    # JSON text, not jsonb: member order is kept. Secrets are masked; `sealed` has them until the CALL is sent.
    payload = models.TextField(default="{}")
    sealed = models.BinaryField(null=True, blank=True, editable=False)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in CommandState], default=CommandState.QUEUED
    )
    priority = models.SmallIntegerField(default=0)
    session = models.ForeignKey(
        "stations.Session", on_delete=models.SET_NULL, null=True, blank=True, related_name="commands"
    )
    # What was too much for one CALL is several commands; the first of them stands for all.
    part_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="further_parts")
    # The index over (bulk, state) serves the foreign key too.
    bulk = models.ForeignKey(
        "stations.BulkCommand",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="commands",
        db_index=False,
    )
    only_idle = models.BooleanField(
        default=False, db_default=False, help_text="Withdrawn instead of sent while a session runs or a place is kept."
    )
    before = models.TextField(
        blank=True, default="", db_default="", help_text="What was so before it, where it can be undone: JSON text."
    )
    requested_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    requested_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    # An accepted remote start without a session by then has had no effect.
    effect_due_at = models.DateTimeField(null=True, blank=True)
    connection = models.ForeignKey(
        "stations.Connection", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    message_id = models.CharField(max_length=36, blank=True)
    result = models.TextField(blank=True, help_text="The charger's answer as JSON text, secrets masked.")
    error_code = models.CharField(max_length=50, blank=True)
    error = models.TextField(blank=True, help_text="What went wrong, in words.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["station", "-priority", "id"],
                condition=models.Q(state=CommandState.QUEUED),
                name="command_queued",
            ),
            models.Index(fields=["connection"], condition=models.Q(state=CommandState.SENT), name="command_sent"),
            models.Index(
                fields=["effect_due_at"],
                condition=models.Q(effect_due_at__isnull=False),
                name="command_effect_due",
            ),
            models.Index(fields=["station", "-id"], name="command_station"),
            models.Index(fields=["requested_at"], name="command_requested"),
            models.Index(fields=["kind", "-id"], name="command_kind"),
            models.Index(fields=["state", "-id"], name="command_state"),
            models.Index(fields=["bulk", "state", "id"], name="command_bulk_state"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["bulk", "station"],
                condition=models.Q(bulk__isnull=False, part_of=None),
                name="command_bulk_station",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.station_id} ({self.state})"

    @property
    def values(self) -> dict[str, Any]:
        """Its parameters, secrets masked."""
        values: dict[str, Any] = orjson.loads(self.payload)
        return values

    @property
    def was_before(self) -> dict[str, Any]:
        """What was noted of how it was before."""
        known: dict[str, Any] = orjson.loads(self.before or "{}")
        return known

    @property
    def answer(self) -> dict[str, Any]:
        """What the charger answered, as on the wire; nothing while there is none."""
        answer = orjson.loads(self.result) if self.result else {}
        return answer if isinstance(answer, dict) else {}

    @property
    def wanted_token(self) -> str:
        """The id token a remote start asks a session for; empty for other kinds."""
        return str(self.values.get("id_token", ""))

    @property
    def is_open(self) -> bool:
        return self.state in (CommandState.QUEUED, CommandState.SENT)
