"""A station's power: what limits it, what it may draw from now on, what vehicles need. And the network's profiles."""

import csv
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import orjson
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from drivers.domain.roles import Permission
from drivers.formats import zone_name
from stations.domain.charging_profile import ProfileState, Unit
from stations.domain.commands import CommandKind
from stations.domain.schedule import Slot, differences, slot_at
from stations.forms.charging_profile import ProfileForm
from stations.forms.power_fields import PURPOSES
from stations.models import AppliedProfile, ChargingLimit, CompositeSchedule, Station
from stations.permissions import may, organizations_granting
from stations.selectors.power import expected_schedule, visible_charging_profiles
from stations.services import charging_profiles
from stations.services.composite import slots_of
from stations.views.pages import ConsoleRequest, console, dialog_done, render_page
from stations.views.paging import paginate
from stations.views.station_page import header, station_of

DAY_S = 86_400
CLOSE_S = 60
# What stands beside the lists as buttons.
_AT_HAND = (
    CommandKind.SET_CHARGING_PROFILE,
    CommandKind.GET_COMPOSITE_SCHEDULE,
    CommandKind.GET_CHARGING_PROFILES,
    CommandKind.CLEAR_CHARGING_PROFILE,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A time from which on a limit counts: ours, the station's, and whether they contradict each other."""

    at: datetime
    expected: float | None
    station: float | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """What an EVSE may draw in a day, beside the station's last word on it."""

    evse: int
    unit: str
    since: datetime
    expected: tuple[Slot, ...]
    said: CompositeSchedule | None
    rows: list[Row]

    @property
    def is_unlimited(self) -> bool:
        """Whether nothing is to be drawn: no profile limits it, nor does the station say that anything does."""
        return all(row.expected is None and row.station is None for row in self.rows)

    @property
    def span(self) -> tuple[float, float] | None:
        """The lowest and the highest limit by the profiles; None while they limit nothing."""
        limits = [row.expected for row in self.rows if row.expected is not None]
        return (min(limits), max(limits)) if limits else None

    @property
    def has_differences(self) -> bool:
        return any(row.differs for row in self.rows)


def _schedule(station: Station, evse: int, unit: str) -> Schedule:
    now = timezone.now().replace(microsecond=0)
    expected = expected_schedule(station, evse, at=now, duration_s=DAY_S, unit=Unit(unit))
    said = CompositeSchedule.objects.filter(station=station, evse_number=evse, unit=unit).order_by("-id").first()
    if said is not None and said.starts_at + timedelta(seconds=said.duration_s) <= now:
        said = None
    rows = _rows(now, expected, *(_from_now(said, now) if said else ([Slot(0)], 0)))
    return Schedule(evse, unit, now, expected, said, rows)


def _from_now(said: CompositeSchedule, now: datetime) -> tuple[list[Slot], int]:
    """The station's schedule in seconds from now, and where it ends."""
    shift = round((said.starts_at - now).total_seconds())
    moved = [Slot(slot.start_s + shift, limit=slot.limit) for slot in slots_of(said.unit, orjson.loads(said.periods))]
    until = min(shift + said.duration_s, DAY_S)
    later = [slot for slot in moved if 0 < slot.start_s < until]
    return [Slot(0, limit=slot_at(moved, 0).limit), *later], until


def _aligned(theirs: list[Slot], ours: tuple[Slot, ...]) -> list[Slot]:
    """Their slots, begun with ours where they begin about then: clocks and rounding make no contradiction."""
    starts = [slot.start_s for slot in ours]
    near = {
        slot.start_s: next((s for s in starts if abs(s - slot.start_s) <= CLOSE_S), slot.start_s) for slot in theirs
    }
    return [replace(slot, start_s=near[slot.start_s]) for slot in theirs]


def _rows(now: datetime, expected: tuple[Slot, ...], theirs: list[Slot], until: int) -> list[Row]:
    """Where either changes. `until`: up to there the station said something."""
    theirs = _aligned(theirs, expected)
    contradictions = {(found.ours, found.theirs) for found in differences(expected, theirs)}
    starts = {slot.start_s for slot in (*expected, *theirs)} | ({until} if 0 < until < DAY_S else set())
    found: list[Row] = []
    for start_s in sorted(starts):
        is_said = start_s < until
        ours, other = slot_at(expected, start_s).limit, slot_at(theirs, start_s).limit if is_said else None
        row = Row(now + timedelta(seconds=start_s), ours, other, is_said and (ours, other) in contradictions)
        if not found or (row.expected, row.station) != (found[-1].expected, found[-1].station):
            found.append(row)
    return found


def _asked(request: ConsoleRequest, station: Station) -> tuple[int, str]:
    """EVSE and unit of the page's address; nonsense is the first EVSE, in the unit the station used last, else in A."""
    numbers = {str(evse.number): evse.number for evse in station.evses.all()} | {"0": 0}
    first = min((number for number in numbers.values() if number), default=0)
    evse, unit = numbers.get(request.GET.get("evse", ""), first), request.GET.get("unit", "")
    if unit not in list(Unit):
        said = CompositeSchedule.objects.filter(station=station, evse_number=evse).order_by("-id").first()
        unit = said.unit if said else Unit.AMPERE.value
    return evse, unit


@console
def station_power(request: ConsoleRequest, identity: str) -> HttpResponse:
    """What limits a station now and what follows from it."""
    found = station_of(request, identity)
    head = header(request, found, "power")
    offered = dict(head["kinds"])
    evse, unit = _asked(request, found)
    sees_sessions = may(request.user, Permission.VIEW_SESSIONS, found.site)
    rows = AppliedProfile.objects.filter(station=found).select_related("profile").order_by("-id")
    context = {
        **head,
        "schedule": _schedule(found, evse, unit),
        "evses": [0, *sorted(evse.number for evse in found.evses.all())],
        "units": [unit.value for unit in Unit],
        "in_force": rows.filter(state=ProfileState.ACCEPTED),
        "before": rows.exclude(state=ProfileState.ACCEPTED)[:20],
        "purposes": PURPOSES,
        "limits": ChargingLimit.objects.filter(station=found, released_at=None),
        "needs": found.charging_needs.select_related("session")[:8] if sees_sessions else [],
        "der_controls": found.der_controls.exclude(state="cleared")[:50],
        "der_alarms": found.der_alarms.all()[:8],
        "tariffs": found.tariffs.exclude(state="cleared")[:50],
        "swaps": found.battery_swaps.all()[:12] if sees_sessions else [],
        "actions": [(kind, offered[kind]) for kind in _AT_HAND if kind in offered],
    }
    fragments = {"power": "stations/_power.html"}
    return render_page(request, "stations/station_power.html", context, fragments=fragments)


@console
def schedule_json(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The schedule as columns for the chart: each step twice, at its start and where it ends."""
    found = station_of(request, identity)
    schedule = _schedule(found, *_asked(request, found))
    rows, end = schedule.rows, schedule.since + timedelta(seconds=DAY_S)
    times = [*(row.at for row in rows), end]
    return JsonResponse(
        {
            "at": [int(moment.timestamp()) for moment in times],
            "expected": [row.expected for row in (*rows, rows[-1])],
            "station": [row.station for row in (*rows, rows[-1])],
            "unit": schedule.unit,
            "zone": found.site.timezone,
            "zone_name": zone_name(schedule.since.astimezone(found.site.zone)),
        }
    )


@console
def schedule_csv(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The schedule as the page's table has it: from when on which limit counts, empty for none."""
    found = station_of(request, identity)
    schedule = _schedule(found, *_asked(request, found))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="schedule-evse-{schedule.evse}.csv"'
    writer = csv.writer(response)
    writer.writerow(["from", f"expected_{schedule.unit.lower()}", f"station_{schedule.unit.lower()}"])
    writer.writerows([row.at.isoformat(), row.expected, row.station] for row in schedule.rows)
    return response


@console
def profile_list(request: ConsoleRequest) -> HttpResponse:
    """The network's charging profiles, but for those made for one session."""
    accepted = Count("applications", filter=Q(applications__state=ProfileState.ACCEPTED))
    rows = visible_charging_profiles(request.user).filter(session=None).annotate(in_use=accepted).order_by("-id")
    page = paginate(rows, request.GET)
    managed = set(organizations_granting(request.user, Permission.MANAGE_NETWORK).values_list("pk", flat=True))
    context = {"page": page, "purposes": PURPOSES, "managed": managed}
    fragments = {"results": "stations/_profile_rows.html"}
    return render_page(request, "stations/profile_list.html", context, fragments=fragments)


@console
@require_http_methods(["GET", "POST"])
def profile_add(request: ConsoleRequest) -> HttpResponse:
    """The form that makes a profile."""
    organizations = organizations_granting(request.user, Permission.MANAGE_NETWORK).order_by("name")
    if not organizations:
        return redirect("stations:profile-list")
    form = ProfileForm(organizations, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _add(form):
        return _done(request, _("The charging profile can now be sent to stations."))
    fragments = {"dialog-body": "stations/_profile_form.html"}
    return render_page(request, "stations/profile_form.html", {"form": form}, fragments=fragments)


def _add(form: ProfileForm) -> bool:
    """Whether it was taken; if not, the form says why."""
    try:
        charging_profiles.create(**form.values())
    except ValidationError as problem:
        form.add_error(None, problem.messages[0])
        return False
    return True


@console
@require_http_methods(["POST"])
def profile_delete(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Forget a profile; stations that have it keep it."""
    mine = organizations_granting(request.user, Permission.MANAGE_NETWORK)
    profile = get_object_or_404(visible_charging_profiles(request.user).filter(organization__in=mine), pk=pk)
    charging_profiles.delete(profile=profile)
    text = _("“%(name)s” is no longer offered. Stations that have it keep it until it is cleared there.")
    messages.success(request, text % {"name": profile.description})
    return redirect("stations:profile-list")


def _done(request: ConsoleRequest, text: str) -> HttpResponse:
    if request.htmx:
        return dialog_done(text)
    messages.success(request, text)
    return redirect("stations:profile-list")
