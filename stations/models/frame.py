"""Frames as they crossed the wire, and what tells a repeat from news."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# Most of all frames: to index them by action costs each of them, and the newest are found without.
FREQUENT_ACTIONS = ("", "Heartbeat", "MeterValues", "StatusNotification", "TransactionEvent")


class Frame(models.Model):
    """One OCPP frame, secrets masked. On PostgreSQL a partition holds a day by `at`: stations/services/partitions.py.

    Its foreign keys are no constraints: PostgreSQL would look each one up for each frame.
    """

    class Direction(models.TextChoices):
        IN = "in", _("from the charger")
        OUT = "out", _("to the charger")

    # The index over (station, -id) serves the foreign key too.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, related_name="frames", db_index=False, db_constraint=False
    )
    # May be gone: connections are deleted when they are as old as frames get.
    connection = models.ForeignKey(
        "stations.Connection",
        on_delete=models.DO_NOTHING,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField(help_text="By our clock.")
    direction = models.CharField(max_length=3, choices=Direction)
    action = models.CharField(max_length=50, blank=True, help_text="Blank where the frame has none.")
    message_id = models.CharField(max_length=36, blank=True)
    # OCPP-J: 2 CALL, 3 CALLRESULT, 4 CALLERROR, 5 CALLRESULTERROR, 6 SEND.
    type = models.PositiveSmallIntegerField(null=True, help_text="Message type; null: no frame of OCPP-J.")
    # Bytes, not JSON: what is stored is what was sent, malformed or not.
    body = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["station", "-id"], name="frame_station"),
            models.Index(fields=["at"], name="frame_at"),
            models.Index(
                fields=["action", "-id"], condition=~models.Q(action__in=FREQUENT_ACTIONS), name="frame_rare_action"
            ),
            models.Index(fields=["-id"], condition=models.Q(type__in=[4, 5]) | models.Q(type=None), name="frame_error"),
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
