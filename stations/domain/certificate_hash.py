"""How OCPP names certificates: by hashes (`CertificateHashDataType`, after `CertID` of RFC 6960 section 4.1.1)."""

from collections.abc import Iterable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from stations.domain.certificates import HashAlgorithm

_HASHES: dict[HashAlgorithm, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    HashAlgorithm.SHA256: hashes.SHA256,
    HashAlgorithm.SHA384: hashes.SHA384,
    HashAlgorithm.SHA512: hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class HashData:
    """The issuer's name and key, hashed, in hex; the serial number in hex.

    Stations write them in upper or lower case, some with leading zeros, and want them back as they wrote them; `plain`
    is the form in which two of them compare.
    """

    algorithm: HashAlgorithm
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str

    @classmethod
    def of_wire(cls, payload: dict[str, str]) -> "HashData":
        """From a `CertificateHashDataType`, as it is written there."""
        names = ("issuerNameHash", "issuerKeyHash", "serialNumber")
        return cls(HashAlgorithm(payload["hashAlgorithm"]), *(payload[name] for name in names))

    @property
    def plain(self) -> "HashData":
        """In lower case, the serial number without leading zeros."""
        serial_number = plain_serial(self.serial_number)
        return HashData(self.algorithm, self.issuer_name_hash.lower(), self.issuer_key_hash.lower(), serial_number)

    def to_wire(self) -> dict[str, str]:
        """As a `CertificateHashDataType`."""
        return {
            "hashAlgorithm": self.algorithm.value,
            "issuerNameHash": self.issuer_name_hash,
            "issuerKeyHash": self.issuer_key_hash,
            "serialNumber": self.serial_number,
        }


def plain_serial(text: str) -> str:
    """A serial number as OCPP writes it: lower-case hex, no prefix, no leading zeros."""
    return text.lower().removeprefix("0x").lstrip("0") or "0"


def hash_of(algorithm: HashAlgorithm) -> hashes.HashAlgorithm:
    """The algorithm as the cryptography package has it."""
    return _HASHES[algorithm]()


def digest(algorithm: HashAlgorithm, content: bytes) -> str:
    """The hash of `content` in lower-case hex."""
    made = hashes.Hash(hash_of(algorithm))
    made.update(content)
    return made.finalize().hex()


def key_hash(certificate: x509.Certificate, algorithm: HashAlgorithm) -> str:
    """The hash of a certificate's own public key: of the bit string alone, without tag and length (RFC 6960)."""
    info = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return digest(algorithm, _bit_string(info))


def hash_data(
    certificate: x509.Certificate, issuer: x509.Certificate, algorithm: HashAlgorithm = HashAlgorithm.SHA256
) -> HashData:
    """What OCPP calls `certificate`, whose issuer's certificate is `issuer`; a root is its own issuer."""
    return HashData(
        algorithm,
        digest(algorithm, certificate.issuer.public_bytes()),
        key_hash(issuer, algorithm),
        format(certificate.serial_number, "x"),
    )


def find(wanted: HashData, known: Iterable[x509.Certificate]) -> x509.Certificate | None:
    """The one of the `known` certificates (roots, mostly) that `wanted` names, if its issuer is among them too."""
    candidates, wanted = list(known), wanted.plain
    for certificate in candidates:
        if format(certificate.serial_number, "x") != wanted.serial_number:
            continue
        for issuer in candidates:
            if certificate.issuer == issuer.subject and hash_data(certificate, issuer, wanted.algorithm) == wanted:
                return certificate
    return None


def _bit_string(public_key_info: bytes) -> bytes:
    """The content of the BIT STRING that ends a DER `SubjectPublicKeyInfo`, without the octet of unused bits."""
    _, content_at, _ = _element(public_key_info, 0)
    _, _, algorithm_end = _element(public_key_info, content_at)
    _, bits_at, bits_end = _element(public_key_info, algorithm_end)
    return public_key_info[bits_at + 1 : bits_end]


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Tag of the DER element at `at`, where its content begins, and where it ends."""
    length, content_at = der[at + 1], at + 2
    if length >= 0x80:
        octets = length - 0x80
        length, content_at = int.from_bytes(der[content_at : content_at + octets]), content_at + octets
    return der[at], content_at, content_at + length
