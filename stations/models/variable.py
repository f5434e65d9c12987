"""What a charger says of its configuration: variables of the device model (2.x), configuration keys (1.6)."""

from django.db import models


class Variable(models.Model):
    """One attribute of one variable. A 1.6 configuration key is a variable without a component."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="variables")
    component = models.CharField(max_length=50, blank=True)
    component_instance = models.CharField(max_length=50, blank=True)
    evse_number = models.PositiveIntegerField(default=0, help_text="0: the station as a whole.")
    connector_number = models.PositiveIntegerField(default=0, help_text="0: the EVSE as a whole.")
    name = models.CharField(max_length=50)
    instance = models.CharField(max_length=50, blank=True)
    attribute = models.CharField(max_length=6, default="Actual", help_text="Actual, Target, MinSet or MaxSet.")
    value = models.CharField(max_length=2500, blank=True, help_text="Masked where it is a secret.")
    data_type = models.CharField(max_length=12, blank=True)
    unit = models.CharField(max_length=16, blank=True)
    is_readonly = models.BooleanField(default=False)
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["component", "evse_number", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "station",
                    "component",
                    "component_instance",
                    "evse_number",
                    "connector_number",
                    "name",
                    "instance",
                    "attribute",
                ],
                name="variable_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.component}.{self.name}" if self.component else self.name
