"""Self-repair: what organizations want of it, each run, and each of its steps."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.domain import playbooks as domain


class Playbook(models.Model):
    """What an organization wants of self-repair: everywhere, or at one site. What is null is as it is one level up."""

    class Mode(models.TextChoices):
        OFF = domain.Mode.OFF, _("Off")
        DRY_RUN = domain.Mode.DRY_RUN, _("Dry run")
        ON = domain.Mode.ON, _("On")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="playbooks")
    site = models.OneToOneField(
        "stations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="playbook"
    )
    mode = models.CharField(max_length=8, choices=Mode, null=True, blank=True)  # noqa: DJ001 - null is not empty here
    rules = models.JSONField(null=True, blank=True, help_text="Names of rules whose alerts start a run.")
    steps = models.JSONField(null=True, blank=True, help_text="In their order, each with step and wait_s.")
    per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Restarts and unlocks of a station within 24 hours."
    )
    changed_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(site=None), name="playbook_of_organization"
            )
        ]

    def __str__(self) -> str:
        return f"playbook of {self.site_id or self.organization_id}"


class RepairRun(models.Model):
    """One fault of one station, and what was done about it: goes on while `ended_at` is null, looked at by `due_at`."""

    class State(models.TextChoices):
        RUNNING = "running", _("Going on")
        CURED = domain.End.CURED, _("Cured")
        OVER = domain.End.OVER, _("Over by itself")
        HANDED_OVER = domain.End.HANDED_OVER, _("Handed over")
        EXHAUSTED = domain.End.EXHAUSTED, _("Not cured")
        STOPPED = domain.End.STOPPED, _("Stopped")

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="repair_runs", db_index=False
    )
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="repair_runs")
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, related_name="repair_runs", db_index=False
    )
    evse = models.ForeignKey("stations.Evse", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    alert = models.ForeignKey(
        "monitoring.Alert", on_delete=models.SET_NULL, null=True, blank=True, related_name="repair_runs"
    )
    incident = models.ForeignKey(
        "monitoring.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="repair_runs"
    )
    rule = models.CharField(max_length=40)
    codes = models.JSONField(default=list, blank=True, help_text="Error codes told with the fault.")
    said = models.CharField(max_length=300, help_text="In English: drivers.reread says it in the reader's language.")
    # As they were then: what is learned is learned of these.
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    firmware = models.CharField(max_length=50, blank=True)
    is_dry = models.BooleanField(default=False, help_text="Nothing is sent: it is written down what would be.")
    steps = models.JSONField(help_text="As the playbook had them when it began.")
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    cured_by = models.CharField(max_length=12, blank=True, help_text="The step that gets the cure.")
    waits_for = models.CharField(max_length=12, blank=True, help_text="What stands in the way of the next step.")
    blocked_since = models.DateTimeField(null=True, blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why it was stopped, in English.")
    is_by_hand = models.BooleanField(default=False, db_default=False)
    # Null too once the account is gone.
    started_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    stopped_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    work_order = models.ForeignKey(
        "monitoring.WorkOrder", on_delete=models.SET_NULL, null=True, blank=True, related_name="repair_runs"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station"], condition=models.Q(ended_at=None), name="repairrun_one_per_station"
            ),
            # What began by itself tries each fault once.
            models.UniqueConstraint(
                fields=["alert"], condition=models.Q(is_by_hand=False), name="repairrun_once_per_alert"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(ended_at=None), name="repairrun_due"),
            models.Index(fields=["organization", "-id"], name="repairrun_organization"),
            models.Index(fields=["station", "-id"], name="repairrun_station"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} at {self.station_id} ({self.state})"


class RepairStep(models.Model):
    """A step of a run. Its row is written together with its command: neither is there without the other."""

    class State(models.TextChoices):
        OPEN = domain.Result.OPEN, _("Asked for")
        TAKEN = domain.Result.TAKEN, _("Done, its cure is waited for")
        CURED = domain.Result.CURED, _("Cured it")
        NO_CURE = domain.Result.NO_CURE, _("Did not help")
        REFUSED = domain.Result.REFUSED, _("Refused")
        WITHHELD = domain.Result.WITHHELD, _("Never sent")
        SKIPPED = domain.Result.SKIPPED, _("Passed over")

    run = models.ForeignKey(RepairRun, on_delete=models.CASCADE, related_name="taken")
    position = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=State)
    why = models.CharField(max_length=12, blank=True, help_text="Why it was passed over.")
    answer = models.CharField(max_length=100, blank=True, help_text="The station's word, or what came instead.")
    command = models.ForeignKey("stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    began_at = models.DateTimeField()
    # When its result was known: from then on its cure is waited for.
    known_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["began_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "position"], condition=~models.Q(state="withheld"), name="repairstep_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.run_id} ({self.state})"
