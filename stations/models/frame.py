"""Frames as they crossed the wire, and what tells a repeat from news."""

from django.db import models


class Frame(models.Model):
    """One OCPP frame, secrets masked."""

    class Direction(models.TextChoices):
        IN = "in", "from the charger"
        OUT = "out", "to the charger"

    # The index over (station, -id) serves the foreign key too.
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="frames", db_index=False)
    connection = models.ForeignKey("stations.Connection", on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    direction = models.CharField(max_length=3, choices=Direction)
    action = models.CharField(max_length=50, blank=True, help_text="Blank where the frame has none.")
    message_id = models.CharField(max_length=36, blank=True)
    # Bytes, not JSON: what is stored is what was sent, malformed or not.
    body = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["station", "-id"], name="frame_station"),
            models.Index(fields=["at"], name="frame_at"),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.direction} {self.action} {self.at:%Y-%m-%d %H:%M:%S}"


class RecentCalls(models.Model):
    """Digests of a station's last MeterValues, oldest first, so that a repeat after a reconnect is not stored twice."""

    station = models.OneToOneField(
        "stations.Station", on_delete=models.CASCADE, primary_key=True, related_name="recent_calls"
    )
    digests = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return f"recent calls of {self.station_id}"
