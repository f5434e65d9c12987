"""What stations watch of themselves (OCPP 2.x N): monitors on variables, how they are set, what they stream."""

from django.db import models

from stations.models.variable import Place


class Monitor(Place):
    """A monitor on a variable, as far as the station told of it. `number` is its id on the wire."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="monitors")
    number = models.BigIntegerField()
    type = models.CharField(max_length=24)
    value = models.FloatField()
    severity = models.PositiveSmallIntegerField(help_text="0 (danger) to 9 (debug).")
    # Only while a transaction runs on the component.
    in_transaction = models.BooleanField(default=False)
    notification_type = models.CharField(max_length=24, blank=True)
    stream_interval_s = models.PositiveIntegerField(null=True, blank=True)
    stream_values = models.PositiveIntegerField(null=True, blank=True)
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="monitor_number_unique")]


class MonitoringSetting(models.Model):
    """Which monitors a station has active, and up to which severity it reports. Blank or null: never set from here."""

    station = models.OneToOneField(
        "stations.Station", on_delete=models.CASCADE, primary_key=True, related_name="monitoring"
    )
    base = models.CharField(max_length=16, blank=True, help_text="All, FactoryDefault or HardWiredOnly.")
    base_at = models.DateTimeField(null=True, blank=True)
    level = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Severities up to this one are told.")
    level_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"monitoring of {self.station_id}"


class EventStream(models.Model):
    """A periodic event stream (OCPP 2.1 N11 to N15). `number` is its id on the wire."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="event_streams")
    number = models.BigIntegerField()
    monitor_number = models.BigIntegerField(null=True, blank=True)
    interval_s = models.PositiveIntegerField(null=True, blank=True, help_text="Sent at the latest after so long.")
    values_per_message = models.PositiveIntegerField(null=True, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    pending = models.PositiveIntegerField(default=0, help_text="Values the station had not sent yet, at its last one.")
    last_value_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "number", "-id"], name="eventstream_station")]

    def __str__(self) -> str:
        return f"stream {self.number} of {self.station_id}"


class StreamValue(models.Model):
    """One value of a stream."""

    # The index over (stream, at) serves the foreign key too.
    stream = models.ForeignKey(EventStream, on_delete=models.CASCADE, related_name="values", db_index=False)
    at = models.DateTimeField()
    value = models.CharField(max_length=2500)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["stream", "at"], name="streamvalue_stream"),
            models.Index(fields=["at"], name="streamvalue_at"),
        ]

    def __str__(self) -> str:
        return f"{self.value} at {self.at}"
