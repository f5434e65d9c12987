"""Work on stations: planned windows and work orders."""

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
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="maintenancewindow_has_length"
            )
        ]
        indexes = [models.Index(fields=["ends_at"], name="maintenancewindow_ends")]

    def __str__(self) -> str:
        return f"{self.title} ({self.site})"


class WorkOrder(models.Model):
    """Something a technician has to do."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ASSIGNED = "assigned", _("Assigned")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Origin(models.TextChoices):
        PERSON = "person", _("By hand")
        INCIDENT = "incident", _("Incident")
        TICKET = "ticket", _("Ticket")
        PLAN = "plan", _("Maintenance plan")
        SIGNS = "signs", _("Early signs")

    class Priority(models.IntegerChoices):
        URGENT = 1, _("Urgent")
        HIGH = 2, _("High")
        NORMAL = 3, _("Normal")
        LOW = 4, _("Low")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="work_orders")
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="work_orders")
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, null=True, blank=True, related_name="work_orders"
    )
    evse = models.ForeignKey(
        "stations.Evse", on_delete=models.SET_NULL, null=True, blank=True, related_name="work_orders"
    )
    incident = models.ForeignKey(
        "monitoring.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="work_orders"
    )
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=5000, blank=True)
    evidence = models.JSONField(default=dict, blank=True)
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.PERSON)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    assigned_to = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["priority", "-id"]

    def __str__(self) -> str:
        return self.title
