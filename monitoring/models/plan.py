"""Maintenance plans: what comes due again and again, by the calendar or by use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MaintenancePlan(models.Model):
    """What is done to which stations how often. Without a site, stations, vendor or model: to all of the network."""

    class Measure(models.TextChoices):
        MONTHS = "months", _("Months")
        ENERGY = "energy", _("kWh delivered")
        SESSIONS = "sessions", _("Plug cycles (sessions)")
        HOURS = "hours", _("Hours in use")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="maintenance_plans")
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=5000, blank=True, help_text="Goes into the work order.")
    measure = models.CharField(max_length=8, choices=Measure, default=Measure.MONTHS)
    every = models.PositiveIntegerField(help_text="How many of them lie between two times.")
    lead_days = models.PositiveSmallIntegerField(default=14, help_text="A work order is made so long before it is due.")
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="plans")
    stations = models.ManyToManyField("stations.Station", blank=True, related_name="plans")
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    checklist = models.ForeignKey(
        "monitoring.Checklist", on_delete=models.SET_NULL, null=True, blank=True, related_name="plans"
    )
    counted_from = models.DateTimeField(help_text="Where a station was not maintained by this plan yet.")
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="When it is reckoned again.")

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="maintenanceplan_due"),
        ]

    def __str__(self) -> str:
        return self.title


class PlanStation(models.Model):
    """How far a station is from due by a plan, as last reckoned."""

    plan = models.ForeignKey(MaintenancePlan, on_delete=models.CASCADE, related_name="rows", db_index=False)
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="plan_rows")
    counted_from = models.DateTimeField(help_text="The last time it was done, or where counting began.")
    done_at = models.DateTimeField(null=True, blank=True)
    used = models.FloatField(default=0, help_text="Months, kWh, sessions or hours since then.")
    share = models.FloatField(default=0, help_text="Of the way to due: 1 is due.")
    expected_at = models.DateTimeField(null=True, blank=True, help_text="When it comes due as it goes now.")
    reckoned_at = models.DateTimeField()

    class Meta:
        ordering = ["plan_id", "-share", "id"]
        constraints = [
            # Its index serves the foreign key to the plan too.
            models.UniqueConstraint(fields=["plan", "station"], name="planstation_unique")
        ]
        indexes = [models.Index(fields=["-share", "-id"], name="planstation_share")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.station_id}: {self.share:.0%}"

    @property
    def percent(self) -> float:
        return 100 * self.share
