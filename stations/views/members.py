"""Who works for the organization: the list, a member's role and sites, and their leaving."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from stations.forms.people import MemberFilter, RoleForm
from stations.selectors.people import find_members, managed_organizations, open_invitations, visible_members
from stations.services import members
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate
from stations.views.people_wording import ROLE_MEANING


@console
def member_list(request: ConsoleRequest) -> HttpResponse:
    """Members, and the invitations that are still open."""
    organizations = list(managed_organizations(request.user))
    if not organizations:
        raise PermissionDenied(_("Only owners manage members, and their role must not be limited to some sites."))
    form = MemberFilter(request.GET)
    context = {
        "form": form,
        "page": paginate(find_members(request.user, **form.values()), request.GET, is_counted=True),
        "organizations": organizations,
        "invitations": open_invitations(request.user),
    }
    fragments = {"results": "stations/_member_rows.html"}
    return render_page(request, "stations/member_list.html", context, fragments=fragments)


@console
@require_http_methods(["GET", "POST"])
def member(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One member: role, sites, and the way out."""
    found = get_object_or_404(visible_members(request.user), pk=pk)
    limits = [scope.site_id for scope in found.site_scopes.all()]
    initial = {"role": found.role, "reach": "some" if limits else "all", "limits": limits}
    posted = request.POST if request.method == "POST" else None
    form = RoleForm(found.organization, posted, initial=initial, meanings=ROLE_MEANING)
    if form.is_bound and form.is_valid():
        try:
            members.change(membership=found, role=form.cleaned_data["role"], sites=form.sites())
        except ValidationError as problem:
            form.add_error(None, problem.messages[0])
        else:
            messages.success(request, _("The role of %(person)s is changed.") % {"person": found.user})
            return redirect("stations:member-list")
    context = {"member": found, "form": form, "organization": found.organization}
    return render_page(request, "stations/member.html", context)


@console
@require_POST
def remove(request: ConsoleRequest, pk: int) -> HttpResponse:
    """End a membership."""
    found = get_object_or_404(visible_members(request.user), pk=pk)
    try:
        members.remove(membership=found)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return redirect("stations:member", pk)
    text = _("%(person)s works for %(organization)s no more.")
    messages.success(request, text % {"person": found.user, "organization": found.organization})
    return redirect("stations:member-list")


@console
@require_GET
def site_choices(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The sites a role can be limited to, found by typing; those ticked so far stay."""
    organization = get_object_or_404(managed_organizations(request.user), pk=pk)
    form = RoleForm(organization, request.GET, meanings=ROLE_MEANING)
    context = {"sites": form.offered(request.GET.get("find_site", "")[:80])}
    return render_page(request, "stations/_site_choices.html", context)
