"""The rules: what each watches, and what an organization or a site wants otherwise."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.forms.incidents import RuleForm
from monitoring.models import RuleRun
from monitoring.rules.base import RAISE_AFTER, Rule, rules
from monitoring.services import rule_settings
from monitoring.services.rule_settings import settings_of
from monitoring.views import alert_wording as wording
from stations.forms.filters import SITES_OFFERED
from stations.models import Site
from stations.permissions import may, organizations_granting
from stations.selectors import visible_sites
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page, save


@dataclass(frozen=True, slots=True)
class Place:
    """Where settings count: an organization, or one site of it."""

    organization: Organization
    site: Site | None
    may_change: bool

    @property
    def query(self) -> str:
        return f"?site={self.site.pk}" if self.site else f"?organization={self.organization.pk}"


def place_of(request: ConsoleRequest) -> Place:
    """The one the address names, else the viewer's first organization. Raises Http404 for one of others."""
    site_id, organization_id = (request.GET.get(name, "") for name in ("site", "organization"))
    if site_id:
        sites = visible_sites(request.user).select_related("organization")
        site = sites.filter(pk=int(site_id)).first() if site_id.isdecimal() and len(site_id) < 18 else None
        if site is None:
            raise Http404
        return Place(site.organization, site, may(request.user, Permission.MANAGE_MONITORING, site))
    mine = [membership.organization for membership in request.memberships]
    chosen = next((one for one in mine if str(one.pk) == organization_id), None if organization_id else mine[0])
    if chosen is None:
        raise Http404
    granted = organizations_granting(request.user, Permission.MANAGE_MONITORING)
    return Place(chosen, None, granted.filter(pk=chosen.pk).exists())


@console
def rule_list(request: ConsoleRequest) -> HttpResponse:
    """All rules with what counts at a place."""
    place = place_of(request)
    settings = settings_of(list(rules().values()))
    failing = set(RuleRun.objects.filter(failing_since__isnull=False).values_list("rule", flat=True))
    site_id = place.site.pk if place.site else None
    context = {
        "place": place,
        "sites": visible_sites(request.user).filter(organization=place.organization).order_by("name")[:SITES_OFFERED],
        "rows": [_row(rule, settings[rule.name], place, site_id, failing) for rule in rules().values()],
    }
    return render_page(request, "monitoring/rule_list.html", context)


def _row(
    rule: Rule, settings: rule_settings.Settings, place: Place, site_id: int | None, failing: set[str]
) -> dict[str, Any]:
    organization_id = place.organization.pk
    return {
        "rule": rule,
        "severity": wording.SEVERITIES[rule.severity],
        "is_on": settings.is_on(organization_id, site_id),
        "is_changed": settings.own(organization_id, site_id) is not None,
        "is_failing": rule.name in failing,
        "minutes": int(settings.value(RAISE_AFTER, organization_id, site_id)),
        "thresholds": [(t, settings.value(t.name, organization_id, site_id)) for t in rule.thresholds],
        "url": reverse("monitoring:alert-rule", args=[rule.name]) + place.query,
    }


@console
@require_http_methods(["GET", "POST"])
def rule(request: ConsoleRequest, rule: str) -> HttpResponse:
    """Set what a rule is to do at a place."""
    found = rules().get(rule)
    if found is None:
        raise Http404
    place = place_of(request)
    if not place.may_change:
        raise PermissionDenied(_("Your role does not include changing the rules there."))
    form = RuleForm(
        request.POST or None,
        rule=found,
        settings=settings_of([found])[found.name],
        organization_id=place.organization.pk,
        site_id=place.site.pk if place.site else None,
    )
    if form.is_valid() and save(form, lambda: _change(request, found, place, form)):
        said = _("“%(rule)s” is changed. It counts from the next look on.") % {"rule": found.title}
        if request.htmx:
            return dialog_done(said)
        messages.success(request, said)
        return redirect(reverse("monitoring:alert-rules") + place.query)
    context = {"rule": found, "place": place, "form": form}
    return render_page(
        request, "monitoring/rule_form.html", context, fragments={"dialog-body": "monitoring/_rule_form.html"}
    )


def _change(request: ConsoleRequest, found: Rule, place: Place, form: RuleForm) -> None:
    rule_settings.change(
        organization_id=place.organization.pk,
        site=place.site,
        rule=found,
        is_on=form.cleaned_data["is_on"],
        values={name: form.cleaned_data[name] for name in form.names},
        by=request.user,
    )
