"""What a charger says of its configuration: variables of the device model (2.x), configuration keys (1.6)."""

from django.db import models

PLACE = ("component", "component_instance", "evse_number", "connector_number", "name", "instance")


class Place(models.Model):
    """A variable of a component. A 1.6 configuration key is a variable without a component."""

    component = models.CharField(max_length=50, blank=True)
    component_instance = models.CharField(max_length=50, blank=True)
    evse_number = models.PositiveIntegerField(default=0, help_text="0: the station as a whole.")
    connector_number = models.PositiveIntegerField(default=0, help_text="0: the EVSE as a whole.")
    name = models.CharField(max_length=50)
    instance = models.CharField(max_length=50, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.component}.{self.name}" if self.component else self.name


class Variable(Place):
    """One attribute of one variable: what the station told of it, and what came of our last change."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="variables")
    attribute = models.CharField(max_length=6, default="Actual", help_text="Actual, Target, MinSet or MaxSet.")
    value = models.CharField(max_length=2500, blank=True, help_text="Masked where it is a secret.")
    mutability = models.CharField(max_length=9, blank=True, help_text="ReadOnly, WriteOnly or ReadWrite.")
    persistent = models.BooleanField(null=True, blank=True)
    constant = models.BooleanField(null=True, blank=True)
    data_type = models.CharField(max_length=12, blank=True)
    unit = models.CharField(max_length=16, blank=True)
    min_limit = models.FloatField(null=True, blank=True)
    max_limit = models.FloatField(null=True, blank=True)
    max_elements = models.PositiveIntegerField(null=True, blank=True)
    values_list = models.CharField(max_length=1000, blank=True, help_text="What it may be, separated by commas.")
    supports_monitoring = models.BooleanField(null=True, blank=True)
    reported_at = models.DateTimeField()

    # What the station answered instead of a value when it was asked for this one, such as UnknownVariable.
    refusal = models.CharField(max_length=26, blank=True)
    refusal_reason = models.CharField(max_length=1100, blank=True)

    # Our last change. The fingerprint tells whether two values are the same without keeping a secret.
    change_status = models.CharField(max_length=26, blank=True, help_text="As the station answered it.")
    change_reason = models.CharField(max_length=1100, blank=True)
    change_fingerprint = models.CharField(max_length=32, blank=True, editable=False)
    change_count = models.PositiveIntegerField(default=0, help_text="How often in a row it took this same value.")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["component", "evse_number", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", *PLACE, "attribute"],
                name="variable_unique",
            )
        ]

    @property
    def is_readonly(self) -> bool:
        return self.mutability == "ReadOnly"
