"""Alerts, and the incidents that those of one cause join."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Severity(models.IntegerChoices):
    """The graver, the lower, so that lists begin with what matters."""

    CRITICAL = 1, _("Critical")
    MAJOR = 2, _("Major")
    MINOR = 3, _("Minor")


class Incident(models.Model):
    """One cause, however many alerts tell of it. Open until `resolved_at`."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="incidents")
    # Null where it reaches over several sites: a provider, a firmware version.
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="incidents")
    title = models.CharField(max_length=200, help_text="In English: drivers.reread says it in the reader's language.")
    cause = models.CharField(max_length=120, help_text="What its alerts have in common: site:12, provider:…, evse:7.")
    # By which further alerts join it (see monitoring.domain.incidents); null before anything joined.
    keys = models.JSONField(null=True, blank=True, editable=False)
    # When the last alert joined: what happens at its site in the minutes after it belongs to it.
    joined_at = models.DateTimeField(null=True, blank=True, editable=False)
    severity = models.PositiveSmallIntegerField(choices=Severity)
    opened_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        "drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assigned_to = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    snoozed_until = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    # Null where it resolved by itself.
    resolved_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "cause"], condition=models.Q(resolved_at=None), name="incident_one_per_cause"
            )
        ]
        indexes = [
            models.Index(fields=["severity", "-id"], condition=models.Q(resolved_at=None), name="incident_open"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


class IncidentEntry(models.Model):
    """One line of an incident's timeline. Rows are only ever added."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="entries")
    kind = models.CharField(max_length=24, help_text="opened, alert, acknowledged, comment, notified, …")
    at = models.DateTimeField()
    by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(blank=True, help_text="In English, or a person's own words.")
    data = models.JSONField(default=dict, blank=True)
    # When those whom it concerns were looked up; null: they are still to be told.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["id"], condition=models.Q(told_at=None), name="incidententry_untold")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.kind}"


class Alert(models.Model):
    """What one rule finds wrong with one thing, from when it was noticed until it is over."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="alerts")
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="alerts")
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    evse = models.ForeignKey("stations.Evse", on_delete=models.CASCADE, null=True, blank=True, related_name="alerts")
    incident = models.ForeignKey(Incident, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts")
    rule = models.CharField(max_length=40, help_text="The name of a class in monitoring.rules.")
    subject = models.CharField(max_length=80, help_text="What it is about: evse:7, station:3, site:12, installation.")
    severity = models.PositiveSmallIntegerField(choices=Severity)
    said = models.CharField(max_length=300, help_text="In English: drivers.reread says it in the reader's language.")
    evidence = models.JSONField(default=dict, blank=True)
    began_at = models.DateTimeField(help_text="Since when it is so.")
    noticed_at = models.DateTimeField()
    # Null until it has held for as long as the rule asks (hysteresis).
    raised_at = models.DateTimeField(null=True, blank=True)
    # Since when it is no more so; it resolves when that has held too.
    cleared_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    # When time alone brings it on: it has held, or has been over, for long enough.
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # How often it came back, in this row or in the ones shortly before it.
    returns = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    is_flapping = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="It came back too often to be told each time."
    )
    is_muted = models.BooleanField(
        default=False, db_default=False, editable=False, help_text="Held back while its station is worked on."
    )
    causes = models.JSONField(null=True, blank=True, editable=False, help_text="Further keys by which it joins others.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"], condition=models.Q(resolved_at=None), name="alert_no_doubles"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(resolved_at=None), name="alert_due"),
            models.Index(fields=["rule", "subject", "-resolved_at"], name="alert_of_subject"),
            models.Index(fields=["organization", "severity"], condition=models.Q(resolved_at=None), name="alert_open"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}"
