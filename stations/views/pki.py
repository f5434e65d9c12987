"""What anybody may ask of this installation's certificate authority: its roots, what it revoked."""

import base64
import binascii
from urllib.parse import unquote

from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from stations.domain.x509_read import to_pem
from stations.services import authority

# A list is signed at most once in this time, however many ask.
LIST_KEPT_S = 30
# More than any OCSP request about a certificate.
MAX_REQUEST_BYTES = 4096


@require_GET
def root(request: HttpRequest, name: str) -> HttpResponse:
    """The root of stations' certificates, or of those that vehicles see."""
    found = authority.v2g() if name == "v2g" else authority.stations()
    return HttpResponse(to_pem(found.root), content_type="application/x-pem-file")


@require_GET
def revocation_list(request: HttpRequest) -> HttpResponse:
    """What stations can no longer prove themselves with (RFC 5280)."""
    der = cache.get_or_set("pki.stations.crl", lambda: authority.revocation_list(now=timezone.now()), LIST_KEPT_S)
    return HttpResponse(der, content_type="application/pkix-crl")


@csrf_exempt
@require_POST
def ocsp(request: HttpRequest) -> HttpResponse:
    """The status of one certificate (RFC 6960, appendix A.1)."""
    if int(request.headers.get("Content-Length") or 0) > MAX_REQUEST_BYTES:
        raise RequestDataTooBig("This is no OCSP request.")
    return _answer(request.body)


@require_http_methods(["GET"])
def ocsp_by_address(request: HttpRequest, asked: str) -> HttpResponse:
    """The same with the request in the address, base64."""
    try:
        der = base64.b64decode(unquote(asked), validate=True)
    except (binascii.Error, ValueError):
        der = b""
    return _answer(der[:MAX_REQUEST_BYTES])


def _answer(der: bytes) -> HttpResponse:
    return HttpResponse(authority.answer_ocsp(der, now=timezone.now()), content_type="application/ocsp-response")
