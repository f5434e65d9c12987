"""Certificates: what stations prove themselves with, what they trust, and what operators may have them trust."""

from django.db import models

from stations.domain.certificates import CertificateStatus, CertificateUse, HashAlgorithm, Purpose


class StationCertificate(models.Model):
    """A certificate that was made for a station from its own signing request. The station keeps the private key.

    Whether a station may present it is asked of `status` and the dates: a revoked or rejected one is none.
    """

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="certificates")
    purpose = models.CharField(max_length=32, choices=[(p.value, p.value) for p in Purpose])
    status = models.CharField(max_length=12, choices=[(s.value, s.value) for s in CertificateStatus])
    # Empty until it is signed: a provider of ours may take its time.
    serial_number = models.CharField(max_length=40, blank=True, help_text="Hex, without leading zeros.")
    common_name = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the DER form, hex.")
    not_before = models.DateTimeField(null=True, blank=True)
    not_after = models.DateTimeField(null=True, blank=True)
    pem = models.TextField(blank=True, help_text="The certificate and what leads to its root, as the station gets it.")
    signing_request = models.TextField(help_text="PEM, as the station sent it.", blank=True)
    request_id = models.BigIntegerField(null=True, blank=True, help_text="The station's requestId (OCPP 2.1).")
    requested_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True, help_text="When the station took or refused it.")
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        "drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Who revoked it."
    )
    problem = models.TextField(blank=True, help_text="Why it was not signed or not taken, in words.")
    attempts = models.PositiveSmallIntegerField(default=0, help_text="How often it was asked to be signed or sent.")
    # When the next thing is to be done for it: sign it, send it again, or have the station renew it.
    due_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"], condition=~models.Q(fingerprint=""), name="stationcertificate_fingerprint"
            )
        ]
        indexes = [
            models.Index(fields=["station", "purpose", "-id"], name="stationcertificate_station"),
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="stationcertificate_due"),
            models.Index(fields=["serial_number"], name="stationcertificate_serial"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.station_id} ({self.status})"


class WithdrawnCertificate(models.Model):
    """A certificate of a station that was deleted: it proves nothing any more, whoever bears its name from now on."""

    fingerprint = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the DER form, hex.")
    serial_number = models.CharField(max_length=40, db_index=True, help_text="Hex, without leading zeros.")
    purpose = models.CharField(max_length=32, choices=[(p.value, p.value) for p in Purpose])
    pem = models.TextField()
    not_after = models.DateTimeField()
    revoked_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.fingerprint


class RootCertificate(models.Model):
    """A certificate that an organization may have its stations trust."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="root_certificates")
    name = models.CharField(max_length=80)
    use = models.CharField(
        max_length=32, choices=[(u.value, u.value) for u in CertificateUse], help_text="What stations trust it for."
    )
    pem = models.TextField()
    subject = models.CharField(max_length=500, editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    not_after = models.DateTimeField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "use", "fingerprint"], name="rootcertificate_unique")
        ]

    def __str__(self) -> str:
        return self.name


class InstalledCertificate(models.Model):
    """A certificate in a station's own store, as the station named it: by hashes (OCPP `CertificateHashDataType`)."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="installed_certificates")
    use = models.CharField(max_length=32, choices=[(u.value, u.value) for u in CertificateUse])
    hash_algorithm = models.CharField(max_length=6, choices=[(a.value, a.value) for a in HashAlgorithm])
    issuer_name_hash = models.CharField(max_length=128)
    issuer_key_hash = models.CharField(max_length=128)
    serial_number = models.CharField(max_length=40)
    # A certificate chain's further members, each {hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber}.
    children = models.JSONField(default=list, blank=True)
    # Where we know the certificate behind the hashes.
    pem = models.TextField(blank=True)
    subject = models.CharField(max_length=500, blank=True)
    not_after = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField()

    class Meta:
        ordering = ["use", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "use", "hash_algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number"],
                name="installedcertificate_unique",
            )
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.serial_number} in {self.station_id}"
