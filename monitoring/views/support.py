"""Settings of the support desk: canned answers, support hours and targets."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.domain.sla import targets_from_json
from monitoring.forms.tickets import CannedAnswerForm, PolicyForm
from monitoring.models import CannedAnswer
from monitoring.selectors.notifications import managed
from monitoring.selectors.tickets import canned_answers
from monitoring.services import support
from stations.domain.opening_hours_text import write
from stations.permissions import organizations_granting
from stations.views.confirm import Question, ask
from stations.views.pages import ConsoleRequest, console, render_page, save


def _writable(request: ConsoleRequest) -> dict[int, Organization]:
    """The organizations whose canned answers the person writes. Raises PermissionDenied where there is none."""
    found = organizations_granting(request.user, Permission.RESPOND).order_by("name")
    if not found:
        raise PermissionDenied(_("Your role does not include answering drivers."))
    return {row.pk: row for row in found}


@console
def canned_list(request: ConsoleRequest) -> HttpResponse:
    """Answers that are given often."""
    organizations = _writable(request)
    known = canned_answers(request.user).filter(organization__in=organizations)
    context = {
        "organizations": [
            (row, [one for one in known if one.organization_id == pk]) for pk, row in organizations.items()
        ],
        "manages": managed(request.user).exists(),
    }
    return render_page(request, "monitoring/canned_list.html", context)


@console
@require_http_methods(["GET", "POST"])
def canned_new(request: ConsoleRequest, pk: int) -> HttpResponse:
    """A new one of the organization `pk`."""
    organization = _writable(request).get(pk)
    if organization is None:
        raise Http404
    return _canned_form(request, CannedAnswer(organization=organization))


@console
@require_http_methods(["GET", "POST"])
def canned_edit(request: ConsoleRequest, pk: int) -> HttpResponse:
    """The form of one."""
    return _canned_form(request, _canned(request, pk))


def _canned(request: ConsoleRequest, pk: int) -> CannedAnswer:
    return get_object_or_404(canned_answers(request.user).filter(organization__in=_writable(request)), pk=pk)


def _canned_form(request: ConsoleRequest, answer: CannedAnswer) -> HttpResponse:
    form = CannedAnswerForm(request.POST or None, instance=answer)
    if form.is_bound and form.is_valid() and save(form, lambda: support.save_canned(answer=form.instance)):
        messages.success(request, _("“%(name)s” is stored.") % {"name": form.instance.title})
        return redirect("monitoring:canned-list")
    return render_page(request, "monitoring/canned_form.html", {"form": form, "answer": answer})


@console
@require_http_methods(["GET", "POST"])
def canned_delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Forget one once that is confirmed."""
    answer = _canned(request, pk)
    if request.method == "POST":
        support.delete_canned(answer=answer)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": answer.title})
        return redirect("monitoring:canned-list")
    text = _("What was answered with it stays as it is.")
    return ask(request, Question(_("Delete %(name)s?") % {"name": answer.title}, text, _("Delete the answer")))


@console
@require_http_methods(["GET", "POST"])
def policy(request: ConsoleRequest) -> HttpResponse:
    """Support hours and targets; `organization` in the address names which, where somebody runs several."""
    organizations = {str(row.pk): row for row in managed(request.user)}
    if not organizations:
        raise PermissionDenied(_("Your role does not include deciding what support promises."))
    chosen = request.GET.get("organization") or next(iter(organizations))
    if chosen not in organizations:
        raise Http404
    organization = organizations[chosen]
    known = support.policy_of(organization)
    told = {"helpline": known.helpline, "address": known.address}
    initial: dict[str, Any] = {
        **told,
        "timezone": known.timezone,
        "hours": write(known.hours) if known.opening_hours else "",
    }
    for priority in (1, 2, 3, 4):
        target = targets_from_json(known.targets, priority)
        initial |= {f"first_{priority}": target.first_answer, f"solved_{priority}": target.resolution}
    form = PolicyForm(request.POST or None, initial=initial)

    def store() -> None:
        support.set_policy(
            organization=organization,
            timezone=form.cleaned_data["timezone"],
            opening_hours=form.cleaned_data["hours"],
            targets=form.targets(),
            helpline=form.cleaned_data["helpline"],
            address=form.cleaned_data["address"],
        )

    if form.is_bound and form.is_valid() and save(form, store):
        messages.success(request, _("Stored: it holds for tickets from now on."))
        return redirect(f"{reverse('monitoring:support-policy')}?organization={organization.pk}")
    context = {"form": form, "organization": organization, "organizations": organizations.values(), "manages": True}
    return render_page(request, "monitoring/support_policy.html", context)
