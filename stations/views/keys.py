"""API keys: one's own, and those of the members one manages."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from drivers.services import apikeys
from stations.forms.keys import KeyForm
from stations.selectors.people import managed_organizations, visible_keys
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate


@console
@require_http_methods(["GET", "POST"])
def key_list(request: ConsoleRequest) -> HttpResponse:
    """The keys, and the form of a new one; a new key is shown in the answer to it and never again."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    issued = None
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        issued = apikeys.issue(
            user=request.user, scopes=values["scopes"], name=values["name"], expires_at=form.expires_at()
        )
        form = KeyForm()
    context = {
        "form": form,
        "issued": issued,
        "page": paginate(visible_keys(request.user), request.GET),
        "manages": managed_organizations(request.user).exists(),
    }
    return render_page(request, "stations/key_list.html", context)


@console
@require_POST
def revoke(request: ConsoleRequest, pk: int) -> HttpResponse:
    """From now on the key opens nothing."""
    key = get_object_or_404(visible_keys(request.user), pk=pk)
    apikeys.revoke(row=key)
    messages.success(request, _("The key %(key)s… is revoked.") % {"key": key.prefix})
    return redirect("stations:key-list")
