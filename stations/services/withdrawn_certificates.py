"""Certificates of stations that were deleted: who takes their name afterwards must not come in by them."""

from datetime import datetime

from django.db import transaction

from stations.models import Station, StationCertificate, WithdrawnCertificate


def withdraw(*, station: Station, now: datetime) -> None:
    """The station is about to be deleted, and its certificates' rows with it: that they are worthless stays known."""
    rows = StationCertificate.objects.filter(station=station, not_after__gt=now).exclude(fingerprint="")
    gone = [
        WithdrawnCertificate(
            fingerprint=row.fingerprint,
            serial_number=row.serial_number,
            purpose=row.purpose,
            pem=row.pem,
            not_after=row.not_after,
            revoked_at=row.revoked_at or now,
        )
        for row in rows
        if row.not_after is not None
    ]
    WithdrawnCertificate.objects.bulk_create(gone, ignore_conflicts=True)


def prune(*, older_than: datetime) -> int:
    """Forget withdrawn certificates that ended before an instant; returns how many."""
    with transaction.atomic():
        return WithdrawnCertificate.objects.filter(not_after__lt=older_than).delete()[0]
