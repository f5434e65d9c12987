"""Stations on their way to a higher security profile."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProfileUpgrade(models.Model):
    """The latest upgrade of a station. While it is open, the station may come with the old or the new profile."""

    class State(models.TextChoices):
        """ASKED → ACCEPTED → DONE, or FAILED on the way."""

        ASKED = "asked", _("Asked")
        ACCEPTED = "accepted", _("Accepted, not used yet")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class Step(models.TextChoices):
        """What OCPP 2.x takes (A05); 1.6 and a connection profile that nobody put in force have none."""

        NONE = "", _("None")
        PROFILE = "profile", _("Connection profile")
        ORDER = "order", _("Order of connection profiles")
        PRIORITY = "priority", _("Priority of the new connection profile")
        RESET = "reset", _("Reset")

    station = models.OneToOneField("stations.Station", on_delete=models.CASCADE, related_name="profile_upgrade")
    profile = models.PositiveSmallIntegerField()
    slot = models.IntegerField(null=True, blank=True, help_text="Of the connection profile (2.x).")
    state = models.CharField(max_length=10, choices=State)
    step = models.CharField(max_length=10, choices=Step, blank=True)
    requested_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    # The charger came back with its former profile.
    fell_back_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.station_id} to {self.profile} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.ASKED, self.State.ACCEPTED)
