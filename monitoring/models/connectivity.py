"""When stations were away."""

from django.db import models


class OfflineSpell(models.Model):
    """A time without a connection: from the last sign of the station to its next connection; null while it lasts."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="offline_spells")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [models.UniqueConstraint(fields=["station", "started_at"], name="offlinespell_unique")]

    def __str__(self) -> str:
        return f"{self.station} offline from {self.started_at:%Y-%m-%d %H:%M:%S}"
