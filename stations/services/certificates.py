"""The certificates of stations: signed on their request, sent to them, renewed in time.

The row is the truth: `due_at` says when something is to be done for it, and `sweep` does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from drivers.domain.phrases import Phrase, english
from stations import journal
from stations.domain.certificate_hash import HashData, hash_data
from stations.domain.certificates import (
    RENEWAL_RETRY,
    SEND_ATTEMPTS,
    CertificateStatus,
    Purpose,
    look_again_at,
    renewal_due,
)
from stations.domain.commands import OPEN_STATES, CommandKind
from stations.domain.x509_read import BadRequest, Unreadable, check_request, describe, load_chain, to_pem
from stations.gateways import contract_certificates
from stations.gateways.outward import Unreachable
from stations.models import Command, Station, StationCertificate, Variable
from stations.services import authority, commands
from stations.services.work import Work

Status = CertificateStatus

# More than any healthy station asks for; one in a loop must not fill the tables.
MOST_A_DAY = 24
# CertificateSigned.certificateChain in all versions.
LONGEST_CHAIN = 10_000
_V2G = (Purpose.V2G, Purpose.V2G20)
_PURPOSES = {
    "station": Purpose.STATION,
    "v2g": Purpose.V2G,
    "v2g20": Purpose.V2G20,
    "combined": Purpose.COMBINED,
}
_ASKED_AS = {purpose: name for name, purpose in _PURPOSES.items()}


@dataclass(frozen=True, slots=True)
class Asked:
    """A signing request of a station. `root`: the root that its certificate is to lead to, where it says (OCPP 2.1)."""

    pem: str
    purpose: Purpose
    request_id: int | None = None
    root: HashData | None = None


# --- Signing ---


def request_signing(*, work: Work, station: Station, asked: Asked, at: datetime) -> str:
    """Take a signing request; empty, or in words why it is refused (OCPP 2.0.1 A02.FR.11, A02.FR.12).

    The certificate follows as a command. The same request sent again, because none has come, gets the same one.
    """
    pending = StationCertificate.objects.filter(
        station=station, signing_request=asked.pem, status__in=[Status.REQUESTED, Status.ISSUED, Status.SENT]
    ).first()
    if pending is not None:
        if pending.status != Status.REQUESTED:
            send(work=work, certificate=pending)
        return ""
    try:
        request = _checked(station, asked, at)
        row = StationCertificate(
            station=station,
            purpose=asked.purpose,
            status=Status.REQUESTED,
            signing_request=asked.pem,
            request_id=asked.request_id,
            requested_at=at,
        )
        if asked.purpose in _V2G and contract_certificates.provider().signs:
            row.due_at = work.now
            row.save()
        else:
            organization = station.site.organization.name
            chain = authority.sign(request, purpose=asked.purpose, organization=organization, now=work.now)
            _issue(row, chain)
            row.save()
            send(work=work, certificate=row)
    except (BadRequest, authority.BadAuthority) as problem:
        _note_refusal(work, station, asked, str(problem), at)
        return str(problem)
    data = {"station": station.pk, "purpose": row.purpose}
    work.record("certificate.requested", subject=row, data=data)
    work.nudge_station(station)
    return ""


def issue(*, station: Station, pem: str, purpose: Purpose, now: datetime) -> StationCertificate:
    """Sign a request that came by another way than the station's socket. Raises BadRequest or BadAuthority."""
    request = _checked(station, Asked(pem, purpose), now)
    organization = station.site.organization.name
    row = StationCertificate(station=station, purpose=purpose, signing_request=pem, requested_at=now)
    _issue(row, authority.sign(request, purpose=purpose, organization=organization, now=now))
    row.due_at = _renewal_due(row)
    row.status = Status.ACTIVE
    with transaction.atomic():
        row.save()
        data = {"station": station.pk, "purpose": row.purpose}
        journal.record("certificate.issued", subject_type="stationcertificate", subject_id=row.pk, data=data)
    return row


def _checked(station: Station, asked: Asked, at: datetime) -> x509.CertificateSigningRequest:
    """The request, if it may be signed; raises BadRequest or BadAuthority."""
    asked_lately = StationCertificate.objects.filter(station=station, requested_at__gt=at - timedelta(days=1))
    if asked_lately.count() >= MOST_A_DAY:
        raise BadRequest(Phrase("The station has asked for %(most)d certificates within a day.", most=MOST_A_DAY))
    names = None
    if asked.purpose not in _V2G:
        names = frozenset({station.identity, station.serial_number} - {""})
    request = check_request(asked.pem, purpose=asked.purpose, names=names)
    if asked.root is not None:
        root = authority.for_purpose(asked.purpose).root
        if hash_data(root, root, asked.root.algorithm) != asked.root.plain:
            raise BadRequest(Phrase("The root certificate that the station asks for is not ours."))
    return request


def _note_refusal(work: Work, station: Station, asked: Asked, problem: str, at: datetime) -> None:
    """Keep why: one row for as long as it is the same reason."""
    last = StationCertificate.objects.filter(station=station, purpose=asked.purpose).first()
    if last is None or last.status != Status.FAILED or last.problem != problem:
        last = StationCertificate(station=station, purpose=asked.purpose, status=Status.FAILED, problem=problem)
    last.signing_request, last.requested_at, last.request_id = asked.pem[:10_000], at, asked.request_id
    last.save()
    data = {"station": station.pk, "purpose": asked.purpose.value, "problem": problem}
    work.record("certificate.refused", subject=last, data=data)
    work.nudge_station(station)


def _issue(row: StationCertificate, chain: Sequence[x509.Certificate]) -> None:
    """Fill in what was signed."""
    told = describe(chain[0])
    row.status = Status.ISSUED
    row.serial_number, row.common_name, row.fingerprint = told.serial_number, told.common_name[:64], told.fingerprint
    row.not_before, row.not_after = told.not_before, told.not_after
    row.pem = to_pem(*chain)
    row.problem = ""


# --- To the station ---


def send(*, work: Work, certificate: StationCertificate) -> None:
    """Have the certificate sent to its station, unless it is on its way already."""
    if _is_on_its_way(certificate):
        return
    _request_sending(work.stations[certificate.station_id], certificate)
    certificate.attempts += 1
    certificate.due_at = look_again_at(now=work.now, attempts=certificate.attempts)
    certificate.save(update_fields=["attempts", "due_at"])


def _request_sending(station: Station, certificate: StationCertificate) -> None:
    values = {"certificate": certificate.pk}
    commands.request(station=station, kind=CommandKind.SEND_CERTIFICATE, values=values, requested_by=None)


def _is_on_its_way(certificate: StationCertificate) -> bool:
    open_ones = Command.objects.filter(
        station=certificate.station_id, kind=CommandKind.SEND_CERTIFICATE, state__in=OPEN_STATES
    )
    return open_ones.filter(payload=f'{{"certificate":{certificate.pk}}}').exists()


def to_send(*, station: Station, certificate_id: int) -> StationCertificate:
    """The certificate a command names. Raises LookupError for one that is not this station's or is not to be sent."""
    found = StationCertificate.objects.filter(station=station, pk=certificate_id).first()
    if found is None or not found.pem:
        raise LookupError(english("No certificate %(number)d was issued to this station.", number=certificate_id))
    if found.status == Status.REVOKED:
        raise LookupError(english("Certificate %(number)d is revoked.", number=certificate_id))
    return found


def longest_chain(*, station: Station, variable: str) -> int:
    """How many characters of a chain the station takes, as its `variable` says; else as the schema does."""
    value = Variable.objects.filter(station=station, name=variable, attribute="Actual").values_list("value", flat=True)
    text = value.first() or ""
    return min(int(text), LONGEST_CHAIN) if text.isdecimal() and int(text) > 0 else LONGEST_CHAIN


def fitting(pem: str, limit: int) -> str:
    """As many certificates of a chain, from the leaf on, as `limit` characters hold (MaxCertificateChainSize)."""
    fits = ""
    for certificate in load_chain(pem):
        longer = fits + to_pem(certificate)
        if fits and len(longer) > limit:
            break
        fits = longer
    return fits


def _of_chain(station: Station, pem: str) -> StationCertificate | None:
    try:
        leaf = load_chain(pem)[0]
    except Unreadable:
        return None
    rows = StationCertificate.objects.select_for_update().filter(station=station)
    return rows.filter(fingerprint=describe(leaf).fingerprint).first()


def sent(*, work: Work, station: Station, pem: str) -> None:
    """The chain is about to leave."""
    row = _of_chain(station, pem)
    if row is None or row.status == Status.REVOKED:
        return
    if row.status == Status.ISSUED:
        row.status = Status.SENT
        row.due_at = look_again_at(now=work.now, attempts=row.attempts)
        row.save(update_fields=["status", "due_at"])


def answered(*, work: Work, station: Station, pem: str, purpose: Purpose, problem: str | None, at: datetime) -> None:
    """The station took the chain, or refused it for `problem`. One that we did not make is a row from now on."""
    row = _of_chain(station, pem) or _from_elsewhere(station, pem, purpose, at)
    if row is None or row.status == Status.REVOKED:
        return
    row.answered_at = at
    data = {"station": station.pk, "purpose": row.purpose}
    if problem is None:
        row.status, row.problem = Status.ACTIVE, ""
        row.due_at = _renewal_due(row)
        # The station uses the newest (A02.FR.09); the ones before it are not renewed any more.
        former = StationCertificate.objects.filter(station=station, purpose=row.purpose, status=Status.ACTIVE)
        former.exclude(pk=row.pk).update(due_at=None)
        row.save()
        work.record("certificate.installed", subject=row, data=data | {"not_after": _iso(row.not_after)})
    else:
        # The station does not ask again by itself (A02.FR.20), and the same chain would be refused again.
        row.status, row.problem, row.due_at = Status.REJECTED, problem, None
        row.save()
        work.record("certificate.rejected", subject=row, data=data | {"problem": problem})
    work.nudge_station(station)


def _from_elsewhere(station: Station, pem: str, purpose: Purpose, at: datetime) -> StationCertificate | None:
    try:
        chain = load_chain(pem)
    except Unreadable:
        return None
    row = StationCertificate(station=station, purpose=purpose, requested_at=at)
    _issue(row, chain)
    taken = StationCertificate.objects.filter(fingerprint=row.fingerprint).exists()
    return None if taken else row


def _renewal_due(row: StationCertificate) -> datetime | None:
    if row.not_before is None or row.not_after is None:
        return None
    ahead = timedelta(days=settings.CERTIFICATE_RENEWAL_DAYS)
    return renewal_due(not_before=row.not_before, not_after=row.not_after, ahead=ahead)


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


# --- What is due ---


def sweep(*, now: datetime | None = None, limit: int = 200) -> int:
    """Do what is due: have certificates signed by the provider, sent again, renewed. How many rows it dealt with."""
    now = now or timezone.now()
    due = StationCertificate.objects.filter(due_at__lte=now).order_by("due_at").select_related("station__site")
    rows = list(due[:limit])
    for row in rows:
        if row.status == Status.REQUESTED:
            _have_signed(row, now)
        elif row.status in (Status.ISSUED, Status.SENT):
            _send_again(row, now)
        else:
            _renew(row, now)
    return len(rows)


def _claimed(row: StationCertificate, due_at: datetime | None) -> bool:
    """Whether this sweep is the one that deals with the row; `due_at` is when the next thing is to be done for it."""
    mine = StationCertificate.objects.filter(pk=row.pk, status=row.status, due_at=row.due_at)
    return bool(mine.update(due_at=due_at))


def _have_signed(row: StationCertificate, now: datetime) -> None:
    with transaction.atomic():
        if not _claimed(row, now + timedelta(minutes=1)):
            return
    # Outside of any transaction: it may take its time.
    try:
        chain = load_chain(contract_certificates.provider().sign(row.signing_request))
    except (Unreachable, Unreadable) as problem:
        _note_unsigned(row, str(problem), now)
        return
    with Work.transaction({row.station_id}, now) as work:
        wanted = StationCertificate.objects.select_for_update().filter(pk=row.pk, status=Status.REQUESTED).first()
        if wanted is not None:
            _issue(wanted, chain)
            wanted.attempts = 0
            wanted.save()
            send(work=work, certificate=wanted)


def _note_unsigned(row: StationCertificate, problem: str, now: datetime) -> None:
    """Try again for a while; the station stops asking by itself, and a person has to hear of it."""
    attempts = row.attempts + 1
    again = look_again_at(now=now, attempts=attempts) if attempts < SEND_ATTEMPTS else None
    with transaction.atomic():
        status = Status.REQUESTED if again else Status.FAILED
        StationCertificate.objects.filter(pk=row.pk, status=Status.REQUESTED).update(
            attempts=attempts, due_at=again, problem=problem, status=status
        )
        if again is None:
            data = {"station": row.station_id, "purpose": row.purpose, "problem": problem}
            journal.record("certificate.refused", subject_type="stationcertificate", subject_id=row.pk, data=data)


def _send_again(row: StationCertificate, now: datetime) -> None:
    """A chain that got no answer is sent again a few times; while it waits in the queue nothing is to be done."""
    is_on_its_way = _is_on_its_way(row)
    is_over = not is_on_its_way and row.attempts >= SEND_ATTEMPTS
    due_at = None if is_over else look_again_at(now=now, attempts=row.attempts + 1)
    with transaction.atomic():
        if not _claimed(row, due_at) or is_on_its_way:
            return
        if is_over:
            data = {"station": row.station_id, "purpose": row.purpose, "problem": "The station did not answer."}
            journal.record("certificate.rejected", subject_type="stationcertificate", subject_id=row.pk, data=data)
            return
        StationCertificate.objects.filter(pk=row.pk).update(attempts=row.attempts + 1)
        _request_sending(row.station, row)


def _renew(row: StationCertificate, now: datetime) -> None:
    """Ask the station for a new signing request, each day until it made one; tell once that time runs out."""
    is_over = row.not_after is None or row.not_after <= now
    with transaction.atomic():
        if not _claimed(row, None if is_over else now + RENEWAL_RETRY):
            return
        data = {"station": row.station_id, "purpose": row.purpose, "not_after": _iso(row.not_after)}
        if is_over:
            journal.record("certificate.expired", subject_type="stationcertificate", subject_id=row.pk, data=data)
            return
        if row.announced_at is None:
            StationCertificate.objects.filter(pk=row.pk).update(announced_at=now)
            journal.record("certificate.expiring", subject_type="stationcertificate", subject_id=row.pk, data=data)
        waiting = Command.objects.filter(
            station=row.station_id, kind=CommandKind.RENEW_CERTIFICATE, state__in=OPEN_STATES
        )
        if not waiting.exists():
            values = {"purpose": _ASKED_AS[Purpose(row.purpose)]}
            commands.request(station=row.station, kind=CommandKind.RENEW_CERTIFICATE, values=values, requested_by=None)
