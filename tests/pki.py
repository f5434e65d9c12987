"""What stations and their public key infrastructure do in tests: keys, signing requests, roots, an OCSP responder."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from stations.domain.certificate_hash import hash_data
from stations.domain.certificates import HashAlgorithm
from stations.domain.x509_read import to_pem


def signing_request(name="CP-1", key=None):
    """PEM of a signing request, as a station makes it for the key it keeps."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM).decode()


class Authority:
    """A certificate authority of others: a mobility operator's, a manufacturer's."""

    def __init__(self, name="Root", *, parent=None, ocsp_url="", days=365):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.parent = parent
        self.certificate = self._made(name, self.key.public_key(), parent or self, ca=True, url=ocsp_url, days=days)
        self.revoked = {}
        self.asked = []

    @property
    def pem(self):
        return to_pem(self.certificate)

    def issue(self, name, *, ocsp_url="", days=365, ca=False):
        """A certificate for somebody."""
        key = ec.generate_private_key(ec.SECP256R1())
        return self._made(name, key.public_key(), self, ca=ca, url=ocsp_url, days=days)

    def _made(self, name, key, issuer, *, ca, url, days):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        issuer_name = subject if issuer is self and not hasattr(self, "certificate") else issuer.certificate.subject
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer_name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=400))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if url:
            place = x509.UniformResourceIdentifier(url)
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, place)
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        return builder.sign(issuer.key, hashes.SHA256())

    def hashes_of(self, certificate, algorithm=HashAlgorithm.SHA256):
        """How OCPP names a certificate of this authority."""
        return hash_data(certificate, self.certificate, algorithm).to_wire()

    def revoke(self, certificate):
        self.revoked[certificate.serial_number] = datetime.now(UTC)

    def revocation_list(self):
        """DER."""
        now = datetime.now(UTC)
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificate.subject)
        builder = builder.last_update(now).next_update(now + timedelta(days=1))
        for serial, at in self.revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at).build()
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def answer(self, request_der):
        """The OCSP response to a request on one of its certificates."""
        request = ocsp.load_der_ocsp_request(request_der)
        self.asked.append(request)
        now = datetime.now(UTC)
        revoked_at = self.revoked.get(request.serial_number)
        builder = ocsp.OCSPResponseBuilder().add_response_by_hash(
            request.issuer_name_hash,
            request.issuer_key_hash,
            request.serial_number,
            request.hash_algorithm,
            ocsp.OCSPCertStatus.REVOKED if revoked_at else ocsp.OCSPCertStatus.GOOD,
            now,
            now + timedelta(hours=1),
            revoked_at,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
        signed = builder.certificates([self.certificate]).sign(self.key, hashes.SHA256())
        return signed.public_bytes(Encoding.DER)


@contextmanager
def responder(authority):
    """`authority` at an address of loopback: POST is OCSP, GET its revocation list. Yields the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self._send(authority.answer(self.rfile.read(int(self.headers["Content-Length"]))))

        def do_GET(self):
            self._send(authority.revocation_list())

        def _send(self, body):
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
