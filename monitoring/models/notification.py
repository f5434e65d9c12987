"""What people are told: one row for each message to one person or channel."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.incident import Severity


class Notification(models.Model):
    """A message about one change of one incident or ticket, by one way. `key` makes it the only one of its kind."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        HELD = "held", _("Held back")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        IN_DIGEST = "in_digest", _("In a digest")
        FAILED = "failed", _("Given up")
        CANCELLED = "cancelled", _("Not needed any more")

    class Change(models.TextChoices):
        OPENED = "opened", _("Opened")
        REOPENED = "reopened", _("Opened again")
        GRAVER = "graver", _("Graver now")
        ESCALATED = "escalated", _("Nobody has acknowledged")
        ASSIGNED = "assigned", _("Assigned")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        RESOLVED = "resolved", _("Resolved")
        TICKET_DUE = "ticket_due", _("Ticket soon due")
        DIGEST = "digest", _("Digest")
        TEST = "test", _("Test")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="notifications")
    incident = models.ForeignKey(
        "monitoring.Incident", on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    ticket = models.ForeignKey(
        "monitoring.Ticket", on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    key = models.CharField(max_length=120, unique=True)
    change = models.CharField(max_length=12, choices=Change)
    severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.MAJOR)
    # To a person by a channel of theirs, or by email where there is no channel; to an organization's channel alone.
    person = models.ForeignKey(
        "drivers.User", on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    channel = models.ForeignKey(
        "monitoring.Channel", on_delete=models.CASCADE, null=True, blank=True, related_name="notifications"
    )
    reason = models.CharField(max_length=160, blank=True, help_text="Why they are told, in English.")
    is_on_call = models.BooleanField(default=False, help_text="Because it was their turn.")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="Not to be sent before.")
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it has not left, in English.")
    digest = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="contents")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | models.Q(channel__isnull=False),
                name="notification_goes_somewhere",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["waiting", "held", "sending"]),
                name="notification_due",
            ),
            models.Index(fields=["organization", "-id"], name="notification_log"),
            # How much went there lately.
            models.Index(fields=["person", "channel", "sent_at"], name="notification_rate"),
        ]

    def __str__(self) -> str:
        return self.key
