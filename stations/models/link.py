"""How chargers' links are: what their edge process measures, by the hour."""

from django.db import models


class LinkHour(models.Model):
    """One station in one hour (UTC). Sums, so that several processes and flushes add up; times in milliseconds."""

    # The unique constraint over (station, hour) serves the foreign key too.
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="link_hours", db_index=False)
    hour = models.DateTimeField(db_index=True)
    pings = models.PositiveIntegerField(default=0, help_text="Pings that the charger answered.")
    lost = models.PositiveIntegerField(default=0, help_text="Pings it did not answer in time.")
    rtt_sum_ms = models.FloatField(default=0)
    rtt_max_ms = models.FloatField(default=0)
    messages = models.PositiveIntegerField(default=0, help_text="That have a time of the charger's, and came at once.")
    delay_sum_ms = models.FloatField(default=0)
    delay_max_ms = models.FloatField(default=0)
    queued = models.PositiveIntegerField(default=0, help_text="Messages that had waited in the charger.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "hour"], name="linkhour_unique")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.hour:%Y-%m-%d %H}"
