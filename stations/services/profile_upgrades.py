"""Stations on their way to a higher security profile (A05 in OCPP 2.0.1 and in the 1.6 security white paper).

OCPP 1.6 changes one key. OCPP 2.x takes several messages, sent one after the other as the station agrees: a connection
profile, its place before the present ones, a reset.
"""

from datetime import datetime

from drivers.domain.phrases import english
from drivers.models import User
from stations.domain.commands import CommandKind
from stations.models import ProfileUpgrade, Station, Variable
from stations.services import commands
from stations.services.work import Work

State, Step = ProfileUpgrade.State, ProfileUpgrade.Step

ORDER = {"component": "OCPPCommCtrlr", "name": "NetworkConfigurationPriority"}
# A raw call may name any number.
_HIGHEST = max(Station.SecurityProfile)
# Slots that stations commonly have.
_SLOTS = range(1, 9)


def begin(
    *,
    work: Work,
    station: Station,
    profile: int,
    slot: int | None = None,
    step: ProfileUpgrade.Step = Step.NONE,
    requested_by: User | None = None,
) -> None:
    """The station is about to be asked; from now on it may come with the new profile."""
    values = {"profile": profile, "slot": slot, "state": State.ASKED, "step": step, "requested_by": requested_by}
    fresh = {"started_at": work.now, "finished_at": None, "fell_back_at": None, "problem": ""}
    ProfileUpgrade.objects.update_or_create(station=station, defaults=values | fresh)
    work.nudge_station(station)


def key_answered(*, work: Work, station: Station, profile: str, status: str) -> None:
    """OCPP 1.6: what the station said to its new SecurityProfile."""
    upgrade = _asked(station)
    if upgrade is None or str(upgrade.profile) != profile:
        return
    if status in ("Accepted", "RebootRequired"):
        _move(work, upgrade, state=State.ACCEPTED)
    else:
        _fail(work, upgrade, english("The station answered %(status)s.", status=status))


def network_profile_sent(*, work: Work, station: Station, slot: int, profile: int) -> None:
    """OCPP 2.x: a connection profile with this security profile is about to leave. A higher one may be used then."""
    upgrade = _asked(station)
    is_ours = upgrade is not None and (upgrade.slot, upgrade.profile, upgrade.step) == (slot, profile, Step.PROFILE)
    if station.security_profile < profile <= _HIGHEST and not is_ours:
        begin(work=work, station=station, profile=profile, slot=slot)


def network_profile_answered(*, work: Work, station: Station, slot: int, profile: int, status: str) -> None:
    """OCPP 2.x: what the station said to it. An upgrade goes on with the order of the connection profiles."""
    upgrade = _asked(station)
    if upgrade is None or (upgrade.slot, upgrade.profile) != (slot, profile):
        return
    if status != "Accepted":
        _fail(work, upgrade, english("The station did not take the connection profile: %(status)s.", status=status))
    elif upgrade.step != Step.PROFILE:
        # Nobody asked for more: it waits in its slot until somebody puts it in force.
        _move(work, upgrade, state=State.ACCEPTED)
    elif known_order(station) is None:
        _ask(work, upgrade, Step.ORDER, CommandKind.GET_VARIABLES, {"variables": [ORDER]})
    else:
        _put_first(work, upgrade)


def order_told(*, work: Work, station: Station) -> None:
    """OCPP 2.x: the station told variables, and perhaps the order of its connection profiles among them."""
    upgrade = _asked(station)
    if upgrade is None or upgrade.step != Step.ORDER:
        return
    if known_order(station) is None:
        _fail(work, upgrade, english("The station does not tell the order of its connection profiles."))
    else:
        _put_first(work, upgrade)


def order_answered(*, work: Work, station: Station, order: str, status: str) -> None:
    """OCPP 2.x: what the station said to a new order. An upgrade goes on with a reset."""
    upgrade = _open(station)
    if upgrade is None or str(upgrade.slot) not in _slots(order):
        return
    if status not in ("Accepted", "RebootRequired"):
        if upgrade.step == Step.PRIORITY:
            _fail(
                work,
                upgrade,
                english(
                    "The station did not take the new order of its connection profiles: %(status)s.", status=status
                ),
            )
        return
    is_chain = upgrade.step == Step.PRIORITY
    if is_chain:
        _ask(work, upgrade, Step.RESET, CommandKind.RESET, {"type": "soft"})
    _move(work, upgrade, state=State.ACCEPTED, step=Step.RESET)


def known_order(station: Station) -> str | None:
    """The slots of the station's connection profiles in the order of their priority, as it told them."""
    told = Variable.objects.filter(station=station, attribute="Actual", **ORDER).exclude(value="")
    value: str | None = told.values_list("value", flat=True).first()
    return value


def free_slot(station: Station) -> int | None:
    """A slot that is not in use as far as is known; None where nothing is known."""
    order = known_order(station)
    if order is None:
        return None
    return next((slot for slot in _SLOTS if str(slot) not in _slots(order)), None)


def followed(*, work: Work, station: Station, profile: int) -> None:
    """The station came with `profile`. Its row follows, upwards only (A00.FR.005, A05.FR.07)."""
    upgrade = _open(station)
    if profile > station.security_profile:
        former, station.security_profile = station.security_profile, profile
        work.changed(station, "security_profile")
        data = {"former": former, "profile": profile}
        work.record("station.security_profile_raised", subject=station, data=data)
    elif upgrade is not None and _should_be_in_use(upgrade):
        _move(work, upgrade, fell_back_at=work.now)
        work.record("station.security_profile_not_used", subject=station, data={"profile": upgrade.profile})
    if upgrade is not None and station.security_profile >= upgrade.profile:
        _move(work, upgrade, state=State.DONE, finished_at=work.now)


def _should_be_in_use(upgrade: ProfileUpgrade) -> bool:
    return upgrade.state == State.ACCEPTED and (upgrade.slot is None or upgrade.step == Step.RESET)


def _open(station: Station) -> ProfileUpgrade | None:
    return ProfileUpgrade.objects.filter(station=station, state__in=[State.ASKED, State.ACCEPTED]).first()


def _asked(station: Station) -> ProfileUpgrade | None:
    return ProfileUpgrade.objects.filter(station=station, state=State.ASKED).first()


def _slots(order: str) -> list[str]:
    return [slot.strip() for slot in order.split(",")]


def _put_first(work: Work, upgrade: ProfileUpgrade) -> None:
    """The new connection profile first and the present ones after it, to fall back to (A05)."""
    slot = str(upgrade.slot)
    former = [other for other in _slots(known_order(upgrade.station) or "") if other not in (slot, "")]
    variable = ORDER | {"value": ",".join([slot, *former])}
    _ask(work, upgrade, Step.PRIORITY, CommandKind.SET_VARIABLES, {"variables": [variable]})


def _ask(
    work: Work, upgrade: ProfileUpgrade, step: ProfileUpgrade.Step, kind: CommandKind, values: dict[str, object]
) -> None:
    commands.request(station=upgrade.station, kind=kind, values=values, requested_by=upgrade.requested_by)
    _move(work, upgrade, step=step)


def _fail(work: Work, upgrade: ProfileUpgrade, problem: str) -> None:
    _move(work, upgrade, state=State.FAILED, finished_at=work.now, problem=problem)
    data = {"profile": upgrade.profile, "problem": problem}
    work.record("station.security_profile_upgrade_failed", subject=upgrade.station, data=data)


def _move(work: Work, upgrade: ProfileUpgrade, **changes: str | datetime) -> None:
    for name, value in changes.items():
        setattr(upgrade, name, value)
    upgrade.save(update_fields=list(changes))
    if upgrade.station_id in work.stations:
        work.nudge_station(work.stations[upgrade.station_id])
