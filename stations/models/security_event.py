"""Security events that chargers report."""

from django.db import models


class SecurityEvent(models.Model):
    """A SecurityEventNotification (OCPP 2.0.1 A04, 1.6 security white paper)."""

    # The index over (station, at) serves the foreign key too.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, related_name="security_events", db_index=False
    )
    type = models.CharField(max_length=50, help_text="As on the wire.")
    is_critical = models.BooleanField(default=False, help_text="As the specification's list has it.")
    tech_info = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField(help_text="By the charger's clock.")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["station", "at"], name="securityevent_station_at"),
            models.Index(fields=["received_at"], name="securityevent_received"),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.station_id}"
