"""The door for stations that nobody announced."""

from django.db import models


class OnboardingDoor(models.Model):
    """While it is open, an unknown station that knows the password may connect and waits in quarantine."""

    organization = models.OneToOneField(
        "drivers.Organization", on_delete=models.CASCADE, related_name="onboarding_door"
    )
    is_open = models.BooleanField(default=False)
    # Blank: any station may knock. Only one organization of an installation can have that.
    password_hash = models.CharField(max_length=200, blank=True, editable=False)
    site = models.ForeignKey(
        "stations.Site", on_delete=models.CASCADE, related_name="+", help_text="Where stations wait for a decision."
    )

    def __str__(self) -> str:
        return f"{self.organization}: {'open' if self.is_open else 'closed'}"
