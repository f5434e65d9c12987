"""Tests of the network: plans, runs over many chargers, and what came of each."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NetworkTestPlan(models.Model):
    """Tests the same chargers again and again."""

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="network_test_plans"
    )
    name = models.CharField(max_length=80)
    # As stations.selectors.lists.find_stations takes them; the site by its id.
    selection = models.JSONField(default=dict, blank=True)
    every_hours = models.PositiveSmallIntegerField(default=24)
    next_due_at = models.DateTimeField(db_index=True)
    created_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class NetworkTestRun(models.Model):
    """One test of N chargers; `previous` is what it is compared with: the last of its plan or selection."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="test_runs")
    plan = models.ForeignKey(NetworkTestPlan, on_delete=models.SET_NULL, null=True, blank=True, related_name="runs")
    name = models.CharField(max_length=80)
    selection = models.JSONField(default=dict, blank=True)
    previous = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=models.Q(finished_at=None), name="networktestrun_open")]

    def __str__(self) -> str:
        return f"{self.name} {self.started_at:%Y-%m-%d %H:%M}"


class NetworkTestResult(models.Model):
    """One charger in a run. Times in milliseconds; what was not measured is null."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Failed")
        OFFLINE = "offline", _("Offline")
        CANCELLED = "cancelled", _("Cancelled")

    # The unique constraint over (run, station) serves the foreign key too.
    run = models.ForeignKey(NetworkTestRun, on_delete=models.CASCADE, related_name="results", db_index=False)
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="network_test_results")
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    problems = models.JSONField(default=list, blank=True, help_text="Codes of monitoring.domain.network_test.")
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    trigger = models.ForeignKey("stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    bulk = models.ForeignKey("stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    download = models.ForeignKey("stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    had_session = models.BooleanField(default=False)
    protocol = models.CharField(max_length=10, blank=True)
    is_secure = models.BooleanField(null=True)
    tls_version = models.CharField(max_length=10, blank=True)
    ping_ms = models.FloatField(null=True)
    answer_ms = models.FloatField(null=True)
    arrival_ms = models.FloatField(null=True, help_text="From the trigger's CALL to what it triggered.")
    answer_bytes = models.PositiveIntegerField(null=True)
    bytes_per_s = models.FloatField(null=True)
    download_bytes_per_s = models.FloatField(null=True)
    clock_offset_s = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "station"], name="networktestresult_unique")]
        indexes = [models.Index(fields=["run", "state", "id"], name="networktestresult_state")]

    def __str__(self) -> str:
        return f"{self.station_id}: {self.state}"
