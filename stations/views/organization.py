"""What an organization is called, pays in, and asks of its people."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from drivers.selectors import has_second_factor
from drivers.services import organizations
from stations.forms.people import OrganizationForm
from stations.selectors.people import managed_organizations
from stations.views.pages import ConsoleRequest, console, render_page


@console
def organization(request: ConsoleRequest) -> HttpResponse:
    """The settings of each organization the viewer manages."""
    return _page(request, None)


@console
@require_POST
def change(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Change the settings of one organization."""
    found = get_object_or_404(managed_organizations(request.user), pk=pk)
    form = OrganizationForm(request.POST, instance=found)
    if not form.is_valid():
        return _page(request, form)
    wanted = form.cleaned_data["two_factor_required"] and "two_factor_required" in form.changed_data
    if wanted and not has_second_factor(request.user):
        form.add_error(
            "two_factor_required", _("Set up a second factor for yourself first, or you would be locked out.")
        )
        return _page(request, form)
    organizations.change(organization=found, **form.cleaned_data)
    messages.success(request, _("The settings of %(organization)s are changed.") % {"organization": found})
    return redirect("stations:organization")


def _page(request: ConsoleRequest, posted: OrganizationForm | None) -> HttpResponse:
    managed = list(managed_organizations(request.user))
    if not managed:
        raise PermissionDenied(_("Only owners change settings, and their role must not be limited to some sites."))
    forms = [posted if posted and posted.instance.pk == row.pk else OrganizationForm(instance=row) for row in managed]
    return render_page(request, "stations/organization.html", {"forms": forms})
