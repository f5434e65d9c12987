"""What happens inside stations (OCPP 2.x N07, N08): events of their monitors and of their hardware."""

from django.db import models

from stations.models.variable import PLACE, Place


class DeviceEvent(Place):
    """One entry of a NotifyEvent."""

    # The unique constraint begins with it.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, related_name="device_events", db_index=False
    )
    number = models.BigIntegerField(help_text="The event's id on the wire.")
    at = models.DateTimeField(help_text="By the station's clock.")
    received_at = models.DateTimeField()
    trigger = models.CharField(max_length=8, help_text="Alerting, Delta or Periodic.")
    notification_type = models.CharField(max_length=24)
    actual_value = models.CharField(max_length=2500, blank=True)
    # Null where neither the event nor a known monitor tells.
    severity = models.PositiveSmallIntegerField(null=True, blank=True, help_text="0 (danger) to 9 (debug).")
    cleared = models.BooleanField(default=False, help_text="The condition of an earlier event is over.")
    cause = models.BigIntegerField(null=True, blank=True, help_text="The event that caused this one.")
    monitor_number = models.BigIntegerField(null=True, blank=True)
    transaction_id = models.CharField(max_length=36, blank=True)
    tech_code = models.CharField(max_length=50, blank=True)
    tech_info = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["station", "number", "at", *PLACE], name="device_event_unique")]
        indexes = [
            models.Index(fields=["station", "-id"], name="device_event_station"),
            models.Index(fields=["received_at"], name="device_event_received"),
        ]
