"""What people keep of a station: photos and notes."""

from django.conf import settings
from django.db import models


class StationPhoto(models.Model):
    """A picture taken at a station, made smaller and without anything but the picture; its files stand in the media."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="photos", db_index=False)
    file = models.CharField(max_length=120)
    thumbnail = models.CharField(max_length=120)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    caption = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-id"], name="stationphoto_newest")]

    def __str__(self) -> str:
        return f"{self.station}: {self.caption or self.file}"


class StationNote(models.Model):
    """What somebody wrote down about a station."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="notes", db_index=False)
    text = models.TextField(max_length=4000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-id"], name="stationnote_newest")]

    def __str__(self) -> str:
        return f"{self.station}: {self.text[:40]}"
