"""How the demo network was looked after: checklists, plans, inspections with what they found, planned windows."""

import base64
import random
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from PIL import Image, ImageDraw

from drivers import clock
from drivers.models import Organization, User
from monitoring.models import Checklist, Inspection, MaintenancePlan, MaintenanceWindow, WorkOrder
from monitoring.services import (
    checklists,
    exclusions,
    inspections,
    plan_sweep,
    plans,
    window_sweep,
    windows,
    work_orders,
)
from monitoring.services.demo.team import Team
from stations.models import Site, Station
from stations.services.demo.network import STATIONS
from stations.services.demo.spells import Kind, spells_of

_M = MaintenancePlan.Measure
_ITEMS: tuple[dict[str, Any], ...] = (
    {"key": "housing", "kind": "check", "text": "Housing closed, dry and undamaged", "severity": 2},
    {"key": "cable", "kind": "check", "text": "Cable and plug without cuts or burns", "severity": 1},
    {"key": "rcd", "kind": "check", "text": "Residual current device trips by its button", "severity": 1},
    {"key": "pe", "kind": "number", "text": "Resistance of the protective conductor", "unit": "Ω", "maximum": "0.3"},
    {"key": "iso", "kind": "number", "text": "Insulation resistance", "unit": "MΩ", "minimum": "1"},
    {"key": "label", "kind": "check", "text": "Helpline number and QR code can be read", "severity": 3},
    {"key": "remark", "kind": "text", "text": "Anything else", "required": False},
)
_BEGIN_WORK = time(8, 30)
# Days ago, station, items that failed.
_INSPECTED = (
    (83, "ESA-01", ()),
    (83, "ESA-02", ("label",)),
    (82, "ESA-03", ()),
    (69, "AMS-01", ()),
    (69, "AMS-02", ("housing",)),
    (52, "LYS-01", ()),
    (52, "LYS-02", ("rcd",)),
    (31, "HAM-01", ()),
    (31, "HAM-02", ("cable",)),
    (9, "CPH-01", ()),
)


def make(organization: Organization, stop: threading.Event) -> int:
    """Look after it, if nobody has; returns how many things were done."""
    if stop.is_set() or MaintenancePlan.objects.filter(organization=organization).exists():
        return 0
    team = Team(organization)
    done = _plan(team)
    checklist = Checklist.objects.get(organization=organization)
    for days_ago, identity, failed in _INSPECTED:
        if stop.is_set():
            break
        with transaction.atomic():
            station = Station.objects.select_related("site").get(identity=identity)
            at = _in_the_morning(station.site, organization.created_at - timedelta(days=days_ago))
            done += _inspect(team, checklist, station, failed, at + timedelta(minutes=7 * done))
    done += _announce(team)
    plan_sweep.sweep(now=organization.created_at)
    return done


def _plan(team: Team) -> int:
    organization = team.organization
    begun = organization.created_at - timedelta(days=88)
    with clock.at(begun), transaction.atomic():
        checklist = checklists.save_checklist(
            checklist=None,
            organization=organization,
            title="Yearly inspection of a charging station",
            description="After DIN VDE 0105-100: look, try, measure.",
            items=_ITEMS,
            is_active=True,
        )
        plans.make_plan(
            organization=organization,
            by=team.manager,
            title="Yearly inspection",
            description="By the checklist; bring the insulation tester.",
            measure=_M.MONTHS,
            every=12,
            checklist=checklist,
            counted_from=begun - timedelta(days=190),
        )
        plans.make_plan(
            organization=organization,
            by=team.manager,
            title="Filters of fast chargers",
            description="Clean or replace the filter mats, listen to the fans.",
            measure=_M.ENERGY,
            every=30_000,
            site=Site.objects.get(organization=organization, name="Rasthof Werratal"),
            counted_from=begun,
        )
        plans.make_plan(
            organization=organization,
            by=team.manager,
            title="Plugs and cables",
            description="Contacts, lock and strain relief.",
            measure=_M.SESSIONS,
            every=1_000,
            vendor="Polder",
            counted_from=begun,
        )
    return 4


def _in_the_morning(site: Site, day: datetime) -> datetime:
    """Of that day at the site, whenever the network was made."""
    return datetime.combine(day.astimezone(site.zone).date(), _BEGIN_WORK, site.zone).astimezone(UTC)


def _inspect(team: Team, checklist: Checklist, station: Station, failed: Sequence[str], at: datetime) -> int:
    rng = random.Random(f"{station.identity}/inspection")  # noqa: S311
    person = rng.choice(team.technicians)
    plan = MaintenancePlan.objects.get(organization=team.organization, measure=_M.MONTHS)
    with clock.at(at - timedelta(days=6)):
        order = work_orders.open_work_order(
            site=station.site,
            station=station,
            title=plan.title,
            description=plan.description,
            origin=WorkOrder.Origin.PLAN,
            plan=plan,
            due_at=at + timedelta(days=8),
            assigned_to=person,
            by=team.manager,
        )
    with clock.at(at):
        work_orders.start(order=order, by=person)
    with clock.at(at + timedelta(minutes=rng.randint(18, 45))):
        report, _ = inspections.receive(
            station=station,
            by=person,
            client_id=uuid5(NAMESPACE_URL, f"busbar-demo/{station.identity}/{at:%Y-%m-%d}"),
            sent=_sent(order, checklist, failed, at, rng),
        )
        minutes = rng.randint(35, 80)
        work_orders.finish(order=order, by=person, spent_minutes=minutes, cost_minor=minutes * 95, report=report.note)
        if failed:
            _repair(team, report, person, at, rng)
    return 1 + bool(failed)


def _repair(team: Team, report: Inspection, person: User, at: datetime, rng: random.Random) -> None:
    repair = inspections.make_repair(inspection=report, by=person)
    work_orders.assign(order=repair, to=person, by=person)
    with clock.at(at + timedelta(days=rng.randint(1, 4), hours=2)):
        work_orders.start(order=repair, by=person)
    with clock.at(clock.now() + timedelta(days=rng.randint(4, 6))):
        minutes = rng.randint(30, 140)
        work_orders.finish(
            order=repair,
            by=person,
            found=WorkOrder.Found.OTHER,
            cured=WorkOrder.Cured.REPAIRED,
            report="Mended and measured again; in order.",
            spent_minutes=minutes,
            cost_minor=minutes * 95 + 4_900,
        )


def _sent(
    order: WorkOrder, checklist: Checklist, failed: Sequence[str], at: datetime, rng: random.Random
) -> dict[str, Any]:
    """As the sheet on a phone sends it."""
    answers: dict[str, Any] = {
        "pe": {"value": f"{rng.uniform(0.08, 0.24):.2f}", "note": ""},
        "iso": {"value": str(rng.randint(12, 400)), "note": ""},
    }
    for key in ("housing", "cable", "rcd", "label"):
        answers[key] = {"value": "no" if key in failed else "yes", "note": "See photo." if key in failed else ""}
    return {
        "title": checklist.title,
        "checklist": checklist.pk,
        "order": order.pk,
        "items": checklist.items,
        "answers": answers,
        "photos": [],
        "begun_at": at.isoformat(),
        "finished_at": clock.now().isoformat(),
        "note": "In order." if not failed else "To be mended, see the repair order.",
        "signed_name": str(order.assigned_to),
        "signature": _signature(rng),
    }


def _signature(rng: random.Random) -> str:
    image = Image.new("RGBA", (320, 100), (255, 255, 255, 0))
    points = [(20 + 14 * step, 50 + rng.uniform(-30, 30)) for step in range(20)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 60, 255), width=3, joint="curve")
    out = BytesIO()
    image.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def _announce(team: Team) -> int:
    """What was planned is announced a fortnight before, and counted as excluded once somebody else has agreed."""
    made_at = team.organization.created_at
    found = [(plan.identity, spell) for plan in STATIONS for spell in spells_of(plan) if spell.kind is Kind.OPERATOR]
    for identity, spell in sorted(found, key=lambda pair: -pair[1].begins):
        start, end = spell.span(made_at)
        station = Station.objects.select_related("site").get(identity=identity)
        with transaction.atomic():
            with clock.at(start - timedelta(days=14)):
                _window(team, station, start, end, "Power modules are replaced")
            window_sweep.sweep(now=end + timedelta(minutes=1))
            exclusions.propose_of_windows(now=end + timedelta(minutes=5))
        for proposed in station.exclusions.filter(window__isnull=False, state="proposed"):
            with clock.at(end + timedelta(days=1)):
                exclusions.review(exclusion=proposed, approve=True, note="", by=team.owner)
    soon = made_at.replace(minute=0, second=0, microsecond=0) + timedelta(days=3, hours=2)
    station = Station.objects.select_related("site").get(identity="ESA-03")
    with clock.at(made_at):
        _window(team, station, soon, soon + timedelta(hours=3), "Cooling is overhauled")
    return len(found) + 1


def _window(team: Team, station: Station, start: datetime, end: datetime, title: str) -> MaintenanceWindow:
    return windows.announce(
        site=station.site, stations=[station], title=title, starts_at=start, ends_at=end, by=team.manager
    )
