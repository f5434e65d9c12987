"""What stations hold in their own stores, and the roots that an organization may have them trust."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from drivers.domain.phrases import english
from drivers.models import Organization
from stations.domain.certificate_hash import HashData, find, hash_data
from stations.domain.certificates import CertificateUse
from stations.domain.x509_read import Unreadable, describe, load_chain, load_one, to_pem
from stations.models import InstalledCertificate, RootCertificate, Station
from stations.services import authority
from stations.services.work import Work


@dataclass(frozen=True, slots=True)
class Reported:
    """A certificate as a station named it; `children`: the rest of its chain."""

    use: CertificateUse
    data: HashData
    children: tuple[HashData, ...] = ()


def reported(
    *, work: Work, station: Station, uses: Sequence[CertificateUse], found: Sequence[Reported], at: datetime
) -> None:
    """The station told what it holds for `uses` (none: for all): what it did not name is there no longer."""
    before = InstalledCertificate.objects.filter(station=station)
    if uses:
        before = before.filter(use__in=uses)
    known = _known(station)
    before.delete()
    rows = {_key(item.use, item.data): _row(station, item, find(item.data, known), at) for item in found}
    # A station may name others than it was asked for, and we may know them.
    InstalledCertificate.objects.bulk_create(rows.values(), ignore_conflicts=True)
    work.nudge_station(station)


def installed(*, work: Work, station: Station, use: CertificateUse, pem: str, at: datetime) -> None:
    """The station took a certificate. What it reports later replaces this."""
    try:
        certificate = load_chain(pem)[0]
    except Unreadable:
        # It was sent as a raw call, and the station made sense of it; what it is shows when it is asked.
        return
    data = hash_data(certificate, certificate)
    InstalledCertificate.objects.filter(station=station, use=use, **_columns(data)).delete()
    _row(station, Reported(use, data), certificate, at).save()
    work.record("certificate.root_installed", subject=station, data={"use": use.value})
    work.nudge_station(station)


def deleted(*, work: Work, station: Station, data: HashData) -> None:
    """The station holds this certificate no longer. The others of the same store under other hashes are the same."""
    rows = InstalledCertificate.objects.filter(station=station)
    named = [row for row in rows if data_of(row).plain == data.plain]
    same = [row.pem for row in named if row.pem]
    rows.filter(Q(pk__in=[row.pk for row in named]) | Q(pem__in=same)).delete()
    work.record("certificate.root_deleted", subject=station, data={"serial_number": data.serial_number})
    work.nudge_station(station)


def _known(station: Station) -> list[x509.Certificate]:
    """Certificates that the station may hold: those it was sent, its organization's, and our own root."""
    texts: Iterable[str] = {
        *InstalledCertificate.objects.filter(station=station).exclude(pem="").values_list("pem", flat=True),
        *RootCertificate.objects.filter(organization=station.site.organization_id).values_list("pem", flat=True),
    }
    found = [certificate for text in texts for certificate in load_chain(text)]
    return [*found, *authority.stations().chain, *authority.v2g().chain]


def vehicle_roots(*, station: Station) -> tuple[x509.Certificate, ...]:
    """What the station's organization trusts of vehicles' contracts and of the V2G world."""
    uses = (CertificateUse.MO_ROOT, CertificateUse.V2G_ROOT, CertificateUse.OEM_ROOT)
    rows = RootCertificate.objects.filter(organization=station.site.organization_id, use__in=uses)
    texts = rows.order_by("id").values_list("pem", flat=True)
    return (*(certificate for text in texts for certificate in load_chain(text)), *authority.v2g().chain)


def _key(use: CertificateUse, data: HashData) -> tuple[str, ...]:
    return (use.value, *_columns(data).values())


def _columns(data: HashData) -> dict[str, str]:
    return {
        "hash_algorithm": data.algorithm.value,
        "issuer_name_hash": data.issuer_name_hash,
        "issuer_key_hash": data.issuer_key_hash,
        "serial_number": data.serial_number,
    }


def _row(station: Station, item: Reported, certificate: x509.Certificate | None, at: datetime) -> InstalledCertificate:
    row = InstalledCertificate(
        station=station,
        use=item.use.value,
        children=[child.to_wire() for child in item.children],
        reported_at=at,
        **_columns(item.data),
    )
    if certificate is not None:
        told = describe(certificate)
        row.pem, row.subject, row.not_after = to_pem(certificate), told.subject, told.not_after
    return row


def data_of(row: InstalledCertificate) -> HashData:
    """The hashes by which its station knows it."""
    return HashData.of_wire(
        {
            "hashAlgorithm": row.hash_algorithm,
            "issuerNameHash": row.issuer_name_hash,
            "issuerKeyHash": row.issuer_key_hash,
            "serialNumber": row.serial_number,
        }
    )


# --- Roots ---


def add_root(*, organization: Organization, name: str, use: CertificateUse, pem: str) -> RootCertificate:
    """A certificate that stations may be told to trust. Raises ValidationError for what is none, or is there."""
    row = RootCertificate(organization=organization, name=name, use=use)
    _fill(row, pem)
    row.full_clean()
    with transaction.atomic():
        row.save()
    return row


def rename_root(*, root: RootCertificate, name: str) -> None:
    """Call it something else; another certificate is another row."""
    root.name = name
    root.full_clean()
    with transaction.atomic():
        root.save()


def delete_root(*, root: RootCertificate) -> None:
    """Offer it no longer; stations that trust it go on doing so."""
    with transaction.atomic():
        root.delete()


def _fill(row: RootCertificate, pem: str) -> None:
    try:
        certificate = load_one(pem)
    except Unreadable as problem:
        raise ValidationError({"pem": str(problem)}) from problem
    told = describe(certificate)
    row.pem = to_pem(certificate)
    row.subject, row.fingerprint, row.not_after = told.subject, told.fingerprint, told.not_after


@dataclass(frozen=True, slots=True)
class ToInstall:
    """A certificate for a station's store."""

    use: CertificateUse
    pem: str


def to_install(*, station: Station, root: int | None, pem: str | None, use: str | None) -> ToInstall:
    """What an install command means; raises LookupError for a root that is not the organization's.

    Without a root and a text it is the root that our own server proves itself with.
    """
    if root is not None:
        row = RootCertificate.objects.filter(organization=station.site.organization_id, pk=root).first()
        if row is None:
            raise LookupError(english("There is no root certificate %(root)s.", root=root))
        return ToInstall(CertificateUse(use or row.use), row.pem)
    if pem is not None:
        return ToInstall(CertificateUse(use or CertificateUse.CSMS_ROOT), pem)
    chosen = CertificateUse(use or CertificateUse.CSMS_ROOT)
    own = authority.v2g() if chosen is CertificateUse.V2G_ROOT else authority.stations()
    return ToInstall(chosen, to_pem(own.root))


def to_delete(*, station: Station, values: Mapping[str, Any]) -> HashData:
    """What a delete command means; raises LookupError where it names nothing."""
    if (installed_id := values.get("installed")) is not None:
        row = InstalledCertificate.objects.filter(station=station, pk=installed_id).first()
        if row is None:
            raise LookupError(
                english(
                    "%(identity)s has reported no certificate %(installed_id)s.",
                    identity=station.identity,
                    installed_id=installed_id,
                )
            )
        return data_of(row)
    names = {
        "hash_algorithm": "hashAlgorithm",
        "issuer_name_hash": "issuerNameHash",
        "issuer_key_hash": "issuerKeyHash",
        "serial_number": "serialNumber",
    }
    if missing := [name for name in names if name not in values]:
        raise LookupError(
            english("Say which certificate: `installed`, or else %(missing)s.", missing=", ".join(missing))
        )
    return HashData.of_wire({wire: values[name] for name, wire in names.items()})
