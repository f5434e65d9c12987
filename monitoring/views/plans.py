"""Maintenance plans and checklists: settings, reached from the work orders."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from monitoring.forms.plans import ChecklistForm, ItemForm, PlanForm, item_forms
from monitoring.models import Checklist, MaintenancePlan
from monitoring.selectors.inspections import visible_checklists, visible_plans
from monitoring.services import checklists, plans
from stations.permissions import organizations_granting, sites_granting, where_granted
from stations.views.pages import ConsoleRequest, console, render_page, save
from stations.views.paging import paginate, paginate_list


def _managed(request: ConsoleRequest) -> Any:
    """The organizations whose plans the viewer makes; raises PermissionDenied."""
    found = organizations_granting(request.user, Permission.MANAGE_MONITORING).order_by("name")
    if not found:
        raise PermissionDenied(_("Your role does not include maintenance plans."))
    return found


@console
def plan_list(request: ConsoleRequest) -> HttpResponse:
    """All plans, with how many stations each concerns."""
    rows = list(visible_plans(request.user).prefetch_related("rows")[:500])
    table = [
        {"plan": plan, "stations": len(plan.rows.all()), "due": sum(row.share >= 1 for row in plan.rows.all())}
        for plan in rows
    ]
    page = paginate_list(table, request.GET)
    may_manage = organizations_granting(request.user, Permission.MANAGE_MONITORING).exists()
    return render_page(request, "monitoring/plan_list.html", {"page": page, "may_manage": may_manage})


@console
def plan(request: ConsoleRequest, pk: int) -> HttpResponse:
    """How far each station is from due, the nearest first."""
    found = get_object_or_404(visible_plans(request.user), pk=pk)
    rows = found.rows.filter(station__site__in=where_granted(request.user, Permission.VIEW_NETWORK))
    page = paginate(rows.select_related("station__site").order_by("-share", "-id"), request.GET, is_counted=True)
    managed = organizations_granting(request.user, Permission.MANAGE_MONITORING)
    context = {"plan": found, "page": page, "may_manage": managed.filter(pk=found.organization_id).exists()}
    return render_page(request, "monitoring/plan.html", context)


@console
@require_http_methods(["GET", "POST"])
def plan_new(request: ConsoleRequest) -> HttpResponse:
    """The form of a new plan."""
    return _plan(request, None, _managed(request))


@console
@require_http_methods(["GET", "POST"])
def plan_edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form that changes one."""
    found = get_object_or_404(visible_plans(request.user), pk=pk)
    return _plan(request, found, _managed(request).filter(pk=found.organization_id))


def _plan(request: ConsoleRequest, found: MaintenancePlan | None, organizations: Any) -> HttpResponse:
    if not organizations:
        raise PermissionDenied(_("Your role does not include maintenance plans."))
    form = PlanForm(
        request.POST if request.method == "POST" else None,
        initial=PlanForm.shown(found) if found else None,
        organizations=organizations,
        sites=sites_granting(request.user, Permission.MANAGE_MONITORING).filter(organization__in=organizations),
        checklists=Checklist.objects.filter(organization__in=organizations, is_active=True),
    )
    if form.is_bound and form.is_valid():
        values = dict(form.cleaned_data)
        owner = values.pop("organization", None) or organizations[0]
        stored: list[MaintenancePlan] = []

        def store() -> None:
            if found is None:
                stored.append(plans.make_plan(organization=owner, by=request.user, **values))
            else:
                stored.append(plans.change_plan(plan=found, **values))

        if save(form, store):
            messages.success(request, _("The plan is stored. It is reckoned within the next minutes."))
            return redirect("monitoring:plan", stored[0].pk)
    return render_page(request, "monitoring/plan_form.html", {"form": form, "plan": found})


@console
def checklist_list(request: ConsoleRequest) -> HttpResponse:
    """All checklists."""
    rows = visible_checklists(request.user)
    page = paginate_list(list(rows[:500]), request.GET)
    may_manage = organizations_granting(request.user, Permission.MANAGE_MONITORING).exists()
    return render_page(request, "monitoring/checklist_list.html", {"page": page, "may_manage": may_manage})


@console
@require_http_methods(["GET", "POST"])
def checklist_new(request: ConsoleRequest) -> HttpResponse:
    """The form of a new checklist."""
    return _checklist(request, None, _managed(request))


@console
@require_http_methods(["GET", "POST"])
def checklist_edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form that changes one; inspections that were made keep what they were asked."""
    found = get_object_or_404(visible_checklists(request.user), pk=pk)
    return _checklist(request, found, _managed(request).filter(pk=found.organization_id))


def _checklist(request: ConsoleRequest, found: Checklist | None, organizations: Any) -> HttpResponse:
    if not organizations:
        raise PermissionDenied(_("Your role does not include maintenance plans."))
    posted = request.POST if request.method == "POST" else None
    shown = {"title": found.title, "description": found.description, "is_active": found.is_active} if found else None
    form = ChecklistForm(posted, initial=shown, organizations=organizations)
    items = item_forms(posted, found)
    # All of them, so that everything wrong is said at once.
    if posted is not None and all([form.is_valid(), *(item.is_valid() for item in items)]):
        values = dict(form.cleaned_data)
        owner = values.pop("organization", None) or organizations[0]

        def store() -> None:
            checklists.save_checklist(checklist=found, organization=owner, items=_given(items), **values)

        if save(form, store):
            messages.success(request, _("The checklist is stored."))
            return redirect("monitoring:checklist-list")
    context = {"form": form, "items": items, "checklist": found}
    return render_page(request, "monitoring/checklist_form.html", context)


def _given(items: list[ItemForm]) -> list[dict[str, Any]]:
    """What has a text, each with a key of its own."""
    taken = {item.cleaned_data["key"] for item in items if item.cleaned_data["key"]}
    found, number = [], 0
    for item in items:
        if not item.cleaned_data["text"]:
            continue
        while not item.cleaned_data["key"]:
            number += 1
            if f"item-{number}" not in taken:
                item.cleaned_data["key"] = f"item-{number}"
        found.append(item.values(number))
    return found
