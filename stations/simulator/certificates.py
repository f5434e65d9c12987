"""A charger's certificates: its own key and what was signed for it, and the roots it was told to trust."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from .commands import ACCEPTED, REJECTED, Handler, Reply
from .transport import Payload

if TYPE_CHECKING:
    from .charger import VirtualCharger


@dataclass(frozen=True, slots=True)
class Root:
    """A certificate in the charger's store. `use`: as the version names it."""

    use: str
    certificate: x509.Certificate

    @property
    def hash_data(self) -> Payload:
        """How OCPP names it: after the request that OCSP would make about it."""
        builder = ocsp.OCSPRequestBuilder().add_certificate(self.certificate, self.certificate, hashes.SHA256())
        request = builder.build()
        return {
            "hashAlgorithm": "SHA256",
            "issuerNameHash": request.issuer_name_hash.hex(),
            "issuerKeyHash": request.issuer_key_hash.hex(),
            "serialNumber": format(request.serial_number, "x"),
        }


class Certificates:
    """`names_uses`: whether the answer to GetInstalledCertificateIds says what each is for (OCPP 2.x)."""

    def __init__(self, charger: "VirtualCharger", *, names_uses: bool) -> None:
        self._charger = charger
        self._names_uses = names_uses
        self.key: ec.EllipticCurvePrivateKey | None = None
        self.chain: list[x509.Certificate] = []
        self.roots: list[Root] = []

    @property
    def handlers(self) -> dict[str, Handler]:
        """What the charger obeys, in all versions."""
        return {
            "CertificateSigned": self._take,
            "DeleteCertificate": self._delete,
            "GetInstalledCertificateIds": self._list,
            "InstallCertificate": self._install,
        }

    def renewal(self, certificate_type: str | None) -> Reply:
        """Agree to make a new key and to ask for a certificate, of a type in OCPP 2.x."""

        async def ask() -> None:
            more = {"certificateType": certificate_type} if certificate_type else {}
            await self._charger.call("SignCertificate", {"csr": self._signing_request(), **more})

        return Reply({"status": "Accepted"}, ask)

    def _signing_request(self) -> str:
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._charger.profile.serial)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(self.key, hashes.SHA256())
        return request.public_bytes(Encoding.PEM).decode()

    def _take(self, payload: Payload) -> Reply:
        try:
            chain = x509.load_pem_x509_certificates(payload["certificateChain"].encode())
        except ValueError:
            return REJECTED
        if self.key is None or chain[0].public_key() != self.key.public_key():
            return REJECTED
        self.chain = chain
        return ACCEPTED

    def _install(self, payload: Payload) -> Reply:
        use = payload["certificateType"]
        try:
            certificate = x509.load_pem_x509_certificate(payload["certificate"].encode())
        except ValueError:
            return REJECTED
        self.roots = [root for root in self.roots if root.certificate != certificate or root.use != use]
        self.roots.append(Root(use, certificate))
        return ACCEPTED

    def _delete(self, payload: Payload) -> Reply:
        wanted = payload["certificateHashData"]
        kept = [root for root in self.roots if root.hash_data != wanted]
        if len(kept) == len(self.roots):
            return Reply({"status": "NotFound"})
        self.roots = kept
        return ACCEPTED

    def _list(self, payload: Payload) -> Reply:
        uses = payload.get("certificateType", [])
        wanted = [uses] if isinstance(uses, str) else uses
        found = [root for root in self.roots if not wanted or root.use in wanted]
        if not found:
            return Reply({"status": "NotFound"})
        told: list[Any] = [root.hash_data for root in found]
        if not self._names_uses:
            return Reply({"status": "Accepted", "certificateHashData": told})
        chains = [
            {"certificateType": root.use, "certificateHashData": data} for root, data in zip(found, told, strict=True)
        ]
        return Reply({"status": "Accepted", "certificateHashDataChain": chains})
