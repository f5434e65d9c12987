"""Planned maintenance windows, and what becomes of each station in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MaintenanceWindow(models.Model):
    """A time that was announced for work on a site, or on some of its stations."""

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="maintenance_windows"
    )
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="maintenance_windows")
    stations = models.ManyToManyField(
        "stations.Station", blank=True, related_name="maintenance_windows", help_text="None: the whole site."
    )
    title = models.CharField(max_length=120, help_text="Told to drivers.")
    note = models.TextField(max_length=2000, blank=True, help_text="For staff.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    takes_out_of_service = models.BooleanField(
        default=True, help_text="Stations are set inoperative once idle, and back to operative afterwards."
    )
    created_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(help_text="When it was announced.")
    moved_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When its time last changed.")
    cancelled_at = models.DateTimeField(null=True, blank=True, help_text="Called off before it began.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Ended by a person before its time.")
    # When the sweep has to look at it next; null once all is as it was.
    due_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="maintenancewindow_has_length"
            )
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="maintenancewindow_ends"),
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="maintenancewindow_due"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.site})"


class WindowStation(models.Model):
    """An EVSE in a window: whether it is out of service because of it, and whether it came back. Without an EVSE it is
    a station that is only taken out as a whole: one that told of no EVSE yet, or of 1.6 with plugs that share one."""

    class State(models.TextChoices):
        """WAITING → ASKED → OUT → RESTORING → BACK; or LEFT: it was inoperative before, and stays so."""

        WAITING = "waiting", _("Waits until it is idle")
        ASKED = "asked", _("Being taken out of service")
        OUT = "out", _("Out of service")
        LEFT = "left", _("Was out of service before")
        RESTORING = "restoring", _("Being put back into service")
        BACK = "back", _("Back in service")
        SPARED = "spared", _("Was not taken out of service")

    window = models.ForeignKey(MaintenanceWindow, on_delete=models.CASCADE, related_name="rows", db_index=False)
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="window_rows")
    evse = models.ForeignKey(
        "stations.Evse", on_delete=models.CASCADE, null=True, blank=True, related_name="window_rows"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    command = models.ForeignKey("stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True, help_text="In English: drivers.reread says it again.")
    out_at = models.DateTimeField(null=True, blank=True)
    back_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["window_id", "station__identity", "evse__number"]
        constraints = [
            # Its index serves the foreign key to the window too.
            models.UniqueConstraint(
                fields=["window", "station", "evse"], nulls_distinct=False, name="windowstation_unique"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="windowstation_due"),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} in {self.window_id}: {self.state}"
