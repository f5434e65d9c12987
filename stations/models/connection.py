"""Sockets of chargers, the processes that hold them, and the attempts that were refused."""

from django.db import models


class EdgeProcess(models.Model):
    """A process that terminates charger sockets. Past `lease_until` it is taken for dead, and its sockets with it."""

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
    is_secure = models.BooleanField(default=False)
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
        UNKNOWN_IDENTITY = "unknown_identity", "Unknown identity"
        NO_CREDENTIALS = "no_credentials", "No password sent"
        WRONG_PASSWORD = "wrong_password", "Wrong password"
        NO_SUBPROTOCOL = "no_subprotocol", "No common subprotocol"
        TLS_REQUIRED = "tls_required", "TLS required"
        CERTIFICATE_REQUIRED = "certificate_required", "Client certificate required"

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
