"""Roll-ups: energy and use by quarter of an hour and by day, for those who look at more than one session."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Rollup(models.Model):
    """A stretch of time that begins at `start`: fifteen minutes, or a day by UTC. One without a session has no row."""

    class Interval(models.TextChoices):
        QUARTER = "15m", _("15 minutes")
        DAY = "day", _("day")

    interval = models.CharField(max_length=3, choices=Interval)
    start = models.DateTimeField()
    energy_wh = models.BigIntegerField(default=0, help_text="Delivered to vehicles.")
    occupied_s = models.BigIntegerField(default=0, help_text="Seconds with a session.")
    sessions = models.IntegerField(default=0, help_text="Sessions that began.")
    samples = models.IntegerField(default=0, help_text="Meter values that tell of it.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.interval} from {self.start:%Y-%m-%d %H:%M}"


class EvseRollup(Rollup):
    """What one EVSE delivered. Without its EVSE, once that is deleted, it still counts for the site."""

    # The constraint and the index below serve the foreign keys too.
    evse = models.ForeignKey(
        "stations.Evse", on_delete=models.SET_NULL, null=True, related_name="rollups", db_index=False
    )
    # Where the station stood when the row was made: a station may move.
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="+", db_index=False)
    peak_power_w = models.FloatField(null=True, help_text="Highest reading.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evse", "interval", "start"], name="evserollup_unique")]
        indexes = [
            models.Index(fields=["site", "interval", "start"], name="evserollup_site"),
            models.Index(fields=["start"], condition=models.Q(interval="15m"), name="evserollup_quarter"),
        ]


class SiteRollup(Rollup):
    """What the EVSEs of a site delivered together; `occupied_s` is summed over them."""

    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="rollups", db_index=False)
    peak_power_w = models.FloatField(null=True, help_text="Highest mean over fifteen minutes: what grids bill.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "interval", "start"], name="siterollup_unique")]
        indexes = [models.Index(fields=["start"], condition=models.Q(interval="15m"), name="siterollup_quarter")]


class RollupDue(models.Model):
    """Sessions that changed in one batch of a lane, written with it: what the roll-ups have yet to take in."""

    sessions = models.TextField(help_text="Their ids: a JSON list.")

    def __str__(self) -> str:
        return self.sessions
