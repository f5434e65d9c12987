"""What stations told of their configuration, what it should be, and bringing the two together."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from stations.domain.commands import CommandKind
from stations.domain.configuration import Drift
from stations.forms.configuration import TemplateForm
from stations.models import ConfigurationTemplate
from stations.permissions import command_kinds, organizations_granting, require_command
from stations.selectors import visible_sites, visible_stations
from stations.selectors.configuration import drift_of, drifting, fitting_stations, visible_reports, visible_templates
from stations.services import configuration
from stations.services.commands import NotConnected
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate, paginate_found
from stations.views.station_page import header, station_of

# Each has several lines, and ten others are compared to find one.
DRIFTING_SHOWN = 25


@console
def station_configuration(request: ConsoleRequest, identity: str) -> HttpResponse:
    """A station's configuration: what it should be, what it told, and the reports it sent."""
    found = station_of(request, identity)
    variables = found.variables.order_by("component", "name", "id")
    if text := request.GET.get("text", "").strip():
        variables = variables.filter(name__icontains=text) | variables.filter(component__icontains=text)
    items = drift_of(found)
    may_set = CommandKind.SET_VARIABLES in command_kinds(request.user, found.site)
    context = {
        **header(request, found, "configuration"),
        "page": paginate(variables, request.GET, is_counted=True),
        "text": text,
        "items": items,
        "differing": sum(item.drift is not Drift.SAME for item in items),
        "repairable": may_set and any(item.is_repairable for item in items),
        "refused": may_set and any(item.drift in (Drift.REFUSED, Drift.OVERRULED) for item in items),
        "reports": visible_reports(request.user).filter(station=found).exclude(kind="customer")[:5],
    }
    fragments = {"results": "stations/_variables.html"}
    return render_page(request, "stations/station_configuration.html", context, fragments=fragments)


@console
@require_http_methods(["POST"])
def repair(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Set what differs from what it should be."""
    station = get_object_or_404(visible_stations(request.user), identity=identity)
    require_command(request.user, CommandKind.SET_VARIABLES, station.site)
    try:
        command = configuration.repair(
            station=station, requested_by=request.user, include_refused="include_refused" in request.POST
        )
    except NotConnected as problem:
        messages.error(request, str(problem))
    else:
        text = _("The values are on their way to %(station)s.") if command else _("Nothing is to be repaired.")
        messages.success(request, text % {"station": station.identity} if command else text)
    return redirect("stations:station-configuration", station.identity)


@console
def drift_list(request: ConsoleRequest) -> HttpResponse:
    """Stations that are not as they should be."""
    page = paginate_found(
        lambda key, backwards: drifting(request.user, beyond=key, backwards=backwards),
        lambda row: str(row[0].identity),
        request.GET,
        size=DRIFTING_SHOWN,
    )
    context = {"page": page, "tab": "drift"}
    fragments = {"results": "stations/_drift_rows.html"}
    return render_page(request, "stations/drift_list.html", context, fragments=fragments)


@console
def template_list(request: ConsoleRequest) -> HttpResponse:
    """The templates of desired values."""
    rows = visible_templates(request.user).prefetch_related("entries").order_by("name", "id")
    page = paginate(rows, request.GET, is_counted=True)
    managed = organizations_granting(request.user, Permission.MANAGE_NETWORK)
    context = {"page": page, "managed": set(managed.values_list("pk", flat=True)), "tab": "templates"}
    return render_page(request, "stations/template_list.html", context)


@console
@require_http_methods(["GET", "POST"])
def template_add(request: ConsoleRequest) -> HttpResponse:
    """The form of a new template."""
    return _edit(request, None)


@console
@require_http_methods(["GET", "POST"])
def template_edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of a template, and which stations it is for."""
    template = get_object_or_404(visible_templates(request.user).prefetch_related("entries"), pk=pk)
    return _edit(request, template)


def _edit(request: ConsoleRequest, template: ConfigurationTemplate | None) -> HttpResponse:
    organizations = organizations_granting(request.user, Permission.MANAGE_NETWORK).order_by("name")
    if template is not None:
        organizations = organizations.filter(pk=template.organization_id)
    if not organizations:
        raise Http404
    sites = visible_sites(request.user).filter(organization__in=organizations).order_by("name")
    form = TemplateForm(organizations, sites, template, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        organization = form.cleaned_data.get("organization", organizations[0])
        if _save(form, template or ConfigurationTemplate(organization=organization)):
            messages.success(request, _("“%(name)s” is stored.") % {"name": form.cleaned_data["name"]})
            return redirect("stations:template-list")
    stations = fitting_stations(template).count() if template else None
    context = {"form": form, "template": template, "stations": stations}
    return render_page(request, "stations/template_form.html", context)


def _save(form: TemplateForm, template: ConfigurationTemplate) -> bool:
    """Whether it was taken; if not, the form says why."""
    values: dict[str, Any] = form.values()
    values.pop("organization", None)
    try:
        configuration.save_template(template=template, **values)
    except ValidationError as problem:
        for name, texts in problem.message_dict.items():
            form.add_error(name if name in form.fields else None, texts)
        return False
    return True


@console
@require_http_methods(["POST"])
def template_delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Remove a template; stations keep what they have."""
    template = get_object_or_404(visible_templates(request.user), pk=pk)
    get_object_or_404(organizations_granting(request.user, Permission.MANAGE_NETWORK), pk=template.organization_id)
    configuration.delete_template(template=template)
    messages.success(request, _("“%(name)s” is gone. Stations keep what they have.") % {"name": template.name})
    return redirect("stations:template-list")
