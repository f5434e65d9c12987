"""Reports that stations send in parts: of their variables, monitors, display messages, customers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """One report. Its parts carry the `request_id`; whoever asks uses each id once, if all goes well."""

    class Kind(models.TextChoices):
        FULL = "full", _("All variables")
        CONFIGURATION = "configuration", _("What can be configured")
        SUMMARY = "summary", _("Summary")
        CUSTOM = "custom", _("Chosen variables")
        MONITORING = "monitoring", _("All monitors")
        SOME_MONITORS = "some_monitors", _("Chosen monitors")
        DISPLAY = "display", _("All display messages")
        SOME_DISPLAY = "some_display", _("Chosen display messages")
        CUSTOMER = "customer", _("Customer information")

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="reports")
    kind = models.CharField(max_length=16, choices=Kind)
    request_id = models.BigIntegerField()
    command = models.ForeignKey(
        "stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    status = models.CharField(max_length=20, blank=True, help_text="The station's answer; blank: it was not asked.")
    reason = models.CharField(max_length=1100, blank=True)
    asked_at = models.DateTimeField(help_text="When the station answered that it will report.")
    # The seqNo of each part that came, and of the last one once it came.
    parts = models.JSONField(default=list)
    last_part = models.PositiveIntegerField(null=True, blank=True)
    is_complete = models.BooleanField(default=False)
    generated_at = models.DateTimeField(null=True, blank=True, help_text="By the station's clock.")
    updated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "kind", "request_id", "-id"], name="report_station")]

    def __str__(self) -> str:
        return f"{self.kind} report {self.request_id} of {self.station_id}"


class CustomerInformation(models.Model):
    """What a station told of a customer, or that it forgot them (OCPP 2.x N09, N10). Kept for a short time only."""

    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="customer_information")
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="customer_information")
    id_token = models.CharField(max_length=255, blank=True)
    id_token_type = models.CharField(max_length=20, blank=True)
    customer_identifier = models.CharField(max_length=64, blank=True)
    certificate_serial_number = models.CharField(max_length=40, blank=True)
    wants_report = models.BooleanField(default=True)
    wants_clearing = models.BooleanField(default=False)
    # seqNo → text: parts may come twice or in any order.
    texts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"customer information of {self.station_id}"

    @property
    def text(self) -> str:
        """What came, in order."""
        return "".join(self.texts[number] for number in sorted(self.texts, key=int))
