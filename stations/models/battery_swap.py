"""Battery swaps (OCPP 2.1 S)."""

from django.db import models


class BatterySwap(models.Model):
    """A battery that went into a swap station or left it; one row for each battery of a BatterySwap message."""

    class Event(models.TextChoices):
        IN = "BatteryIn"
        OUT = "BatteryOut"
        OUT_TIMEOUT = "BatteryOutTimeout"

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="battery_swaps")
    request_id = models.IntegerField(help_text="The same for the batteries in and out of one swap.")
    event = models.CharField(max_length=20, choices=Event)
    id_token = models.CharField(max_length=255, blank=True, help_text="As the station sent it.")
    token = models.ForeignKey("drivers.IdToken", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    evse_number = models.IntegerField(help_text="The slot.")
    serial_number = models.CharField(max_length=50)
    soc_percent = models.FloatField()
    soh_percent = models.FloatField()
    production_date = models.DateTimeField(null=True, blank=True)
    vendor_info = models.CharField(max_length=500, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-id"], name="batteryswap_station")]

    def __str__(self) -> str:
        return f"{self.event} {self.serial_number}"
