"""Saving a list's filters and columns as a view; renaming, sharing and deleting views."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from drivers.domain.roles import Permission
from drivers.models import Organization
from stations.models import SavedView
from stations.permissions import organizations_granting
from stations.selectors.saved_views import changeable_views
from stations.services import saved_views
from stations.views.listing import LISTINGS, Listing, view_query
from stations.views.pages import ConsoleRequest, console, render_page, save


class ViewForm(forms.Form):
    """What a view is called and who has it."""

    name = forms.CharField(max_length=40, label=gettext_lazy("Name"))
    organization: Any = forms.ModelChoiceField(
        queryset=None,
        required=False,
        empty_label=gettext_lazy("Only me"),
        label=gettext_lazy("Who sees it"),
    )

    def __init__(self, organizations: QuerySet[Organization], data: Any, *, view: SavedView | None = None) -> None:
        initial = {"name": view.name, "organization": view.organization_id} if view else None
        super().__init__(data, auto_id="view-%s", initial=initial)
        field: Any = self.fields["organization"]
        field.queryset = organizations
        if not organizations:
            del self.fields["organization"]

    def values(self) -> dict[str, Any]:
        """Name, and the organization that shares it, if any."""
        return {"name": self.cleaned_data["name"], "organization": self.cleaned_data.get("organization")}


@console
@require_http_methods(["GET", "POST"])
def add(request: ConsoleRequest) -> HttpResponse:
    """The form that keeps a list as it is: `list` is its name, `query` its address's."""
    asked = request.POST if request.method == "POST" else request.GET
    listing = LISTINGS.get(asked.get("list", ""))
    if listing is None:
        raise Http404
    query = view_query(QueryDict(asked.get("query", "").removeprefix("?")))
    form = ViewForm(_sharing(request), request.POST if request.method == "POST" else None)

    def keep() -> None:
        saved_views.save(owner=request.user, list_name=listing.name, query=query, **form.values())

    if form.is_bound and form.is_valid() and save(form, keep):
        return _done(request, listing, query, _("The view “%(name)s” is kept."), form.cleaned_data["name"])
    return _form(request, {"form": form, "listing": listing, "query": query, "view": None})


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form that renames a view, shares it, or deletes it."""
    view = get_object_or_404(changeable_views(request.user), pk=pk)
    form = ViewForm(_sharing(request), request.POST if request.method == "POST" else None, view=view)
    if form.is_bound and form.is_valid() and save(form, lambda: saved_views.change(view=view, **form.values())):
        return _done(request, LISTINGS[view.list], view.query, _("The view “%(name)s” is changed."), view.name)
    return _form(request, {"form": form, "listing": LISTINGS[view.list], "query": view.query, "view": view})


@console
@require_POST
def delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Forget a view; what it showed stays."""
    view = get_object_or_404(changeable_views(request.user), pk=pk)
    saved_views.delete(view=view)
    return _done(request, LISTINGS[view.list], "", _("The view “%(name)s” is deleted."), view.name)


def _sharing(request: ConsoleRequest) -> QuerySet[Organization]:
    """The organizations with which the viewer may share."""
    return organizations_granting(request.user, Permission.MANAGE_NETWORK).order_by("name")


def _form(request: ConsoleRequest, context: dict[str, Any]) -> HttpResponse:
    fragments = {"dialog-body": "stations/_view_form.html"}
    return render_page(request, "stations/view_form.html", context, fragments=fragments)


def _done(request: ConsoleRequest, listing: Listing[Any, Any], query: str, text: str, name: str) -> HttpResponse:
    """Back to the list, as the view has it."""
    messages.success(request, text % {"name": name})
    url = reverse(listing.url_name) + (f"?{query}" if query else "")
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)
