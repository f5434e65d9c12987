"""Work orders: what a technician has to do, did, found and used."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


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
        REPAIR = "repair", _("Self-repair")

    class Priority(models.IntegerChoices):
        URGENT = 1, _("Urgent")
        HIGH = 2, _("High")
        NORMAL = 3, _("Normal")
        LOW = 4, _("Low")

    class Found(models.TextChoices):
        """What was wrong: a short list, so that models and makes can be compared."""

        CONNECTOR = "connector", _("Plug or cable")
        LATCH = "latch", _("Plug lock")
        POWER_MODULE = "power_module", _("Power module")
        CONTACTOR = "contactor", _("Contactor or relay")
        PROTECTION = "protection", _("Breaker or residual current device")
        COOLING = "cooling", _("Cooling or filter")
        METER = "meter", _("Meter")
        SCREEN = "screen", _("Screen or buttons")
        READER = "reader", _("Card reader")
        NETWORK = "network", _("Modem, SIM or router")
        SOFTWARE = "software", _("Firmware or settings")
        SUPPLY = "supply", _("Supply or installation")
        DAMAGE = "damage", _("Damage by somebody")
        VEHICLE = "vehicle", _("The vehicle")
        NOTHING = "nothing", _("No fault found")
        OTHER = "other", _("Something else")

    class Cured(models.TextChoices):
        """What helped."""

        RESTARTED = "restarted", _("Restarted")
        POWER_CYCLED = "power_cycled", _("Switched off and on")
        CLEANED = "cleaned", _("Cleaned")
        TIGHTENED = "tightened", _("Tightened or adjusted")
        REPAIRED = "repaired", _("Repaired")
        REPLACED = "replaced", _("Part replaced")
        SWAPPED = "swapped", _("Station replaced")
        UPDATED = "updated", _("Firmware updated")
        CONFIGURED = "configured", _("Settings changed")
        NOTHING = "nothing", _("Nothing was needed")
        NOT_CURED = "not_cured", _("Not cured")
        OTHER = "other", _("Something else")

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
    plan = models.ForeignKey(
        "monitoring.MaintenancePlan", on_delete=models.SET_NULL, null=True, blank=True, related_name="work_orders"
    )
    # What one learns from: chosen from short lists, told in words beside them.
    found = models.CharField(max_length=16, choices=Found, blank=True, default="", db_default="")
    cured = models.CharField(max_length=16, choices=Cured, blank=True, default="", db_default="")
    report = models.TextField(max_length=5000, blank=True, default="", db_default="", help_text="What was done.")
    spent_minutes = models.PositiveIntegerField(null=True, blank=True, help_text="Time of work, journeys included.")
    cost_minor = models.BigIntegerField(null=True, blank=True, help_text="What it cost in all, parts included.")
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    # The letter to whom it is assigned: when it is to leave; null: none is due.
    letter_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    letter_attempts = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)

    class Meta:
        ordering = ["priority", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "station"],
                condition=models.Q(plan__isnull=False, state__in=["open", "assigned", "in_progress"]),
                name="workorder_one_per_plan",
            )
        ]
        indexes = [
            models.Index(
                fields=["priority", "-id"],
                condition=models.Q(state__in=["open", "assigned", "in_progress"]),
                name="workorder_open",
            ),
            models.Index(fields=["finished_at"], name="workorder_finished"),
            models.Index(
                fields=["letter_due_at"], condition=models.Q(letter_due_at__isnull=False), name="workorder_letter"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state not in (self.State.DONE, self.State.CANCELLED)

    def is_overdue(self, now: datetime) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < now


class WorkOrderEntry(models.Model):
    """One line of a work order's timeline. Rows are only ever added."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=16, help_text="opened, assigned, due, started, done, cancelled, reopened, note")
    at = models.DateTimeField()
    by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(blank=True, help_text="In English, or a person's own words.")

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.work_order_id} {self.kind}"


class WorkOrderPart(models.Model):
    """A part that was used."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="parts")
    name = models.CharField(max_length=120)
    number = models.CharField(max_length=60, blank=True, help_text="The maker's part number.")
    quantity = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"


class WorkOrderPhoto(models.Model):
    """A picture taken at the work; files as those of stations.StationPhoto."""

    work_order = models.ForeignKey(WorkOrder, on_delete=models.CASCADE, related_name="photos")
    file = models.CharField(max_length=200)
    thumbnail = models.CharField(max_length=200)
    caption = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.caption or self.file
