"""By what people and organizations are told, and what each person wants to be told of."""

from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.incident import Severity


class Channel(models.Model):
    """A way to a person beside their email address, or to an organization as a whole."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("Email")
        WEBHOOK = "webhook", _("Webhook")
        APPRISE = "apprise", _("Chat, SMS or paging service")

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="channels"
    )
    person = models.ForeignKey(
        "drivers.User", on_delete=models.CASCADE, null=True, blank=True, related_name="notification_channels"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=80)
    addresses = models.TextField(max_length=2000, blank=True, help_text="Of email: one in a line.")
    # Where it leads, and what signs: sealed, never shown again.
    sealed_url = models.BinaryField(default=bytes, editable=False)
    sealed_secret = models.BinaryField(default=bytes, editable=False)
    hint = models.CharField(max_length=120, blank=True, help_text="As much of the address as may be shown.")
    least_severity = models.PositiveSmallIntegerField(
        choices=Severity, default=Severity.MINOR, help_text="Of what is less grave nothing is told here."
    )
    sites = models.ManyToManyField("stations.Site", blank=True, related_name="+", help_text="None: all of them.")
    # Told of every incident by itself; else only where an escalation policy names it.
    is_subscribed = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    most = models.PositiveSmallIntegerField(
        default=10, help_text="Messages in ten minutes at most; the rest comes as one digest."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # What became of the last message.
    last_sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(organization=None, person__isnull=False)
                | models.Q(organization__isnull=False, person=None),
                name="channel_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name


class NotificationPreference(models.Model):
    """What a person wants to be told of. Who has none is told by email what their turn on call brings."""

    class Wants(models.TextChoices):
        ON_CALL = "on_call", _("Only when it is my turn")
        ALL = "all", _("All incidents at my sites")
        NOTHING = "nothing", _("Nothing")

    person = models.OneToOneField(
        "drivers.User", on_delete=models.CASCADE, primary_key=True, related_name="notification_preference"
    )
    wants = models.CharField(max_length=8, choices=Wants, default=Wants.ON_CALL)
    least_severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.MAJOR)
    sites = models.ManyToManyField("stations.Site", blank=True, related_name="+", help_text="None: all they may see.")
    by_email = models.BooleanField(default=True)
    timezone = models.CharField(max_length=64, default="UTC")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    critical_wakes = models.BooleanField(default=True)
    on_call_wakes = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.person} {self.wants}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)
