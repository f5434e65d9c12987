"""What is set of the rules, and when each last looked."""

from django.db import models


class RuleSetting(models.Model):
    """What an organization wants of a rule otherwise than it comes: everywhere, or at one site."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="rule_settings")
    site = models.ForeignKey(
        "stations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="rule_settings"
    )
    rule = models.CharField(max_length=40, help_text="The name of a class in monitoring.rules.")
    is_on = models.BooleanField(null=True, blank=True, help_text="Null: as it is one level up.")
    # Decimals as text, by the names of thresholds; absent: as it is one level up.
    values = models.JSONField(default=dict, blank=True)
    changed_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["rule", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "rule"], condition=models.Q(site=None), name="rulesetting_of_organization"
            ),
            models.UniqueConstraint(fields=["site", "rule"], name="rulesetting_of_site"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} of {self.organization_id}"


class RuleRun(models.Model):
    """When a rule is to look at all stations again, and how its last look went."""

    rule = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Since when every look has failed; null while it works.
    failing_since = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["rule"]

    def __str__(self) -> str:
        return self.rule
