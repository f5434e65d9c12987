"""The settings of an organization's status page."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from drivers.models import Organization
from monitoring.forms.status_page import StatusPageForm
from monitoring.models import StatusPage, StatusSubscriber
from monitoring.selectors.notifications import managed
from monitoring.services import status_settings
from monitoring.views.channels import require_managed
from stations.models import Site
from stations.views.pages import ConsoleRequest, console, render_page


@console
def settings_list(request: ConsoleRequest) -> HttpResponse:
    """The status page of each organization the viewer sets up."""
    return _page(request, None)


@console
@require_POST
def change(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Change the status page of one organization."""
    organization = get_object_or_404(managed(request.user), pk=pk)
    form = _form(organization, request)
    if not form.is_valid():
        return _page(request, form)
    values = {name: form.cleaned_data[name] for name in form.Meta.fields}
    status_settings.change(organization=organization, values=values, hidden=form.hidden())
    messages.success(request, _("The status page of %(organization)s is changed.") % {"organization": organization})
    return redirect("monitoring:status-settings")


def _form(organization: Organization, request: ConsoleRequest | None = None) -> StatusPageForm:
    page = StatusPage.objects.filter(organization=organization).first() or StatusPage(organization=organization)
    sites = Site.objects.filter(organization=organization, is_public=True, is_active=True).order_by("name", "pk")
    posted = request.POST if request else None
    return StatusPageForm(sites, posted, instance=page, auto_id=f"status-{organization.pk}-%s")


def _page(request: ConsoleRequest, posted: StatusPageForm | None) -> HttpResponse:
    rows = []
    for organization in require_managed(request):
        is_posted = posted is not None and posted.instance.organization_id == organization.pk
        subscribers = StatusSubscriber.objects.filter(organization=organization, confirmed_at__isnull=False)
        rows.append((organization, posted if is_posted else _form(organization), subscribers.count()))
    return render_page(request, "monitoring/status_settings.html", {"rows": rows, "portal": settings.PORTAL_URL})
