"""How stations should be configured: templates that say which value which stations should have."""

from django.db import models

from stations.models.variable import PLACE, Place


class ConfigurationTemplate(models.Model):
    """Values for all stations that fit its selectors; a blank selector fits any. The more specific template wins."""

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="configuration_templates"
    )
    name = models.CharField(max_length=80)
    site = models.ForeignKey(
        "stations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="configuration_templates"
    )
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    protocol = models.CharField(max_length=10, blank=True)
    is_enforced = models.BooleanField(
        default=False, help_text="Differences are repaired without asking, whenever the station tells its values."
    )
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="configuration_template_name_unique")
        ]

    def __str__(self) -> str:
        return self.name


class ConfigurationEntry(Place):
    """One value of a template. A secret is kept sealed; `value` then shows the mask."""

    template = models.ForeignKey(ConfigurationTemplate, on_delete=models.CASCADE, related_name="entries")
    attribute = models.CharField(max_length=6, default="Actual")
    value = models.CharField(max_length=2500, blank=True)
    sealed = models.BinaryField(null=True, blank=True, editable=False)
    # Tells whether a station was given this very value, without keeping a secret.
    fingerprint = models.CharField(max_length=32, blank=True, editable=False)

    class Meta:
        ordering = ["component", "evse_number", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["template", *PLACE, "attribute"], name="configuration_entry_unique")
        ]
