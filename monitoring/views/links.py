"""Connectivity: links by their score, lost connections with whose fault they were, providers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from drivers.domain.roles import Permission
from drivers.models import Organization
from monitoring.domain.attribution import Culprit
from monitoring.models import Drop
from monitoring.selectors.links import (
    History,
    by_provider,
    by_site,
    history_of,
    neighbours,
    visible_drops,
    visible_ranges,
)
from monitoring.services import provider_ranges
from monitoring.views.link_lists import DROPS, LINKS, ms, share
from monitoring.views.link_wording import culprit_word, grounds, parting_text, score_word
from stations.permissions import organizations_granting
from stations.selectors import visible_refused_attempts
from stations.views.listing import show
from stations.views.pages import ConsoleRequest, console, render_page, save
from stations.views.station_page import header, station_of

# Of the chart: places in a box of so many units.
WIDTH, HEIGHT = 1000, 120


@console
def link_list(request: ConsoleRequest) -> HttpResponseBase:
    """Chargers by their links' score."""
    return show(request, LINKS)


@console
def drop_list(request: ConsoleRequest) -> HttpResponseBase:
    """Lost connections, newest first."""
    return show(request, DROPS)


@console
def drop(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One lost connection: whose fault it was, with the neighbours' connections beside it."""
    found = get_object_or_404(visible_drops(request.user), pk=pk)
    lanes = [
        {
            "lane": lane,
            "bars": [(round(WIDTH * start), max(round(WIDTH * (end - start)), 1)) for start, end in lane.spans],
        }
        for lane in neighbours(request.user, found)
    ]
    alike = (
        visible_drops(request.user).filter(cause=found.cause, at__range=_minutes(found))
        if found.cause
        else Drop.objects.none()
    )
    context = {
        "drop": found,
        "word": culprit_word(found),
        "grounds": grounds(found),
        "how": parting_text(found),
        "advice": ADVICE.get(found.culprit, ""),
        "lanes": lanes,
        "alike": list(alike[:50]),
    }
    return render_page(request, "monitoring/drop.html", context)


def _minutes(found: Drop) -> tuple[Any, Any]:
    return found.at - timedelta(minutes=2), found.at + timedelta(minutes=2)


ADVICE = {
    Culprit.US.value: _("Nothing to do at the site. If it was no planned restart, look at the server's logs."),
    Culprit.ASKED.value: _("Nothing to do: it was meant to go."),
    Culprit.POWER.value: _("Ask at the site whether the current was away; look at its breakers."),
    Culprit.ROUTER.value: _("Restart the site's router, and look at its uplink; the chargers need nothing."),
    Culprit.PROVIDER.value: _("Call the provider, with these times and addresses; no technician helps at the sites."),
    Culprit.CHARGER.value: _("Look at this charger: its modem, aerial, cable, and its logs of that minute."),
    Culprit.UNCLEAR.value: _("If it happens again, test the network, or name the provider of its address."),
}


@console
def station_link(request: ConsoleRequest, identity: str) -> HttpResponse:
    """A station's link: score, pings by the hour, days, drops."""
    found = station_of(request, identity)
    history = history_of(request.user, found, now=timezone.now())
    context = {
        **header(request, found, "link"),
        "history": history,
        "score": score_word(history.link.score if history.link else None),
        "connected": share(history.link.connected if history.link else None),
        "days": [(day, score_word(day.score), share(day.connected)) for day in history.days],
        "drops": DROPS.without(history.drops, "station", "site"),
        "charts": _charts(history),
        "refused": list(visible_refused_attempts(request.user).filter(station=found)[:5]),
        "tests": found.network_test_results.exclude(ended_at=None).select_related("run").order_by("-id")[:5],
    }
    return render_page(request, "monitoring/station_link.html", context)


def _charts(history: History) -> list[dict[str, Any]]:
    """What was measured in the last seven days, by the hour: of each measure that was, its chart."""
    pings = [(hour.hour, hour.rtt_sum_ms / hour.pings) for hour in history.hours if hour.pings]
    delays = [(hour.hour, hour.delay_sum_ms / hour.messages) for hour in history.hours if hour.messages]
    drawn = [
        (_("Pings"), _("Round trip of the websocket's own pings"), _chart(pings)),
        (_("Message delay"), _("From a message's writing in the charger to its receipt here"), _chart(delays)),
    ]
    return [{**chart, "title": title, "about": about} for title, about, chart in drawn if chart]


def _chart(known: Sequence[tuple[datetime, float]]) -> dict[str, Any] | None:
    """Milliseconds over time as points of a box; None where there are too few."""
    if len(known) < 2:
        return None
    since, until = known[0][0], known[-1][0]
    most = max(value for _at, value in known) or 1.0
    points = [
        (round(WIDTH * ((at - since) / (until - since))), round(HEIGHT * (1 - value / most))) for at, value in known
    ]
    return {
        "line": " ".join(f"{x},{y}" for x, y in points),
        "area": f"0,{HEIGHT} {' '.join(f'{x},{y}' for x, y in points)} {WIDTH},{HEIGHT}",
        "most": ms(most),
        "mean": ms(sum(value for _at, value in known) / len(known)),
        "since": since,
        "until": until,
    }


# --- Providers ---


class RangeForm(forms.Form):
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("Organization"))
    pattern = forms.CharField(
        max_length=50,
        label=_("Addresses or SIM"),
        help_text=_("203.0.113.0/24, or the first digits of ICCID or IMSI."),
    )
    name = forms.CharField(max_length=80, label=_("Provider"))

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organization"]
        field.queryset = organizations
        if len(organizations) == 1:
            field.initial, field.widget = organizations[0], forms.HiddenInput()


@console
def providers(request: ConsoleRequest) -> HttpResponseBase:
    """Links by provider and by site, and which addresses belong to whom."""
    organizations = organizations_granting(request.user, Permission.MANAGE_MONITORING)
    form = RangeForm(request.POST or None, organizations=organizations)
    if request.method == "POST":
        if not organizations.exists():
            raise PermissionDenied
        if form.is_valid() and save(form, lambda: provider_ranges.add(by=request.user, **form.cleaned_data)):
            messages.success(request, gettext("The provider is known within a quarter of an hour."))
            return redirect("monitoring:providers")
    context = {
        "providers": [(group, score_word(group.score), ms(group.rtt_ms)) for group in by_provider(request.user)],
        "sites": [(group, score_word(group.score), ms(group.rtt_ms)) for group in by_site(request.user)],
        "ranges": list(visible_ranges(request.user)[:200]),
        "form": form,
        "may_name": organizations.exists(),
    }
    return render_page(request, "monitoring/providers.html", context)


@console
@require_POST
def forget_range(request: ConsoleRequest, pk: int) -> HttpResponseBase:
    """An address range is nobody's any more."""
    row = get_object_or_404(visible_ranges(request.user), pk=pk)
    provider_ranges.remove(row=row, by=request.user)
    return redirect("monitoring:providers")
