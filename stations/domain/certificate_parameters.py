"""What the commands take that change a station's certificates."""

from stations.domain.certificates import INSTALLABLE, CertificateUse, HashAlgorithm
from stations.domain.commands import CommandKind as Kind
from stations.domain.parameter import Parameter

RENEWABLE = ("station", "v2g", "v2g20", "combined")

CERTIFICATES: dict[Kind, tuple[Parameter, ...]] = {
    Kind.RENEW_CERTIFICATE: (
        Parameter("purpose", str, "Which certificate; left out: the station's own.", choices=RENEWABLE),
        Parameter("evse", int, "OCPP 2.x, V2G: the EVSE whose controller is meant."),
    ),
    Kind.SEND_CERTIFICATE: (
        Parameter("certificate", int, "Id of a certificate that was issued to the station.", required=True),
    ),
    Kind.INSTALL_CERTIFICATE: (
        Parameter("root", int, "Id of a root certificate; without it and `pem`: this installation's own root."),
        Parameter("pem", str, "The certificate itself."),
        Parameter(
            "use",
            str,
            "What the station is to trust it for; left out: as the root certificate says, else CSMSRootCertificate.",
            choices=tuple(use.value for use in INSTALLABLE),
        ),
    ),
    Kind.DELETE_CERTIFICATE: (
        Parameter("installed", int, "Id of a certificate installed in the station; or else its four hashes:"),
        Parameter("hash_algorithm", str, "Of the hashes.", choices=tuple(kind.value for kind in HashAlgorithm)),
        Parameter("issuer_name_hash", str, "Hash of the issuer's name, hex."),
        Parameter("issuer_key_hash", str, "Hash of the issuer's key, hex."),
        Parameter("serial_number", str, "Hex, without leading zeros."),
    ),
    Kind.GET_INSTALLED_CERTIFICATES: (
        Parameter(
            "use",
            str,
            "Which ones; left out: all (OCPP 1.6: CSMSRootCertificate).",
            choices=tuple(use.value for use in CertificateUse),
        ),
    ),
}
