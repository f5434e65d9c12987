"""Certificates of stations that prove nothing any more, by a person's word."""

from django.db import transaction
from django.utils import timezone

from drivers import audit
from drivers.models import AuditEntry, User
from stations import journal, live
from stations.domain.certificates import CertificateStatus
from stations.domain.partings import Parting
from stations.models import Connection, StationCertificate
from stations.services import connections
from stations.services.work import Work


def revoke(*, certificate: StationCertificate, by: User | None) -> None:
    """The certificate proves nothing from now on, and what it let in is closed."""
    with transaction.atomic():
        rows = StationCertificate.objects.select_for_update(of=("self",)).select_related("station")
        row = rows.get(pk=certificate.pk)
        if row.revoked_at is not None:
            return
        row.status, row.due_at = CertificateStatus.REVOKED, None
        row.revoked_at, row.revoked_by = timezone.now(), by
        row.save()
        data = {"station": row.station_id, "purpose": row.purpose, "serial_number": row.serial_number}
        if by is not None:
            said = {"certificate": [row.serial_number, ""]}
            audit.write(row.station, AuditEntry.Action.UPDATE, by=by, changes=said)
        journal.record("certificate.revoked", subject_type="stationcertificate", subject_id=row.pk, data=data)
    certificate.refresh_from_db()
    live.nudge(live.station_group(row.station_id))
    _close_what_it_let_in(row)


def _close_what_it_let_in(row: StationCertificate) -> None:
    """The edge closes the socket as soon as it sees that its connection is no longer the station's."""
    with Work.transaction({row.station_id}, timezone.now()) as work:
        station = work.stations[row.station_id]
        opened = Connection.objects.filter(station=station, closed_at=None, certificate_fingerprint=row.fingerprint)
        if row.fingerprint and (connection := opened.first()) is not None:
            connections.close_connection(
                work=work,
                station_id=station.pk,
                connection_id=connection.pk,
                last_seen=connection.last_seen,
                code=None,
                reason=Parting.REVOKED,
            )
