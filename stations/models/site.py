"""Sites: places with stations."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Site(models.Model):
    class Access(models.TextChoices):
        """Who may charge: the answer to a charger that asks for an unknown id token rests on it."""

        MEMBERS = "members", "Known id tokens only"
        OPEN = "open", "Anybody"

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


class SiteScope(models.Model):
    """Narrows a membership to a site; a membership without any scope sees all sites of its organization."""

    membership = models.ForeignKey("drivers.Membership", on_delete=models.CASCADE, related_name="site_scopes")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="scopes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "site"], name="sitescope_unique")]

    def __str__(self) -> str:
        return f"{self.membership} at {self.site}"
