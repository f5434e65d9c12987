"""Stations, their EVSEs and connectors."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.domain.status import ConnectorStatus

# OCPP 2.0.1 `identifierString` is the widest alphabet that survives a URL; chargers in the field stay inside it.
IDENTITY = r"[A-Za-z0-9*\-_=:+|@.]{1,48}"
identity_validator = RegexValidator(
    rf"^{IDENTITY}\Z",
    "Up to 48 letters, digits and * - _ = : + | @ . are allowed.",
)


class Station(models.Model):
    """A charging station (1.6: charge point). Addressed by its `identity`, case-sensitive and unique everywhere."""

    class SecurityProfile(models.IntegerChoices):
        """OCPP 2.0.1 part 2 A, and the 1.6 security white paper."""

        NONE = 0, _("0: none, insecure")
        BASIC = 1, _("1: password")
        TLS_BASIC = 2, _("2: TLS and password")
        TLS_CLIENT = 3, _("3: TLS and client certificate")

    class Registration(models.TextChoices):
        """The answer to BootNotification."""

        ACCEPTED = "Accepted", _("Accepted")
        PENDING = "Pending", _("Pending")
        REJECTED = "Rejected", _("Rejected")

    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="stations")
    identity = models.CharField(max_length=48, unique=True, validators=[identity_validator])
    name = models.CharField(max_length=80, blank=True)
    security_profile = models.PositiveSmallIntegerField(choices=SecurityProfile, default=SecurityProfile.BASIC)
    password_hash = models.CharField(max_length=200, blank=True, editable=False)
    # Sent to the charger, and it has not said yet whether it took it.
    next_password_hash = models.CharField(max_length=200, blank=True, editable=False)
    # The one before: chargers say that they took a new password and go on with the old one.
    previous_password_hash = models.CharField(max_length=200, blank=True, editable=False)
    registration = models.CharField(max_length=8, choices=Registration, default=Registration.ACCEPTED)
    # Came by itself and waits for an operator (or was turned away by one); null once it was taken in.
    quarantined_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # What the charger said of itself at its last boot.
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    serial_number = models.CharField(max_length=50, blank=True)
    firmware_version = models.CharField(max_length=50, blank=True)
    boot_reason = models.CharField(max_length=30, blank=True)
    booted_at = models.DateTimeField(null=True, blank=True)
    # Of its modem; the first digits tell whose network it is in.
    iccid = models.CharField(max_length=22, blank=True, default="", db_default="")
    imsi = models.CharField(max_length=20, blank=True, default="", db_default="")

    # Liveness: the open socket, if any, and the last time anything came through one.
    connection = models.OneToOneField(
        "stations.Connection",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    protocol = models.CharField(max_length=10, blank=True, help_text="Subprotocol of the last connection.")
    last_seen = models.DateTimeField(null=True, blank=True)
    # Charger's clock minus ours at its last message with a timestamp; null until it sent one.
    clock_offset_s = models.IntegerField(null=True, blank=True)

    # What the station says of itself as a whole (1.6: connector 0).
    status = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in ConnectorStatus], default=ConnectorStatus.UNKNOWN
    )
    error_code = models.CharField(max_length=50, blank=True)
    status_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["identity"]
        indexes = [models.Index(fields=["created_at"], name="station_created")]

    def __str__(self) -> str:
        return self.identity

    @property
    def connected(self) -> bool:
        """Whether the charger has an open socket now."""
        return self.connection_id is not None


class Evse(models.Model):
    """Charges one vehicle at a time. `number` is the EVSE id on the wire of OCPP 2.x, from 1."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="evses")
    number = models.PositiveIntegerField()
    max_power_w = models.PositiveIntegerField(null=True, blank=True)
    # What its label shows; null until one is made.
    public_code = models.CharField(max_length=12, unique=True, null=True, blank=True, editable=False)

    class Meta:
        ordering = ["station_id", "number"]
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="evse_number_unique")]

    def __str__(self) -> str:
        return f"{self.station} / {self.number}"


class Connector(models.Model):
    """A plug. `number` counts within its EVSE as OCPP 2.x does, `ocpp16_id` within the station as OCPP 1.6 does."""

    evse = models.ForeignKey(Evse, on_delete=models.CASCADE, related_name="connectors")
    station = models.ForeignKey(Station, on_delete=models.CASCADE, related_name="connectors")
    number = models.PositiveIntegerField(default=1)
    ocpp16_id = models.PositiveIntegerField(null=True, blank=True)
    type = models.CharField(max_length=20, blank=True, help_text="OCPP connector type, such as cCCS2.")
    status = models.CharField(
        max_length=16, choices=[(s.value, s.value) for s in ConnectorStatus], default=ConnectorStatus.UNKNOWN
    )
    error_code = models.CharField(max_length=50, blank=True)
    vendor_error_code = models.CharField(max_length=50, blank=True)
    info = models.CharField(max_length=255, blank=True)
    status_at = models.DateTimeField(null=True, blank=True, help_text="When the charger says it changed.")
    status_received_at = models.DateTimeField(null=True, blank=True, help_text="When we heard of it.")

    class Meta:
        ordering = ["evse_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["evse", "number"], name="connector_number_unique"),
            models.UniqueConstraint(fields=["station", "ocpp16_id"], name="connector_ocpp16_id_unique"),
        ]
        indexes = [
            # Nearly all are available: lists ask for the others.
            models.Index(
                fields=["status", "evse"],
                condition=~models.Q(status=ConnectorStatus.AVAILABLE),
                name="connector_not_available",
            )
        ]

    def __str__(self) -> str:
        return f"{self.evse} / {self.number}"
