"""What stations with a payment terminal tell of payments (OCPP 2.1 C18 to C22). Billing hears of it by facts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Settlement(models.Model):
    """What became of an ad hoc payment: settled at the end, or released."""

    class Status(models.TextChoices):
        """As on the wire."""

        SETTLED = "Settled", _("Settled")
        CANCELED = "Canceled", _("Cancelled")
        REJECTED = "Rejected", _("Rejected")
        FAILED = "Failed", _("Failed")

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="settlements")
    session = models.ForeignKey(
        "stations.Session", on_delete=models.SET_NULL, null=True, blank=True, related_name="settlements"
    )
    transaction_id = models.CharField(max_length=36, blank=True, help_text="As on the wire; empty before one began.")
    psp_ref = models.CharField(max_length=255, help_text="The payment in the payment service's books.")
    status = models.CharField(max_length=8, choices=Status)
    status_info = models.CharField(max_length=500, blank=True)
    # Wide enough for any number a terminal may tell; what it is worth is for billing to judge.
    amount = models.DecimalField(max_digits=20, decimal_places=4, help_text="In the currency of the terminal.")
    settled_at = models.DateTimeField(help_text="By the station's clock.")
    receipt_id = models.CharField(max_length=50, blank=True)
    receipt_url = models.CharField(max_length=2000, blank=True)
    vat_number = models.CharField(max_length=20, blank=True)
    company = models.JSONField(default=dict, help_text="Name and address for the receipt, as on the wire.")
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # The same message again tells nothing new.
            models.UniqueConstraint(fields=["station", "psp_ref", "status", "settled_at"], name="settlement_unique")
        ]
        indexes = [models.Index(fields=["psp_ref"], name="settlement_psp_ref")]

    def __str__(self) -> str:
        return f"{self.psp_ref} {self.status}"


class VatCheck(models.Model):
    """A VAT number a driver gave at a station, and what we answered."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="vat_checks")
    evse_number = models.PositiveIntegerField(null=True, blank=True)
    vat_number = models.CharField(max_length=20)
    is_accepted = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.vat_number
