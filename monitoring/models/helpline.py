"""Contacts of drivers with the helpline: each one is kept (SI 2023/1168 regulation 9)."""

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.models.ticket import Ticket

LONGEST_MINUTES = 24 * 60


class HelplineContact(models.Model):
    """A driver turned to the helpline: when, how, about what, and what became of it."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("Phone")
        CHAT = "chat", _("Chat")
        EMAIL = "email", _("Email")
        APP = "app", _("App or page")

    class Outcome(models.TextChoices):
        SOLVED = "solved", _("Solved at once")
        FOLLOW_UP = "follow_up", _("Will be followed up")
        UNSOLVED = "unsolved", _("Could not be helped")
        GONE = "gone", _("Hung up before")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="helpline_contacts")
    # None: about no place, or none was told.
    site = models.ForeignKey(
        "stations.Site", on_delete=models.SET_NULL, null=True, blank=True, related_name="helpline_contacts"
    )
    station = models.ForeignKey(
        "stations.Station", on_delete=models.SET_NULL, null=True, blank=True, related_name="helpline_contacts"
    )
    at = models.DateTimeField(help_text="When the driver was answered.")
    waited_s = models.PositiveIntegerField(
        null=True, blank=True, help_text="How long until the driver was answered; null: not known."
    )
    minutes = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(LONGEST_MINUTES)], help_text="How long it took, from the answer on."
    )
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.PHONE)
    category = models.CharField(max_length=8, choices=Ticket.Category)
    outcome = models.CharField(max_length=12, choices=Outcome)
    note = models.TextField(max_length=2000, blank=True)
    ticket = models.ForeignKey(
        "monitoring.Ticket", on_delete=models.SET_NULL, null=True, blank=True, related_name="helpline_contacts"
    )
    taken_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["organization", "-at", "-id"], name="helpline_organization_at"),
            models.Index(fields=["-at", "-id"], name="helpline_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_category_display()}, {self.at:%Y-%m-%d %H:%M}"

    @property
    def ended_at(self) -> datetime:
        return self.at + timedelta(minutes=self.minutes)
