"""One session with its chart, and its samples as JSON and CSV."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Avg, Count, Max
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404

from drivers.formats import zone_name
from stations.domain.commands import CommandKind
from stations.models import MeterSample, Session
from stations.permissions import command_kinds
from stations.selectors import visible_commands, visible_sessions
from stations.selectors.samples import samples_of
from stations.selectors.tokens import visible_reservations, visible_settlements
from stations.views.csv_files import csv_file
from stations.views.lists.commands import COMMANDS
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import in_chunks
from stations.views.session_details import details_of

# More points than a wide screen has pixels draw the same curve.
CHART_POINTS = 1500
TABLE_ROWS = 200
SAMPLES_AT_A_TIME = 1000


@console
def session(request: ConsoleRequest, pk: int) -> HttpResponse:
    """One session: figures, curve, samples, commands about it."""
    found = _session(request, pk)
    samples = samples_of(found)
    commands = visible_commands(request.user).filter(session=found).order_by("-id")[:10]
    context = {
        "session": found,
        "figures": samples.aggregate(count=Count("pk"), peak=Max("power_w"), average=Avg("power_w")),
        "samples": [(sample, _energy(found, sample)) for sample in samples.order_by("-at")[:TABLE_ROWS]],
        "table_rows": TABLE_ROWS,
        "commands": COMMANDS.without(commands, "station"),
        "reservations": visible_reservations(request.user).filter(session=found),
        "settlements": visible_settlements(request.user).filter(session=found),
        "details": details_of(found),
        "may_stop": found.is_open and CommandKind.REMOTE_STOP in command_kinds(request.user, found.station.site),
    }
    fragments = {"session": "stations/_session.html"}
    return render_page(request, "stations/session.html", context, fragments=fragments)


@console
def samples_json(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Columns for the chart: epoch seconds, kW, kWh charged so far, % state of charge."""
    found = _session(request, pk)
    rows = list(samples_of(found).order_by("at"))
    step = max(1, -(-len(rows) // CHART_POINTS))
    rows = rows[::-step][::-1]
    return JsonResponse(
        {
            "zone": found.station.site.timezone,
            "zone_name": zone_name(found.started_at.astimezone(found.station.site.zone)),
            "at": [row.at.timestamp() for row in rows],
            "power_kw": [_kilo(row.power_w) for row in rows],
            "energy_kwh": [_kilo(_energy(found, row)) for row in rows],
            "soc_percent": [row.soc_percent for row in rows],
        }
    )


@console
def samples_csv(request: ConsoleRequest, pk: int) -> HttpResponseBase:
    """All samples of a session."""
    found = _session(request, pk)
    return csv_file(request, _csv_rows(found), name=f"session-{found.pk}.csv")


def _csv_rows(found: Session) -> Iterator[list[list[object]]]:
    yield [["at", "power_w", "energy_wh", "current_a", "voltage_v", "soc_percent", "context"]]
    for samples in in_chunks(samples_of(found).order_by("at", "id"), SAMPLES_AT_A_TIME):
        yield [
            [
                sample.at,
                sample.power_w,
                _energy(found, sample),
                sample.current_a,
                sample.voltage_v,
                sample.soc_percent,
                sample.context,
            ]
            for sample in samples
        ]


def _session(request: ConsoleRequest, pk: int) -> Session:
    sessions = visible_sessions(request.user).select_related("station__site", "evse", "connector", "token")
    return get_object_or_404(sessions, pk=pk)


def _energy(session: Session, sample: MeterSample) -> float | None:
    """Wh charged until `sample`: its register above the one at the start."""
    if sample.energy_wh is None or session.meter_start_wh is None:
        return None
    return sample.energy_wh - session.meter_start_wh


def _kilo(value: float | None) -> Any:
    return None if value is None else round(value / 1000, 3)
