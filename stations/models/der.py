"""Distributed energy resources: settings of grid codes on stations (OCPP 2.1 R)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DerControl(models.Model):
    """A DER control on a station, by its controlId."""

    class State(models.TextChoices):
        SET = "set", _("Set")
        REJECTED = "rejected", _("Rejected")
        SUPERSEDED = "superseded", _("Superseded")
        CLEARED = "cleared", _("Cleared")

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="der_controls")
    control_id = models.CharField(max_length=36)
    control_type = models.CharField(max_length=30, help_text="DERControlEnumType, such as VoltVar.")
    is_default = models.BooleanField(default=False)
    content = models.TextField(default="{}", help_text="The control as on the wire.")
    state = models.CharField(max_length=10, choices=State)
    is_active = models.BooleanField(default=False, help_text="Whether it runs now, as the station notifies.")
    active_since = models.DateTimeField(null=True, blank=True, help_text="Since when it runs, or no longer does.")
    set_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    report_id = models.IntegerField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["station", "control_id"], name="dercontrol_unique")]

    def __str__(self) -> str:
        return f"{self.control_type} {self.control_id}"


class DerAlarm(models.Model):
    """A grid event a station acted on, or its end (R05)."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="der_alarms")
    control_type = models.CharField(max_length=30)
    fault = models.CharField(max_length=20, blank=True, help_text="GridEventFaultEnumType.")
    has_ended = models.BooleanField(default=False)
    at = models.DateTimeField(help_text="By the station's clock.")
    received_at = models.DateTimeField()
    info = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-id"], name="deralarm_station")]

    def __str__(self) -> str:
        return f"{self.control_type} {self.fault} on {self.station_id}"
