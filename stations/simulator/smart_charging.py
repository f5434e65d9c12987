"""Charging profiles that a virtual charger keeps and obeys: written apart from the CSMS's own arithmetic."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .clock import iso
from .commands import ACCEPTED, REJECTED, Handler, Reply
from .meter import AC_PHASES, AC_VOLTAGE_V
from .outbox import Message
from .outlet import Outlet
from .transport import Payload

if TYPE_CHECKING:
    from .charger import VirtualCharger

# How finely a composite schedule is looked at, and how far.
_STEP_S = 60
_LONGEST_S = 86_400
_TURNS = {"Daily": 86_400, "Weekly": 7 * 86_400}


@dataclass(frozen=True, slots=True)
class Installed:
    """A profile on an outlet (0: the charger), in the words of 2.x."""

    evse_id: int
    wire: Payload

    @property
    def purpose(self) -> str:
        return str(self.wire["chargingProfilePurpose"])

    @property
    def level(self) -> int:
        return int(self.wire["stackLevel"])

    def limit_w(self, at: datetime, began: datetime) -> float | None:
        """What it allows at an instant; None where it says nothing. `began`: the session's start."""
        valid_from, valid_to = (_moment(self.wire.get(name)) for name in ("validFrom", "validTo"))
        if (valid_from and at < valid_from) or (valid_to and at >= valid_to):
            return None
        schedule = self.wire["chargingSchedule"][0]
        gone = (at - (_moment(schedule.get("startSchedule")) or began)).total_seconds()
        if self.wire["chargingProfileKind"] == "Recurring" and gone >= 0:
            gone %= _TURNS[self.wire.get("recurrencyKind", "Daily")]
        if gone < 0 or gone >= schedule.get("duration", float("inf")):
            return None
        period = [period for period in schedule["chargingSchedulePeriod"] if period["startPeriod"] <= gone][-1]
        limit = period.get("limit")
        if limit is None or schedule["chargingRateUnit"] == "W":
            return limit if limit is None else float(limit)
        return float(limit * AC_VOLTAGE_V * min(AC_PHASES, period.get("numberPhases", AC_PHASES)))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass
class Profiles:
    """What is installed, by id."""

    installed: dict[int, Installed] = field(default_factory=dict)

    def put(self, profile: Installed) -> None:
        """Install it in the place of one of the same id, or of the same purpose, stack level and outlet."""
        place = (profile.purpose, profile.level, profile.evse_id)
        self.installed = {
            known: other
            for known, other in self.installed.items()
            if known != profile.wire["id"] and (other.purpose, other.level, other.evse_id) != place
        }
        self.installed[profile.wire["id"]] = profile

    def remove(self, wanted: Mapping[str, Any]) -> bool:
        """Remove those that fit; False where none does."""
        fitting = [profile.wire["id"] for profile in self.fitting(wanted)]
        for known in fitting:
            del self.installed[known]
        return bool(fitting)

    def fitting(self, wanted: Mapping[str, Any]) -> Iterator[Installed]:
        """Those of the ids, outlet, purpose and level that are named."""
        for profile in self.installed.values():
            ids = wanted.get("ids")
            if (
                (ids is None or profile.wire["id"] in ids)
                and wanted.get("evse_id") in (None, profile.evse_id)
                and wanted.get("purpose") in (None, profile.purpose)
                and wanted.get("level") in (None, profile.level)
            ):
                yield profile

    def limit_w(self, outlet: Outlet, at: datetime) -> float:
        """What an outlet may draw at an instant."""
        if not self.installed:
            return outlet.max_power_w
        session = outlet.session
        began = session.started_at if session else at
        here = [profile for profile in self.installed.values() if profile.evse_id in (0, outlet.id)]
        ids = {session.transaction_id, str(session.number)} if session else set()
        own = [p for p in here if p.purpose == "TxProfile" and str(p.wire.get("transactionId", "")) in ids]
        tx = _leading(own, at, began)
        if tx is None:
            tx = _leading([p for p in here if p.purpose == "TxDefaultProfile"], at, began)
        roof = _leading([p for p in here if p.purpose == "ChargingStationMaxProfile"], at, began)
        return min(limit for limit in (outlet.max_power_w, tx, roof) if limit is not None)


def _leading(profiles: list[Installed], at: datetime, began: datetime) -> float | None:
    for profile in sorted(profiles, key=lambda profile: -profile.level):
        if (limit := profile.limit_w(at, began)) is not None:
            return limit
    return None


class SmartCharging:
    """The commands about charging profiles that a charger obeys; `names_connectors`: in the words of 1.6."""

    def __init__(self, charger: "VirtualCharger", *, names_connectors: bool) -> None:
        self._charger = charger
        self._station = charger.station
        self._is_16 = names_connectors

    @property
    def handlers(self) -> dict[str, Handler]:
        """The table of handlers."""
        found: dict[str, Handler] = {
            "SetChargingProfile": self.set_profile,
            "ClearChargingProfile": self.clear_profile,
            "GetCompositeSchedule": self.composite_schedule,
        }
        return found if self._is_16 else found | {"GetChargingProfiles": self.report}

    def set_profile(self, payload: Payload) -> Reply:
        evse_id = payload["connectorId"] if self._is_16 else payload["evseId"]
        wire = _as_2(payload["csChargingProfiles"]) if self._is_16 else payload["chargingProfile"]
        outlet = self._station.outlets.get(evse_id)
        is_tx = wire["chargingProfilePurpose"] == "TxProfile"
        if (evse_id and outlet is None) or (is_tx and (outlet is None or outlet.session is None)):
            return REJECTED
        if is_tx and outlet is not None and outlet.session is not None:
            session = outlet.session
            wire = {"transactionId": session.number if self._is_16 else session.transaction_id} | wire
        self._station.profiles.put(Installed(evse_id, wire))
        return ACCEPTED

    def clear_profile(self, payload: Payload) -> Reply:
        criteria = payload if self._is_16 else payload.get("chargingProfileCriteria", {})
        known = payload.get("id" if self._is_16 else "chargingProfileId")
        wanted = {
            "ids": None if known is None else [known],
            "evse_id": criteria.get("connectorId" if self._is_16 else "evseId"),
            "purpose": _purpose(criteria.get("chargingProfilePurpose")),
            "level": criteria.get("stackLevel"),
        }
        return ACCEPTED if self._station.profiles.remove(wanted) else Reply({"status": "Unknown"})

    def composite_schedule(self, payload: Payload) -> Reply:
        evse_id = payload["connectorId"] if self._is_16 else payload["evseId"]
        if evse_id and evse_id not in self._station.outlets:
            return REJECTED
        unit, duration = payload.get("chargingRateUnit", "W"), min(payload["duration"], _LONGEST_S)
        now = self._station.now()
        periods = self._periods(evse_id, unit, now, duration)
        schedule: Payload = {"duration": duration, "chargingRateUnit": unit, "chargingSchedulePeriod": periods}
        if self._is_16:
            answer = {"connectorId": evse_id, "scheduleStart": iso(now), "chargingSchedule": schedule}
        else:
            answer = {"schedule": schedule | {"evseId": evse_id, "scheduleStart": iso(now)}}
        return Reply({"status": "Accepted"} | answer)

    def _periods(self, evse_id: int, unit: str, now: datetime, duration: int) -> list[Payload]:
        outlets = self._station.addressed(evse_id or None)
        per_unit = 1.0 if unit == "W" else AC_VOLTAGE_V * AC_PHASES
        periods: list[Payload] = []
        for start in range(0, duration, _STEP_S):
            at = now + timedelta(seconds=start)
            limit = round(sum(self._station.profiles.limit_w(outlet, at) for outlet in outlets) / per_unit, 1)
            if not periods or periods[-1]["limit"] != limit:
                periods.append({"startPeriod": start, "limit": limit})
        return periods

    def report(self, payload: Payload) -> Reply:
        criterion = payload["chargingProfile"]
        wanted = {
            "ids": criterion.get("chargingProfileId"),
            "evse_id": payload.get("evseId"),
            "purpose": criterion.get("chargingProfilePurpose"),
            "level": criterion.get("stackLevel"),
        }
        is_ours = "CSO" in criterion.get("chargingLimitSource", ["CSO"])
        fitting = list(self._station.profiles.fitting(wanted)) if is_ours else []
        if not fitting:
            return Reply({"status": "NoProfiles"})

        async def tell() -> None:
            for place, profile in enumerate(fitting):
                part = {
                    "requestId": payload["requestId"],
                    "chargingLimitSource": "CSO",
                    "evseId": profile.evse_id,
                    "chargingProfile": [profile.wire],
                    "tbc": place + 1 < len(fitting),
                }
                self._charger.outbox.put(Message("ReportChargingProfiles", part))

        return Reply({"status": "Accepted"}, tell)


def _purpose(word: str | None) -> str | None:
    return "ChargingStationMaxProfile" if word == "ChargePointMaxProfile" else word


def _as_2(wire: Payload) -> Payload:
    """A profile of 1.6 in the words of 2.x."""
    return wire | {
        "id": wire["chargingProfileId"],
        "chargingProfilePurpose": _purpose(wire["chargingProfilePurpose"]),
        "chargingSchedule": [wire["chargingSchedule"]],
    }
