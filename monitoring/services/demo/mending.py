"""How faults of the demo network's past were mended: by a restart from afar, or by a visit with a work order."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from drivers import clock
from drivers.models import User
from monitoring.models import Incident, WorkOrder
from monitoring.services import incidents, work_orders
from monitoring.services.demo.troubles import Trouble
from stations.services.demo.spells import Kind

# A fault of so long is not mended from the desk.
LONG = timedelta(hours=3)
_F, _C = WorkOrder.Found, WorkOrder.Cured
_HANDS = timedelta(minutes=70)


@dataclass(frozen=True, slots=True)
class Cure:
    """What was found and done; `part`: name, number and price in minor units."""

    found: WorkOrder.Found
    cured: WorkOrder.Cured
    report: str
    part: tuple[str, str, int] | None = None


_CURES: dict[str, tuple[Cure, ...]] = {
    "GroundFailure": (
        Cure(
            _F.PROTECTION,
            _C.REPLACED,
            "Residual current device tripped under load; replaced and measured.",
            ("RCD type B 40 A", "RCD-B-40", 28_900),
        ),
        Cure(
            _F.CONNECTOR,
            _C.REPLACED,
            "Water in the plug; cable set replaced, insulation measured.",
            ("Cable set type 2, 5 m", "CS-T2-5", 34_500),
        ),
    ),
    "OverCurrentFailure": (
        Cure(
            _F.POWER_MODULE, _C.REPLACED, "Module 3 drew too much; replaced.", ("Power module 30 kW", "PM-30", 241_000)
        ),
        Cure(_F.VEHICLE, _C.NOTHING, "One car with a faulty charger; port measured, in order."),
    ),
    "PowerMeterFailure": (
        Cure(_F.METER, _C.TIGHTENED, "Bus terminal of the meter was loose."),
        Cure(_F.METER, _C.REPLACED, "Meter without values; replaced and sealed.", ("Meter MID 63 A", "MT-63", 19_800)),
    ),
    "HighTemperature": (
        Cure(_F.COOLING, _C.CLEANED, "Filter mats full of pollen; cleaned, fan runs.", ("Filter mat", "FM-2", 1_450)),
    ),
    "EVCommunicationError": (Cure(_F.CONNECTOR, _C.CLEANED, "Contacts of control pilot cleaned."),),
    "ConnectorLockFailure": (
        Cure(
            _F.DAMAGE,
            _C.REPLACED,
            "Cable was cut off at night; police informed, cable replaced.",
            ("Cable set CCS 2, 4 m", "CS-CCS-4", 189_000),
        ),
    ),
    "ReaderFailure": (
        Cure(_F.READER, _C.REPLACED, "Card reader without light; replaced.", ("Card reader", "CR-2", 21_700)),
    ),
    "InternalError": (
        Cure(_F.SOFTWARE, _C.POWER_CYCLED, "Controller hung; switched off and on, log saved for the maker."),
        Cure(_F.SCREEN, _C.REPLACED, "Display board dead; replaced.", ("Display board 7 inch", "DB-7", 52_000)),
    ),
}
_FIRST_WORDS = {
    Kind.FAULT: (
        "Restarted it from here; the fault came back at once.",
        "Restarting it from here.",
        "Log asked for. Looks like the same as last time.",
        "Nobody is charging there: trying a restart.",
    ),
    Kind.AWAY: (
        "Site contact does not see anything odd. Waiting for the link.",
        "Called the site: lights are on, so it is not the current.",
        "Its neighbours are connected, so it is this one.",
    ),
}
_OF_SITE = (
    "All of the site went at once: asked the site about power and router.",
    "Provider says that there is an outage in the area.",
)


def first_word(trouble: Trouble, rng: random.Random) -> str:
    """What somebody wrote down once they had looked; nothing, as often as not."""
    if len(trouble.told) > 1:
        return _OF_SITE[len(trouble.site_ids) > 1]
    return rng.choice(_FIRST_WORDS[trouble.kind]) if rng.random() < 0.6 else ""


@dataclass
class Visit:
    """A work order of an incident, from when it was asked for until its outcome was written down."""

    trouble: Trouble
    incident: Incident
    technician: User
    manager: User
    rng: random.Random
    order: WorkOrder | None = field(default=None, init=False)

    @property
    def begins(self) -> datetime:
        return self.trouble.end - _HANDS

    def ask(self) -> None:
        one = self.trouble.told[0]
        self.order = work_orders.open_work_order(
            site=one.station.site,
            station=one.station,
            evse=one.station.evses.filter(number=one.spell.evse).first() if one.spell.evse else None,
            title=self.incident.title,
            origin=WorkOrder.Origin.INCIDENT,
            incident=self.incident,
            priority=WorkOrder.Priority.HIGH if self.incident.severity < 3 else WorkOrder.Priority.NORMAL,
            due_at=clock.now() + timedelta(days=2),
            assigned_to=self.technician,
            by=self.manager,
        )
        incidents.assign(incident_id=self.incident.pk, to=self.technician, by=self.manager)

    def begin(self) -> None:
        if self.order is not None:
            work_orders.start(order=self.order, by=self.technician)

    def end(self) -> None:
        if self.order is None:
            return
        cure = self.rng.choice(_CURES[self.trouble.told[0].spell.code])
        minutes = round(_HANDS.total_seconds() / 60 + self.rng.uniform(20, 120))
        cost_minor = round(minutes * 95) + (cure.part[2] if cure.part else 0)
        if cure.part:
            work_orders.use_part(order=self.order, by=self.technician, name=cure.part[0], number=cure.part[1])
        work_orders.finish(
            order=self.order,
            by=self.technician,
            found=cure.found,
            cured=cure.cured,
            report=cure.report,
            spent_minutes=minutes,
            cost_minor=cost_minor,
        )
