"""Prices on stations: tariffs they hold, and costs they calculated (OCPP 2.1 I07 to I12)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StationTariff(models.Model):
    """A tariff that a station holds, as it was set or reported."""

    class State(models.TextChoices):
        HELD = "held", _("On the station")
        REJECTED = "rejected", _("Rejected")
        CLEARED = "cleared", _("Cleared")

    class Kind(models.TextChoices):
        DEFAULT = "DefaultTariff"
        DRIVER = "DriverTariff"

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="tariffs")
    tariff_id = models.CharField(max_length=60, help_text="tariffId on the wire.")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.DEFAULT)
    evse_number = models.IntegerField(help_text="0: the whole station.")
    valid_from = models.DateTimeField(null=True, blank=True)
    content = models.TextField(default="{}", help_text="The tariff as it was sent; {} where it is only reported.")
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=40, blank=True, help_text="The station's status where it rejected it.")
    set_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "tariff_id", "kind", "evse_number"], name="stationtariff_unique")
        ]

    def __str__(self) -> str:
        return f"{self.tariff_id} on {self.station_id}"


class ReportedCost(models.Model):
    """A session's cost as its station calculated it (2.1 I12); the latest report of each session counts."""

    session = models.OneToOneField("stations.Session", on_delete=models.CASCADE, related_name="reported_cost")
    tariff_id = models.CharField(max_length=60, blank=True)
    currency = models.CharField(max_length=3)
    # Four decimals: per-kWh prices are finer than a currency's smallest coin.
    total = models.DecimalField(max_digits=14, decimal_places=4, null=True, help_text="With taxes, where it tells.")
    total_without_tax = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    details = models.TextField(help_text="costDetails as on the wire.")
    failure = models.CharField(max_length=500, blank=True, help_text="Why the station could not calculate it.")
    seq_no = models.IntegerField(help_text="Of the TransactionEvent that told it.")
    reported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.session_id}: {self.total} {self.currency}"
