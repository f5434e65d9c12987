"""Escalation policies: whom to tell next while nobody acknowledges."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from monitoring.forms.rotas import PolicyForm
from monitoring.models import EscalationPolicy
from monitoring.selectors.notifications import managed, visible_policies
from monitoring.services import rotas
from monitoring.views.channels import chosen_organization, require_managed
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, render_page, save


@console
def policy_list(request: ConsoleRequest) -> HttpResponse:
    """The policies and their steps."""
    organizations = list(managed(request.user))
    context = {
        "policies": visible_policies(request.user),
        "organizations": organizations,
        "managed": {row.pk for row in organizations},
        "manages": bool(organizations),
    }
    return render_page(request, "monitoring/policy_list.html", context)


@console
@require_http_methods(["GET", "POST"])
def add(request: ConsoleRequest) -> HttpResponse:
    """The form of a new policy."""
    return _form(request, EscalationPolicy(organization=chosen_organization(request)))


@console
@require_http_methods(["GET", "POST"])
def edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of a policy."""
    return _form(request, _managed(request, pk))


def _form(request: ConsoleRequest, policy: EscalationPolicy) -> HttpResponse:
    initial = {"sites": list(policy.sites.all()) if policy.pk else []}
    posted = request.POST if request.method == "POST" else None
    form = PolicyForm(policy.organization, posted, instance=policy, initial=initial)

    def store() -> None:
        chosen = list(form.cleaned_data["sites"])
        rotas.save_policy(policy=policy, values=form.values(), sites=chosen, steps=form.steps())

    if form.is_bound and form.is_valid() and save(form, store):
        messages.success(request, _("“%(name)s” is stored.") % {"name": policy.name})
        return redirect("monitoring:policy-list")
    return render_page(request, "monitoring/policy_form.html", {"form": form, "policy": policy, "manages": True})


@console
@require_http_methods(["GET", "POST"])
def delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Forget a policy once that is confirmed."""
    policy = _managed(request, pk)
    if request.method == "POST":
        policy.delete()
        messages.success(request, _("“%(name)s” is deleted.") % {"name": policy.name})
        return redirect("monitoring:policy-list")
    text = _("Escalations that run by it end at once.")
    return ask(request, Question(_("Delete %(name)s?") % {"name": policy.name}, text, _("Delete the policy")))


def _managed(request: ConsoleRequest, pk: int) -> EscalationPolicy:
    found = visible_policies(request.user).filter(organization__in=require_managed(request))
    return get_object_or_404(found, pk=pk)
