"""Inspections: checklists, and what was found at a station by one of them."""

from django.db import models


class Checklist(models.Model):
    """What is looked at: `items` as monitoring.domain.checklists reads them."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="checklists")
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    items = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title


class Inspection(models.Model):
    """One inspection of one station. It never changes: another look is another inspection."""

    # Made where it was filled in, so that one that is sent twice is one.
    client_id = models.UUIDField(unique=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was sent: the same again, or something else.")
    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="inspections")
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="inspections")
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="inspections")
    checklist = models.ForeignKey(
        Checklist, on_delete=models.SET_NULL, null=True, blank=True, related_name="inspections"
    )
    work_order = models.ForeignKey(
        "monitoring.WorkOrder", on_delete=models.SET_NULL, null=True, blank=True, related_name="inspections"
    )
    # The work order that came of what failed.
    repair = models.ForeignKey(
        "monitoring.WorkOrder", on_delete=models.SET_NULL, null=True, blank=True, related_name="found_by"
    )
    title = models.CharField(max_length=120)
    # As they were asked, whatever the checklist says today.
    items = models.JSONField(default=list)
    answers = models.JSONField(default=dict)
    failed = models.PositiveSmallIntegerField(default=0, help_text="How many items failed.")
    severity = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of the gravest that failed.")
    note = models.TextField(max_length=2000, blank=True)
    signed_name = models.CharField(max_length=80, blank=True)
    signature = models.CharField(max_length=200, blank=True, help_text="The file of the drawing.")
    by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    begun_at = models.DateTimeField(help_text="By the clock of where it was filled in.")
    finished_at = models.DateTimeField(help_text="By the clock of where it was filled in, never later than received.")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-finished_at"], name="inspection_station")]

    def __str__(self) -> str:
        return f"{self.title} {self.station_id}"


class InspectionPhoto(models.Model):
    """A picture of an inspection; sent after it, each by itself and once."""

    client_id = models.UUIDField(unique=True)
    inspection = models.ForeignKey(Inspection, on_delete=models.CASCADE, related_name="photos")
    item = models.CharField(max_length=40, blank=True)
    file = models.CharField(max_length=200)
    thumbnail = models.CharField(max_length=200)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.item
