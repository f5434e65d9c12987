"""Network tests: start one, plan it, follow it, read what it found."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.domain.network_test import Change
from monitoring.models import NetworkTestRun
from monitoring.selectors.network_tests import (
    Compared,
    compared,
    tally,
    visible_plans,
    visible_results,
    visible_runs,
    with_counts,
)
from monitoring.services import network_tests
from monitoring.views.link_wording import CHANGES, PROBLEMS, RESULTS
from stations.models import Site
from stations.permissions import organizations_granting, sites_granting
from stations.views.csv_files import csv_file
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import paginate

# Of a run's results: more are in the file.
SHOWN = 500
_WORST_FIRST = (Change.NEW_FAILURE, Change.STILL_FAILING, Change.WORSE, Change.FIXED, Change.BETTER)
_HOURS = [(0, _("Once, now")), (24, _("Every day")), (168, _("Every week")), (1, _("Every hour"))]


class RunForm(forms.Form):
    """What to test, and how often."""

    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("Organization"))
    name = forms.CharField(max_length=80, label=_("Name"))
    site: Any = forms.ModelChoiceField(
        queryset=Site.objects.none(), required=False, empty_label=_("Any site"), label=_("Site")
    )
    provider = forms.CharField(max_length=80, required=False, label=_("Provider"))
    vendor = forms.CharField(max_length=50, required=False, label=_("Vendor"))
    model = forms.CharField(max_length=50, required=False, label=_("Model"))
    every_hours = forms.TypedChoiceField(choices=_HOURS, coerce=int, initial=0, label=_("How often"))

    def __init__(self, *args: Any, organizations: QuerySet[Organization], sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organization: Any = self.fields["organization"]
        organization.queryset = organizations
        if len(organizations) == 1:
            organization.initial, organization.widget = organizations[0], forms.HiddenInput()
        site: Any = self.fields["site"]
        site.queryset = sites.order_by("name")
        site.choices = [("", site.empty_label), *((row.pk, str(row)) for row in site.queryset[:200])]

    def selection(self) -> dict[str, Any]:
        """As network_tests.selected takes it."""
        site = self.cleaned_data["site"]
        texts = {name: self.cleaned_data[name] for name in ("provider", "vendor", "model")}
        return {**texts, "site": site.pk if site else None}


@console
def test_list(request: ConsoleRequest) -> HttpResponse:
    """Test runs, newest first, and the plans."""
    page = paginate(visible_runs(request.user), request.GET)
    counted = with_counts(request.user, NetworkTestRun.objects.filter(pk__in=[run.pk for run in page.items]))
    known = counted.in_bulk()
    context = {
        "page": page,
        "runs": [known.get(run.pk, run) for run in page.items],
        "plans": list(visible_plans(request.user)[:50]),
        "may_test": sites_granting(request.user, Permission.COMMAND).exists(),
        "may_plan": organizations_granting(request.user, Permission.MANAGE_MONITORING).exists(),
    }
    return render_page(request, "monitoring/test_list.html", context, fragments={"tests": "monitoring/_tests.html"})


@console
def test_new(request: ConsoleRequest) -> HttpResponseBase:
    """Choose what to test."""
    organizations = organizations_granting(request.user, Permission.COMMAND)
    if not organizations.exists():
        raise PermissionDenied
    sites = sites_granting(request.user, Permission.COMMAND)
    initial = {
        "name": gettext("Test"),
        "provider": request.GET.get("provider", ""),
        "site": request.GET.get("site", ""),
    }
    form = RunForm(request.POST or None, organizations=organizations, sites=sites, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return _started(request, form)
        except ValidationError as problem:
            form.add_error(None, problem.messages)
    return render_page(request, "monitoring/test_new.html", {"form": form})


def _started(request: ConsoleRequest, form: RunForm) -> HttpResponseBase:
    told, now = form.cleaned_data, timezone.now()
    given = {"organization": told["organization"], "name": told["name"], "selection": form.selection()}
    if every_hours := told["every_hours"]:
        managed = organizations_granting(request.user, Permission.MANAGE_MONITORING)
        if not managed.filter(pk=told["organization"].pk).exists():
            raise PermissionDenied(gettext("Your role does not include plans; it may test once."))
        network_tests.plan(every_hours=every_hours, by=request.user, now=now, **given)
        messages.success(request, gettext("It is planned, and begins at once."))
        return redirect("monitoring:test-list")
    return redirect("monitoring:test", network_tests.start(by=request.user, now=now, **given).pk)


def _run(request: ConsoleRequest, pk: int) -> NetworkTestRun:
    run: NetworkTestRun = get_object_or_404(with_counts(request.user, visible_runs(request.user)), pk=pk)
    return run


@console
def test(request: ConsoleRequest, pk: int) -> HttpResponseBase:
    """A run: how far it is, what it found, and against the one before."""
    run = _run(request, pk)
    if request.GET.get("format") == "csv":
        return _file(request, run)
    rows = compared(run, list(visible_results(request.user, run)[:SHOWN]))
    counts = tally(rows)
    order = {change: number for number, change in enumerate(_WORST_FIRST)}
    rows.sort(key=lambda row: order.get(row.change, len(order)) if row.change else -1)
    context = {
        "run": run,
        "done": _done(run),
        "rows": [_shown(row) for row in rows],
        "shown": SHOWN,
        "changes": [(CHANGES[change], counts[change]) for change in _WORST_FIRST if counts[change]],
        "may_test": sites_granting(request.user, Permission.COMMAND).exists(),
    }
    return render_page(request, "monitoring/test.html", context, fragments={"test": "monitoring/_test.html"})


def _done(run: NetworkTestRun) -> int:
    return int(getattr(run, "total", 0) - getattr(run, "left", 0))


def _shown(row: Compared) -> dict[str, Any]:
    result = row.result
    return {
        "result": result,
        "word": RESULTS[network_tests.State(result.state)],
        "change": CHANGES[row.change] if row.change else None,
        "problems": [PROBLEMS.get(problem, problem) for problem in result.problems],
    }


def _file(request: ConsoleRequest, run: NetworkTestRun) -> HttpResponseBase:
    columns = (
        *("state", "protocol", "is_secure", "tls_version", "ping_ms", "answer_ms", "arrival_ms", "answer_bytes"),
        *("bytes_per_s", "download_bytes_per_s", "clock_offset_s", "had_session", "began_at", "ended_at"),
    )
    rows = compared(run, list(visible_results(request.user, run)))
    told = [
        [
            row.result.station.identity,
            row.result.station.site.name,
            row.change.value if row.change else "",
            " ".join(row.result.problems),
            *(getattr(row.result, name) for name in columns),
        ]
        for row in rows
    ]
    header = ["station", "site", "change", "problems", *columns]
    return csv_file(request, [[header], told], name=f"network-test-{run.pk}.csv")


@console
@require_POST
def test_cancel(request: ConsoleRequest, pk: int) -> HttpResponseBase:
    """Ask no further chargers."""
    run = _run(request, pk)
    if not organizations_granting(request.user, Permission.COMMAND).filter(pk=run.organization_id).exists():
        raise PermissionDenied
    network_tests.cancel(run=run, now=timezone.now())
    return redirect("monitoring:test", pk)


@console
@require_POST
def plan_delete(request: ConsoleRequest, pk: int) -> HttpResponseBase:
    """Test by this plan no more; its runs stay."""
    plan = get_object_or_404(visible_plans(request.user), pk=pk)
    if not organizations_granting(request.user, Permission.MANAGE_MONITORING).filter(pk=plan.organization_id).exists():
        raise PermissionDenied
    network_tests.forget_plan(plan=plan)
    return redirect("monitoring:test-list")
