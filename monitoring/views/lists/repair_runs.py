"""The list of runs of self-repair."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from drivers.permissions import Viewer
from drivers.reread import reread
from monitoring.forms.repairs import RunFilter
from monitoring.models import RepairRun
from monitoring.selectors.repair_runs import find_runs
from monitoring.views import repair_wording as wording
from stations.selectors import visible_sites
from stations.templatetags import console as shown
from stations.views.listing import Column, Listing, show
from stations.views.pages import ConsoleRequest, console


def _under_state(run: RepairRun) -> object:
    if run.is_dry:
        return wording.DRY.label
    return wording.step_name(run.cured_by) or wording.waits_for(run)


class RepairRunList(Listing[RepairRun, RepairRun]):
    name = "repair-runs"
    url_name = "monitoring:repair-run-list"
    title = _("Self-repair")
    about = _("What Busbar tried by itself when a station failed, and what became of it.")
    icon = "reset"
    nothing = _("Self-repair has not begun anything yet")
    nothing_about = _("Its playbook says which faults it begins by. It comes as a dry run, which sends nothing.")
    template = "monitoring/repair_run_list.html"
    ids = {"run_id": lambda run: run.pk}
    columns = (
        Column(
            "station",
            _("Station"),
            lambda run: run.station.identity,
            {"station": lambda run: run.station.identity},
            under=lambda run: run.site.name,
        ),
        Column(
            "state",
            _("State"),
            lambda run: shown.badge(wording.state_of(run)),
            {
                "state": lambda run: run.state,
                "dry_run": lambda run: run.is_dry,
                "cured_by": lambda run: run.cured_by,
            },
            under=_under_state,
            is_state=True,
        ),
        Column(
            "fault",
            _("Fault"),
            lambda run: reread(run.said),
            {"rule": lambda run: run.rule, "codes": lambda run: " ".join(run.codes)},
            css="soft",
        ),
        Column(
            "model",
            _("Model"),
            lambda run: run.model or "–",
            {"vendor": lambda r: r.vendor, "model": lambda r: r.model, "firmware": lambda r: r.firmware},
            under=lambda run: run.firmware,
            css="soft",
            is_default=False,
        ),
        Column(
            "began",
            _("Began"),
            lambda run: shown.at(run.began_at, run.site),
            {"began_at": lambda run: run.began_at},
            css="soft nowrap",
        ),
        Column(
            "ended",
            _("Ended"),
            lambda run: shown.at(run.ended_at, run.site),
            {"ended_at": lambda run: run.ended_at},
            css="soft nowrap",
        ),
    )

    def form(self, parameters: QueryDict, viewer: Viewer) -> RunFilter:
        return RunFilter(parameters, sites=visible_sites(viewer))

    def find(self, viewer: Viewer, values: Mapping[str, Any]) -> QuerySet[RepairRun]:
        return find_runs(viewer, **values)

    def rows(self, viewer: Viewer, found: Sequence[RepairRun]) -> list[RepairRun]:
        return list(found)

    def url(self, row: RepairRun) -> str:
        return reverse("monitoring:repair-run", args=[row.pk])


REPAIR_RUNS = RepairRunList()


@console
def repair_run_list(request: ConsoleRequest) -> HttpResponseBase:
    """Runs of self-repair, newest first."""
    return show(request, REPAIR_RUNS)
