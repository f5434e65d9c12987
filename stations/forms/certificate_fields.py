"""What a person chooses from in the forms of the commands around certificates."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from stations.domain.certificates import INSTALLABLE, CertificateStatus, CertificateUse, Purpose
from stations.domain.commands import CommandKind as Kind
from stations.models import RootCertificate, Station

LABELS = {
    "purpose": _("Which certificate"),
    "certificate": _("Certificate"),
    "root": _("Root certificate"),
    "pem": _("Or the certificate itself"),
    "use": _("Trusted for"),
    "installed": _("Installed certificate"),
}
# The hashes stand in the row that is chosen.
_HASHES = ("hash_algorithm", "issuer_name_hash", "issuer_key_hash", "serial_number")
LEFT_OUT = frozenset((Kind.DELETE_CERTIFICATE, name) for name in _HASHES)
USES = {
    CertificateUse.CSMS_ROOT: _("This network's server"),
    CertificateUse.MANUFACTURER_ROOT: _("The manufacturer's firmware"),
    CertificateUse.V2G_ROOT: _("Vehicle to grid (V2G)"),
    CertificateUse.MO_ROOT: _("Mobility operators' contracts"),
    CertificateUse.OEM_ROOT: _("Vehicles' manufacturers (OCPP 2.1)"),
    CertificateUse.V2G_CHAIN: _("The station's own V2G chains"),
}
# OCPP 1.6 knows two stores.
_USES_16 = (CertificateUse.CSMS_ROOT, CertificateUse.MANUFACTURER_ROOT)
PURPOSES = {
    Purpose.STATION: _("The station itself"),
    Purpose.V2G: _("Vehicles (V2G)"),
    Purpose.V2G20: _("Vehicles (ISO 15118-20)"),
    Purpose.COMBINED: _("The station itself and vehicles"),
}
_PURPOSES = [
    ("station", _("The station's own")),
    ("v2g", _("The one for vehicles (V2G)")),
    ("v2g20", _("The one for vehicles (ISO 15118-20)")),
    ("combined", _("One for both")),
]
_PURPOSES_OF = {"ocpp1.6": ("station",), "ocpp2.0.1": ("station", "v2g", "combined")}

Field = Callable[[], forms.Field]


def fields(kind: Kind, station: Station) -> dict[str, Field]:
    """The fields of a command by its parameters' names; empty for commands of another kind."""
    if kind is Kind.RENEW_CERTIFICATE:
        return {"purpose": lambda: _purpose(station)}
    if kind is Kind.SEND_CERTIFICATE:
        return {"certificate": lambda: _issued(station)}
    if kind is Kind.INSTALL_CERTIFICATE:
        return {"root": lambda: _root(station), "pem": _pem, "use": lambda: _use(station, all_of=INSTALLABLE)}
    if kind is Kind.DELETE_CERTIFICATE:
        return {"installed": lambda: _installed(station)}
    if kind is Kind.GET_INSTALLED_CERTIFICATES:
        return {"use": lambda: _use(station, all_of=tuple(CertificateUse))}
    return {}


def _purpose(station: Station) -> forms.Field:
    known = _PURPOSES_OF.get(station.protocol, tuple(name for name, _label in _PURPOSES))
    return forms.ChoiceField(choices=[(name, label) for name, label in _PURPOSES if name in known])


def _issued(station: Station) -> forms.Field:
    rows = station.certificates.exclude(pem="").exclude(status=CertificateStatus.REVOKED)[:50]
    choices = [(str(row.pk), f"{row.common_name} · {_day(row.not_after)}") for row in rows]
    help_text = "" if choices else _("None was issued yet. Renew the certificate first.")
    return forms.TypedChoiceField(choices=choices, coerce=int, help_text=help_text)


def _day(moment: datetime | None) -> str:
    return date_format(moment, "SHORT_DATE_FORMAT") if moment else "–"


def _root(station: Station) -> forms.Field:
    rows = RootCertificate.objects.filter(organization=station.site.organization_id)
    choices = [(str(row.pk), f"{row.name} · {USES[CertificateUse(row.use)]}") for row in rows]
    own = [("", _("The one that vouches for this network"))]
    return forms.TypedChoiceField(choices=[*own, *choices], coerce=int, empty_value=None)


def _pem() -> forms.Field:
    area = forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "mono", "placeholder": "-----BEGIN …"})
    return forms.CharField(max_length=10_000, widget=area)


def _use(station: Station, *, all_of: tuple[CertificateUse, ...]) -> forms.Field:
    known = [use for use in all_of if use in _USES_16 or station.protocol != "ocpp1.6"]
    return forms.ChoiceField(choices=[("", _("As is usual")), *((use.value, USES[use]) for use in known)])


def _installed(station: Station) -> forms.Field:
    rows = station.installed_certificates.all()[:100]
    choices = [(str(row.pk), f"{row.subject or row.serial_number} · {USES[CertificateUse(row.use)]}") for row in rows]
    help_text = "" if choices else _("None is known. List the installed certificates first.")
    return forms.TypedChoiceField(choices=choices, coerce=int, help_text=help_text)
