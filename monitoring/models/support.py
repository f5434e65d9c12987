"""What support promises, and what it says again and again."""

from zoneinfo import ZoneInfo

from django.db import models

from monitoring.models.ticket import Ticket
from stations.domain import opening_hours
from stations.domain.opening_hours import OpeningHours
from stations.models.site import validate_opening_hours


class SupportPolicy(models.Model):
    """When support is there, and how fast. An organization without one has what the columns begin with."""

    organization = models.OneToOneField("drivers.Organization", on_delete=models.CASCADE, related_name="support_policy")
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name, such as Europe/Berlin.")
    opening_hours = models.JSONField(
        null=True, blank=True, validators=[validate_opening_hours], help_text="Null: around the clock."
    )
    targets = models.JSONField(
        default=dict, blank=True, help_text="Minutes by priority: monitoring.domain.sla.Targets; others as by default."
    )
    # What drivers are told.
    helpline = models.CharField(max_length=40, blank=True, default="", db_default="", help_text="A phone number.")
    address = models.EmailField(
        blank=True, default="", db_default="", help_text="Where drivers write to; what comes there becomes tickets."
    )

    class Meta:
        verbose_name_plural = "support policies"

    def __str__(self) -> str:
        return f"{self.organization}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def hours(self) -> OpeningHours:
        """When somebody is there to answer."""
        if self.opening_hours is None:
            return OpeningHours(is_always=True)
        return opening_hours.from_json(self.opening_hours)


class CannedAnswer(models.Model):
    """An answer that is given often; `{name}` and the like are filled in (monitoring.domain.canned)."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="canned_answers")
    title = models.CharField(max_length=80)
    body = models.TextField(max_length=5000)
    category = models.CharField(max_length=8, choices=Ticket.Category, blank=True, help_text="Blank: for all.")
    language = models.CharField(max_length=8, blank=True, help_text="Blank: for all.")

    class Meta:
        ordering = ["title", "id"]
        constraints = [models.UniqueConstraint(fields=["organization", "title"], name="cannedanswer_title_unique")]

    def __str__(self) -> str:
        return self.title
