"""Logs asked of chargers, and the files that came."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.domain.logs import LogKind, LogState


class LogRequest(models.Model):
    """One log asked of a charger: its way to us or to the address that was given, and the file that came here."""

    # The index over (station, -id) serves the foreign key too.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, related_name="log_requests", db_index=False
    )
    command = models.ForeignKey(
        "stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="log_requests"
    )
    action = models.CharField(max_length=20, help_text="OCPP action that asked; blank: the charger told unasked.")
    request_id = models.IntegerField(null=True, blank=True, help_text="As on the wire; GetDiagnostics has none.")
    log = models.CharField(
        max_length=16,
        choices=[
            (LogKind.DIAGNOSTICS, _("Diagnostics log")),
            (LogKind.SECURITY, _("Security log")),
            (LogKind.DATA_COLLECTOR, _("Data collector's log")),
        ],
        default=LogKind.DIAGNOSTICS,
    )
    location = models.CharField(max_length=2000, blank=True, help_text="Where it goes, without what gives access.")
    oldest = models.DateTimeField(null=True, blank=True)
    latest = models.DateTimeField(null=True, blank=True)
    requested_at = models.DateTimeField()

    state = models.CharField(
        max_length=10,
        choices=[
            (LogState.REQUESTED, _("Requested")),
            (LogState.UPLOADING, _("Uploading")),
            (LogState.UPLOADED, _("Uploaded")),
            (LogState.FAILED, _("Failed")),
        ],
        default=LogState.REQUESTED,
    )
    status = models.CharField(max_length=50, blank=True, help_text="The charger's last word, as on the wire.")
    detail = models.CharField(max_length=1100, blank=True, help_text="What is known of the reason.")
    status_at = models.DateTimeField(null=True, blank=True)
    told_name = models.CharField(max_length=255, blank=True, help_text="What the charger calls the file.")

    # An upload to us: one file for one token, of which only the digest is kept.
    token_digest = models.CharField(max_length=64, blank=True, editable=False)
    token_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    file = models.FileField(max_length=200, blank=True)
    size = models.BigIntegerField(null=True, blank=True, help_text="Bytes.")
    received_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["station", "-id"], name="logrequest_station"),
            models.Index(fields=["requested_at"], name="logrequest_requested"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["token_digest"], condition=~models.Q(token_digest=""), name="logrequest_token_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.log} log of {self.station_id} ({self.state})"

    @property
    def file_name(self) -> str:
        """The stored file's own name; empty where none came."""
        return str(self.file.name).rpartition("/")[2] if self.file else ""
