"""What self-repair has learned, and its playbook."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from monitoring.domain.cures import ENOUGH, Record, Tally, idle_steps, totals
from monitoring.domain.playbooks import Step
from monitoring.forms.repairs import PlaybookForm
from monitoring.models import Playbook
from monitoring.selectors.rehearsals import MOST, Preview, preview
from monitoring.selectors.repair_runs import learned
from monitoring.services import playbook_settings
from monitoring.services.repair_log import WHYS
from monitoring.views import repair_wording as wording
from monitoring.views.alert_rules import Place, place_of
from monitoring.views.alert_wording import rule_title
from stations.forms.filters import SITES_OFFERED
from stations.selectors import visible_sites
from stations.views.csv_files import csv_file
from stations.views.pages import ConsoleRequest, console, render_page, save

WINDOW = timedelta(days=180)
# That can cure, in their order.
_CURING = (Step.TRIGGER, Step.SOFT_RESET, Step.UNLOCK, Step.HARD_RESET)


@console
@require_GET
def cures(request: ConsoleRequest) -> HttpResponseBase:
    """Which step cured which fault on which model in the last 180 days; as a file with ?format=csv."""
    found = learned(request.user, since=timezone.now() - WINDOW)
    if request.GET.get("format") == "csv":
        return csv_file(request, [[_HEADER], _told(found)], name="cures.csv")
    sums = totals(found)
    runs = Tally(sum(record.runs.tried for record in found), sum(record.runs.cured for record in found))
    context = {
        "rows": [_row(record) for record in found],
        "steps": [(wording.step_name(step), sums[step]) for step in _CURING if step in sums],
        "runs": runs,
        "days": WINDOW.days,
    }
    return render_page(request, "monitoring/cures.html", context)


def _row(record: Record) -> dict[str, Any]:
    return {
        "record": record,
        "rule": rule_title(record.kind.rule),
        "steps": [(wording.step_name(step), record.by_step[step]) for step in _CURING if step in record.by_step],
    }


_HEADER = (
    *("rule", "code", "vendor", "model", "firmware", "runs", "cured", "median_minutes"),
    *(f"{step}_{what}" for step in _CURING for what in ("tried", "cured")),
)


def _told(found: Sequence[Record]) -> list[list[object]]:
    return [
        [
            *(record.kind.rule, record.kind.code, record.kind.vendor, record.kind.model, record.kind.firmware),
            *(record.runs.tried, record.runs.cured),
            round(record.median_minutes, 1) if record.median_minutes is not None else None,
            *(n for step in _CURING for n in _counts(record.by_step.get(step, Tally()))),
        ]
        for record in found
    ]


def _counts(tally: Tally) -> tuple[int, int]:
    return tally.tried, tally.cured


# --- The playbook ---


@console
@require_http_methods(["GET", "POST"])
def playbook(request: ConsoleRequest) -> HttpResponse:
    """What self-repair does at a place, what it would have done lately, and which steps it is better without."""
    place = place_of(request)
    if request.method == "POST" and not place.may_change:
        raise PermissionDenied(_("Your role does not include changing the playbook there."))
    known, site_id = playbook_settings.settings(), place.site.pk if place.site else None
    organization_id = place.organization.pk
    above = known.at(organization_id, None) if place.site else playbook_settings.Settings().at(organization_id, None)
    now = known.at(organization_id, site_id)
    form = PlaybookForm(request.POST if request.method == "POST" else None, now=now, above=above)
    if form.is_bound and form.is_valid() and save(form, lambda: _change(request, place, form)):
        messages.success(request, _("The playbook is changed. It counts at once."))
        return redirect(reverse("monitoring:playbook") + place.query)
    at = timezone.now()
    taught = learned(request.user, since=at - WINDOW, organization_id=organization_id, site=place.site)
    idle = [step for step in idle_steps(taught) if step in {one.step for one in now.steps}]
    context = {
        "place": place,
        "sites": visible_sites(request.user).filter(organization=place.organization).order_by("name")[:SITES_OFFERED],
        "form": form,
        "mode": wording.MODES[now.mode],
        "is_own": place.site is not None and Playbook.objects.filter(site=place.site).exists(),
        "idle": [(wording.step_name(step), totals(taught)[step].tried) for step in idle],
        "enough": ENOUGH,
        "preview": _shown(preview(now, organization_id=organization_id, site_id=site_id, now=at)),
    }
    return render_page(request, "monitoring/playbook.html", context)


def _change(request: ConsoleRequest, place: Place, form: PlaybookForm) -> None:
    playbook_settings.change(organization_id=place.organization.pk, site=place.site, by=request.user, **form.chosen())


def _shown(found: Preview) -> dict[str, Any]:
    return {
        "runs": found.runs,
        "spared": found.spared,
        "steps": [(wording.step_name(step), found.steps[step]) for step in Step if found.steps[step]],
        "waited": [(str(WHYS[why]), count) for why, count in found.waited.most_common()],
        "passed": [(str(WHYS[why]), count) for why, count in found.passed.most_common()],
        "most": MOST if not found.is_all else None,
    }
