"""Certificates in OCPP 1.6 (security white paper, edition 3, sections 4.3 to 4.5)."""

from drivers.domain.phrases import english
from stations.domain.certificate_hash import HashData
from stations.domain.certificates import CertificateUse, Purpose
from stations.domain.commands import CommandKind as Kind
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v16.routes import ROUTES
from stations.ocpp.v201.certificates import delete_certificate, read_delete_certificate
from stations.services import certificates, installed_certificates
from stations.services.installed_certificates import Reported

# OCPP 1.6 knows two stores, and has another name for the first.
_USES = {
    "CentralSystemRootCertificate": CertificateUse.CSMS_ROOT,
    "ManufacturerRootCertificate": CertificateUse.MANUFACTURER_ROOT,
}
_NAMES = {use: name for name, use in _USES.items()}


def _name_of(use: CertificateUse) -> str:
    if use not in _NAMES:
        raise NotExpressible(english("A charge point of OCPP 1.6 has no place for a %(use)s.", use=use))
    return _NAMES[use]


@ROUTES.handles("SignCertificate")
def sign_certificate(context: Context, request: Payload) -> Payload:
    """A02, A03: the certificate follows as CertificateSigned."""
    asked = certificates.Asked(pem=request["csr"], purpose=Purpose.STATION)
    problem = certificates.request_signing(
        work=context.work, station=context.station, asked=asked, at=context.received_at
    )
    return {"status": "Rejected" if problem else "Accepted"}


@ROUTES.encodes(Kind.SEND_CERTIFICATE)
def certificate_signed(request: Request) -> tuple[str, Payload]:
    """A02: the certificate, and what leads to its root."""
    try:
        found = certificates.to_send(station=request.station, certificate_id=request.values["certificate"])
    except LookupError as error:
        raise NotExpressible(str(error)) from error
    limit = certificates.longest_chain(station=request.station, variable="CertificateSignedMaxChainSize")
    return "CertificateSigned", {"certificateChain": certificates.fitting(found.pem, limit)}


@ROUTES.sends("CertificateSigned")
def note_certificate_signed(context: Context, request: Payload) -> None:
    certificates.sent(work=context.work, station=context.station, pem=request["certificateChain"])


@ROUTES.reads("CertificateSigned")
def read_certificate_signed(context: Context, request: Payload, response: Payload) -> None:
    """A02: the charge point takes the certificate or discards it; why, a security event says."""
    certificates.answered(
        work=context.work,
        station=context.station,
        pem=request["certificateChain"],
        purpose=Purpose.STATION,
        problem=None if response["status"] == "Accepted" else english("The charge point refused it."),
        at=context.received_at,
    )


@ROUTES.encodes(Kind.RENEW_CERTIFICATE)
def renew(request: Request) -> tuple[str, Payload]:
    """A02: the charge point makes a new key and asks for a certificate."""
    if request.values.get("purpose", "station") != "station":
        raise NotExpressible(english("A charge point of OCPP 1.6 has a certificate of its own only."))
    return "ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"}


@ROUTES.encodes(Kind.INSTALL_CERTIFICATE)
def install_certificate(request: Request) -> tuple[str, Payload]:
    """M05."""
    values = request.values
    try:
        wanted = installed_certificates.to_install(
            station=request.station, root=values.get("root"), pem=values.get("pem"), use=values.get("use")
        )
    except LookupError as error:
        raise NotExpressible(str(error)) from error
    return "InstallCertificate", {"certificateType": _name_of(wanted.use), "certificate": wanted.pem}


@ROUTES.reads("InstallCertificate")
def read_install_certificate(context: Context, request: Payload, response: Payload) -> None:
    """M05: one that was accepted is in the charge point's store."""
    if response["status"] == "Accepted":
        installed_certificates.installed(
            work=context.work,
            station=context.station,
            use=_USES[request["certificateType"]],
            pem=request["certificate"],
            at=context.received_at,
        )


# M04, which the white paper has from OCPP 2.0.1 as it is.
ROUTES.encodes(Kind.DELETE_CERTIFICATE)(delete_certificate)
ROUTES.reads("DeleteCertificate")(read_delete_certificate)


@ROUTES.encodes(Kind.GET_INSTALLED_CERTIFICATES)
def get_installed_certificates(request: Request) -> tuple[str, Payload]:
    """M03: of one use at a time."""
    use = CertificateUse(request.values.get("use", CertificateUse.CSMS_ROOT))
    return "GetInstalledCertificateIds", {"certificateType": _name_of(use)}


@ROUTES.reads("GetInstalledCertificateIds")
def read_installed_certificates(context: Context, request: Payload, response: Payload) -> None:
    """M03; NotFound says that there is none."""
    use = _USES[request["certificateType"]]
    found = [Reported(use, HashData.of_wire(item)) for item in response.get("certificateHashData", [])]
    installed_certificates.reported(
        work=context.work, station=context.station, uses=[use], found=found, at=context.received_at
    )
