"""Messages on the stations' displays (OCPP 2.x O)."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class DisplayMessage(models.Model):
    """A message a station was given, or told that it has. `number` is its id on the wire."""

    class State(models.TextChoices):
        SENT = "sent", _("Sent")
        INSTALLED = "installed", _("Installed")
        REFUSED = "refused", _("Refused")
        REMOVED = "removed", _("Removed")

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="display_messages")
    number = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State, default=State.SENT)
    # Why the station refused it, or a replacement of it.
    refusal = models.CharField(max_length=30, blank=True)
    refusal_reason = models.CharField(max_length=1100, blank=True)
    priority = models.CharField(max_length=12, blank=True, help_text="AlwaysFront, InFront or NormalCycle.")
    shown_while = models.CharField(max_length=12, blank=True, help_text="The state of the station it is shown in.")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    transaction_id = models.CharField(max_length=36, blank=True, help_text="It goes when that session ends.")
    # Where the station has several displays.
    component = models.CharField(max_length=50, blank=True)
    component_instance = models.CharField(max_length=50, blank=True)
    evse_number = models.PositiveIntegerField(default=0)
    format = models.CharField(max_length=6, blank=True)
    language = models.CharField(max_length=8, blank=True)
    content = models.CharField(max_length=1024, blank=True)
    extras = models.JSONField(default=list, help_text="The same in other languages or formats (OCPP 2.1).")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["station_id", "number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="display_message_number_unique")]

    def __str__(self) -> str:
        return f"message {self.number} of {self.station_id}"

    def is_over(self, now: datetime) -> bool:
        """Whether its time has passed: the station removes it by itself."""
        return self.ends_at is not None and self.ends_at <= now
