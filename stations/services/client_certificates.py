"""Whether the certificate that a charger presents proves who it is (security profile 3)."""

from dataclasses import dataclass

from django.utils import timezone

from drivers.domain.phrases import english
from stations.domain import x509
from stations.domain.certificates import PRESENTABLE, CertificateStatus, Purpose
from stations.models import Station, StationCertificate, WithdrawnCertificate
from stations.services import authority


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problem`: why the certificate proves nothing, in words; empty when it does."""

    fingerprint: str = ""
    problem: str = ""

    @property
    def accepted(self) -> bool:
        return not self.problem


def judge_client_certificate(der: bytes, identity: str) -> Verdict:
    """Whether the holder of this certificate (DER form) is the station `identity` (OCPP 2.0.1 A00.FR.403, 405, 407).

    It has to be valid now and lead to one of this installation's roots. One that was made here has to be this station's
    and not revoked; another one, of the same authority, names the station's identity or serial number.
    """
    try:
        presented = x509.read(der)
    except x509.Unreadable as error:
        return Verdict(problem=english("It cannot be read: %(error)s", error=error))
    issued = StationCertificate.objects.filter(fingerprint=presented.fingerprint).select_related("station").first()
    if issued is None and WithdrawnCertificate.objects.filter(fingerprint=presented.fingerprint).exists():
        return Verdict(presented.fingerprint, english("It was made for a station that was deleted."))
    problem = _standing(issued) or _path(presented, issued) or _ownership(presented, issued, identity)
    return Verdict(presented.fingerprint, problem or "")


def _standing(issued: StationCertificate | None) -> str | None:
    if issued is None or issued.status in PRESENTABLE:
        return None
    if issued.status == CertificateStatus.REVOKED:
        return english("It was revoked.")
    return english("It is %(status)s.", status=issued.status)


def _path(presented: x509.Presented, issued: StationCertificate | None) -> str | None:
    between = [*authority.intermediates(), *([issued.pem] if issued is not None and issued.pem else [])]
    return x509.problem_with(presented, roots=authority.roots(), intermediates=between, now=timezone.now())


def _ownership(presented: x509.Presented, issued: StationCertificate | None, identity: str) -> str | None:
    if issued is not None:
        is_own = issued.station.identity == identity and issued.purpose in (Purpose.STATION, Purpose.COMBINED)
        return (
            None
            if is_own
            else english(
                "It was made for %(identity)s, as %(purpose)s.",
                identity=issued.station.identity,
                purpose=issued.purpose,
            )
        )
    serial_number = Station.objects.filter(identity=identity).values_list("serial_number", flat=True).first()
    if identity in presented.names or (serial_number and serial_number in presented.names):
        return None
    return english("It was made for %(name)s.", name=presented.common_name or "nobody")
