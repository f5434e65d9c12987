"""Sites: places with stations."""

from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.domain import opening_hours
from stations.domain.opening_hours import OpeningHours


def validate_opening_hours(value: Any) -> None:
    """As stations.domain.opening_hours reads them."""
    try:
        opening_hours.from_json(value)
    except opening_hours.Unreadable as error:
        raise ValidationError(f"These are no opening hours: {error}.") from error


class Site(models.Model):
    class Access(models.TextChoices):
        """Who may charge: the answer to a charger that asks for an unknown id token rests on it."""

        MEMBERS = "members", _("Known id tokens only")
        OPEN = "open", _("Anybody")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2 code.")
    latitude = models.DecimalField(
        max_digits=9, decimal_places=6, validators=[MinValueValidator(-90), MaxValueValidator(90)]
    )
    longitude = models.DecimalField(
        max_digits=9, decimal_places=6, validators=[MinValueValidator(-180), MaxValueValidator(180)]
    )
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name, such as Europe/Berlin.")
    access = models.CharField(max_length=8, choices=Access, default=Access.MEMBERS)
    one_session_per_token = models.BooleanField(
        default=False, help_text="A token that charges somewhere in the network starts no second session here."
    )
    is_public = models.BooleanField(default=True, help_text="Shown on the public map.")
    is_active = models.BooleanField(
        default=True,
        db_default=True,
        help_text="One that is not is on no public map, and nobody starts a session there.",
    )
    description = models.TextField(max_length=2000, blank=True, default="", db_default="")
    opening_hours = models.JSONField(
        null=True, blank=True, validators=[validate_opening_hours], help_text="On its own clock; null: not stated."
    )
    directions = models.TextField(
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        help_text="How drivers find it and get in, and where they may park.",
    )
    staff_note = models.TextField(
        max_length=2000,
        blank=True,
        default="",
        db_default="",
        help_text="For those who work there, such as the code of the gate.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="site_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone; UTC where what stands there is none."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    @property
    def hours(self) -> OpeningHours | None:
        """When it is open; None where nobody said so."""
        return None if self.opening_hours is None else opening_hours.from_json(self.opening_hours)


class SiteContact(models.Model):
    """Somebody to call about a site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=80)
    role = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(max_length=120, blank=True)
    note = models.CharField(max_length=200, blank=True)
    is_public = models.BooleanField(default=False, help_text="Told to drivers, and printed on labels: a helpline.")

    class Meta:
        ordering = ["site_id", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.site})"


class SiteScope(models.Model):
    """Narrows a membership to a site; a membership without any scope sees all sites of its organization."""

    membership = models.ForeignKey("drivers.Membership", on_delete=models.CASCADE, related_name="site_scopes")
    # Without its last site a limited role would be an unlimited one.
    site = models.ForeignKey(Site, on_delete=models.RESTRICT, related_name="scopes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "site"], name="sitescope_unique")]

    def __str__(self) -> str:
        return f"{self.membership} at {self.site}"
