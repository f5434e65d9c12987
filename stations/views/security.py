"""How a station proves who it is and whom it trusts; and the root certificates there are to install."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.models import Organization
from stations.domain.certificates import INSTALLABLE, CertificateUse, Purpose
from stations.domain.certificates import CertificateStatus as Status
from stations.domain.commands import CommandKind
from stations.forms.certificate_fields import PURPOSES, USES
from stations.models import ProfileUpgrade, StationCertificate
from stations.permissions import may, organizations_granting, require
from stations.selectors.certificates import (
    visible_certificates,
    visible_installed_certificates,
    visible_root_certificates,
)
from stations.services import installed_certificates, revocation
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page
from stations.views.paging import paginate
from stations.views.station_page import header, station_of
from stations.views.wording import Word

# What stands beside the lists as buttons.
_AT_HAND = (
    CommandKind.RENEW_CERTIFICATE,
    CommandKind.INSTALL_CERTIFICATE,
    CommandKind.GET_INSTALLED_CERTIFICATES,
)
_OF_ACCESS = (CommandKind.ROTATE_PASSWORD, CommandKind.UPGRADE_SECURITY_PROFILE)


@console
def station_security(request: ConsoleRequest, identity: str) -> HttpResponse:
    """A station's certificates, those that it trusts, and how it connects."""
    found = station_of(request, identity)
    head = header(request, found, "security")
    offered = dict(head["kinds"])
    context = {
        **head,
        "certificates": [
            (row, PURPOSES[Purpose(row.purpose)], _word(row))
            for row in visible_certificates(request.user).filter(station=found)[:50]
        ],
        "installed": [
            (row, USES[CertificateUse(row.use)])
            for row in visible_installed_certificates(request.user).filter(station=found)[:100]
        ],
        "actions": [(kind, offered[kind]) for kind in _AT_HAND if kind in offered],
        "access_actions": [(kind, offered[kind]) for kind in _OF_ACCESS if kind in offered],
        "may_delete": CommandKind.DELETE_CERTIFICATE in offered,
        "may_revoke": may(request.user, Permission.MANAGE_NETWORK, found.site),
        "upgrade": ProfileUpgrade.objects.filter(station=found).first(),
    }
    fragments = {"security": "stations/_security.html"}
    return render_page(request, "stations/station_security.html", context, fragments=fragments)


_WORDS = {
    Status.REQUESTED: Word(gettext_lazy("Being signed"), "clock", "reserved"),
    Status.ISSUED: Word(gettext_lazy("Issued"), "clock", "reserved"),
    Status.SENT: Word(gettext_lazy("Sent"), "send", "charging"),
    Status.ACTIVE: Word(gettext_lazy("In use"), "check", "available"),
    Status.REJECTED: Word(gettext_lazy("Refused by the station"), "x", "faulted"),
    Status.REVOKED: Word(gettext_lazy("Revoked"), "refused", "unavailable"),
    Status.FAILED: Word(gettext_lazy("Not signed"), "alert", "faulted"),
}
_EXPIRED = Word(gettext_lazy("Expired"), "clock", "unavailable")
_EXPIRING = Word(gettext_lazy("Expires soon"), "alert", "occupied")


def _word(certificate: StationCertificate) -> Word:
    """What is shown of its status; time has the last word."""
    now = timezone.now()
    if certificate.status != Status.REVOKED and certificate.not_after is not None:
        if certificate.not_after <= now:
            return _EXPIRED
        if certificate.status == Status.ACTIVE and certificate.due_at is not None and certificate.announced_at:
            return _EXPIRING
    return _WORDS[Status(certificate.status)]


@console
@require_http_methods(["GET", "POST"])
def revoke(request: ConsoleRequest, identity: str, pk: int) -> HttpResponse:
    """Ask whether a certificate is to be revoked, and do it."""
    row = get_object_or_404(visible_certificates(request.user), station__identity=identity, pk=pk)
    require(request.user, Permission.MANAGE_NETWORK, row.station.site)
    if request.method == "POST":
        revocation.revoke(certificate=row, by=request.user)
        text = _("The certificate of %(station)s is revoked.") % {"station": identity}
        return _done(request, text, "stations:station-security", identity)
    context = {"station": row.station, "certificate": row, "purpose": PURPOSES[Purpose(row.purpose)]}
    fragments = {"dialog-body": "stations/_revoke_form.html"}
    return render_page(request, "stations/revoke_form.html", context, fragments=fragments)


def _done(request: ConsoleRequest, text: str, url_name: str, *arguments: str) -> HttpResponse:
    if request.htmx:
        return dialog_done(text)
    messages.success(request, text)
    return redirect(url_name, *arguments)


class RootForm(forms.Form):
    """A root certificate for an organization."""

    name = forms.CharField(max_length=80, label=gettext_lazy("Name"))
    use = forms.ChoiceField(choices=[(use.value, USES[use]) for use in INSTALLABLE], label=gettext_lazy("Trusted for"))
    pem = forms.CharField(
        max_length=10_000,
        label=gettext_lazy("Certificate"),
        widget=forms.Textarea(
            attrs={"rows": 8, "spellcheck": "false", "class": "mono", "placeholder": "-----BEGIN CERTIFICATE-----"}
        ),
    )
    organization: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Organization"))

    def __init__(self, organizations: Any, data: Any = None) -> None:
        super().__init__(data, auto_id="root-%s")
        field: Any = self.fields["organization"]
        field.queryset, field.initial, field.empty_label = organizations, organizations.first(), None
        if len(organizations) == 1:
            field.widget = forms.HiddenInput()


@console
def root_list(request: ConsoleRequest) -> HttpResponse:
    """The root certificates there are to install."""
    page = paginate(visible_root_certificates(request.user).order_by("name", "id"), request.GET, is_counted=True)
    managed = set(organizations_granting(request.user, Permission.MANAGE_NETWORK).values_list("pk", flat=True))
    rows = [(row, USES[CertificateUse(row.use)]) for row in page.items]
    context = {"page": page, "rows": rows, "managed": managed, "now": timezone.now()}
    return render_page(request, "stations/root_list.html", context, fragments={"results": "stations/_root_rows.html"})


@console
@require_http_methods(["GET", "POST"])
def root_add(request: ConsoleRequest) -> HttpResponse:
    """The form that enters a root certificate."""
    organizations = organizations_granting(request.user, Permission.MANAGE_NETWORK).order_by("name")
    if not organizations:
        return redirect("stations:root-list")
    form = RootForm(organizations, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _add(form):
        return _done(request, _("The root certificate can now be installed."), "stations:root-list")
    fragments = {"dialog-body": "stations/_root_form.html"}
    return render_page(request, "stations/root_form.html", {"form": form}, fragments=fragments)


def _add(form: RootForm) -> bool:
    """Whether it was taken; if not, the form says why."""
    given = form.cleaned_data
    organization: Organization = given["organization"]
    try:
        installed_certificates.add_root(
            organization=organization, name=given["name"], use=CertificateUse(given["use"]), pem=given["pem"]
        )
    except ValidationError as problem:
        form.add_error(None, problem.messages[0])
        return False
    return True


@console
@require_http_methods(["POST"])
def root_delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Offer a root certificate no longer."""
    row = get_object_or_404(visible_root_certificates(request.user), pk=pk)
    get_object_or_404(organizations_granting(request.user, Permission.MANAGE_NETWORK), pk=row.organization_id)
    installed_certificates.delete_root(root=row)
    text = _("“%(name)s” is no longer offered. Stations that trust it go on doing so.")
    messages.success(request, text % {"name": row.name})
    return redirect("stations:root-list")
