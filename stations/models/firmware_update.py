"""Firmware updates asked of chargers, and what chargers tell of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.domain.firmware import FirmwareState


class FirmwareUpdate(models.Model):
    """One update of a charger's firmware, or one firmware that a local controller is to publish (OCPP 2.x L03)."""

    # The index over (station, -id) serves the foreign key too.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, related_name="firmware_updates", db_index=False
    )
    command = models.ForeignKey(
        "stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="firmware_updates"
    )
    action = models.CharField(max_length=20, help_text="OCPP action that asked; blank: the charger told unasked.")
    request_id = models.IntegerField(
        null=True, blank=True, help_text="As on the wire; UpdateFirmware of OCPP 1.6 has none."
    )
    location = models.CharField(max_length=2000, blank=True, help_text="Without what gives access.")
    is_signed = models.BooleanField(default=False)
    retrieve_at = models.DateTimeField(null=True, blank=True)
    install_at = models.DateTimeField(null=True, blank=True)
    checksum = models.CharField(max_length=32, blank=True, help_text="MD5 of a firmware to publish.")
    published_at_urls = models.JSONField(default=list, help_text="Where a local controller offers it.")
    requested_at = models.DateTimeField()

    state = models.CharField(
        max_length=12,
        choices=[
            (FirmwareState.REQUESTED, _("Requested")),
            (FirmwareState.SCHEDULED, _("Scheduled")),
            (FirmwareState.DOWNLOADING, _("Downloading")),
            (FirmwareState.DOWNLOADED, _("Downloaded")),
            (FirmwareState.INSTALLING, _("Installing")),
            (FirmwareState.INSTALLED, _("Installed")),
            (FirmwareState.PUBLISHED, _("Published")),
            (FirmwareState.FAILED, _("Failed")),
            (FirmwareState.CANCELED, _("Canceled")),
        ],
        default=FirmwareState.REQUESTED,
    )
    status = models.CharField(max_length=50, blank=True, help_text="The charger's last word, as on the wire.")
    detail = models.CharField(max_length=1100, blank=True, help_text="What is known of the reason.")
    last_status_at = models.DateTimeField(null=True, blank=True)
    history = models.JSONField(default=list, help_text="All its words: objects with status and at.")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-id"], name="firmwareupdate_station")]

    def __str__(self) -> str:
        return f"firmware of {self.station_id} ({self.state})"
