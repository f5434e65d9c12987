"""Sockets of chargers, the processes that hold them, and the attempts that were refused."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EdgeProcess(models.Model):
    """A process that terminates charger sockets. Dead is, and its sockets with it, who does not renew its lease."""

    id = models.UUIDField(primary_key=True)
    host = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    lease_until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.host} {self.id}"


class Connection(models.Model):
    """One socket of a charger, from handshake to close."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="connections")
    process = models.ForeignKey(EdgeProcess, on_delete=models.SET_NULL, null=True, related_name="connections")
    protocol = models.CharField(max_length=10)
    remote_address = models.CharField(max_length=60, blank=True)
    host = models.CharField(max_length=255, blank=True, help_text="Name and port by which the charger reached us.")
    is_secure = models.BooleanField(default=False)
    security_profile = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The one it was let in by.")
    # Blank where there was no TLS, or a proxy ended it and did not say.
    tls_version = models.CharField(max_length=10, blank=True)
    tls_cipher = models.CharField(max_length=60, blank=True)
    certificate_fingerprint = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the client certificate's DER form, hex."
    )
    # What the charger on this socket said at boot: two chargers with one identity differ in it.
    serial_number = models.CharField(max_length=50, blank=True)
    opened_at = models.DateTimeField()
    last_seen = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    close_code = models.PositiveIntegerField(null=True, blank=True)
    close_reason = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["station", "-opened_at"], name="connection_station_opened"),
            models.Index(fields=["process"], condition=models.Q(closed_at=None), name="connection_open"),
        ]

    def __str__(self) -> str:
        return f"{self.station} since {self.opened_at:%Y-%m-%d %H:%M:%S}"


class RefusedAttempt(models.Model):
    """Handshakes that were refused, counted per identity, reason and address so that a loud charger stays one row."""

    class Reason(models.TextChoices):
        UNKNOWN_IDENTITY = "unknown_identity", _("Unknown identity")
        NO_CREDENTIALS = "no_credentials", _("No password sent")
        WRONG_PASSWORD = "wrong_password", _("Wrong password")
        NO_SUBPROTOCOL = "no_subprotocol", _("No common subprotocol")
        TLS_REQUIRED = "tls_required", _("TLS required")
        CERTIFICATE_REQUIRED = "certificate_required", _("Client certificate required")
        CERTIFICATE_REFUSED = "certificate_refused", _("Client certificate not accepted")
        IDENTITY_SHARED = "identity_shared", _("Another charger holds this identity")
        TOO_MANY_ATTEMPTS = "too_many_attempts", _("Too many failed attempts")

    identity = models.CharField(max_length=120)
    reason = models.CharField(max_length=24, choices=Reason)
    remote_address = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    # Null when the identity is no station of ours: then everybody who manages a network here sees it.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, null=True, blank=True, related_name="refused_attempts"
    )
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["identity", "reason", "remote_address"], name="refusedattempt_unique")
        ]

    def __str__(self) -> str:
        return f"{self.identity}: {self.get_reason_display()}"


class SharedIdentity(models.Model):
    """Two chargers that throw each other out with one identity. Kept for people to see after it is over."""

    station = models.OneToOneField("stations.Station", on_delete=models.CASCADE, related_name="shared_identity")
    first_address = models.CharField(max_length=60)
    first_serial = models.CharField(max_length=50, blank=True)
    second_address = models.CharField(max_length=60)
    second_serial = models.CharField(max_length=50, blank=True)
    clashes = models.PositiveIntegerField(default=0)
    detected_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # A newcomer is refused until then, while the socket of the other stands.
    hold_until = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.station_id}: {self.first_address} and {self.second_address}"
