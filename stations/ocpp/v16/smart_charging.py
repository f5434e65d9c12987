"""Smart charging in OCPP 1.6: sections 3.13, 5.16 SetChargingProfile, 5.5 ClearChargingProfile, 5.7."""

from typing import Any

from drivers.domain.phrases import english
from stations.domain.charging_profile import CHARGE_POINT_MAX, Criteria, Kind, Purpose, purpose_of
from stations.domain.commands import CommandKind
from stations.models import ChargingProfile
from stations.ocpp.profiles import profile_asked_for, transaction_of, tx_profile_asked_for
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v16.connectors import id_asked_for, known
from stations.ocpp.v16.routes import ROUTES
from stations.services import charging_profiles
from stations.services.charging_profiles import Placed
from stations.services.composite import Answer, composite_answered
from stations.services.profile_content import wire_of

_PURPOSES = (Purpose.STATION_MAX, Purpose.TX_DEFAULT, Purpose.TX)
_PERIOD = ("startPeriod", "limit", "numberPhases")
_SCHEDULE = ("duration", "startSchedule", "chargingRateUnit", "minChargingRate")
DAY_S = 86_400


@ROUTES.encodes(CommandKind.SET_CHARGING_PROFILE)
def set_charging_profile(request: Request) -> tuple[str, Payload]:
    """A TxProfile names the session that runs on the EVSE; without one it is sent all the same."""
    profile = profile_asked_for(request, "profile")
    evse = request.values.get("evse", 0)
    transaction_id = transaction_of(request, profile, evse)
    wire = as_16(profile, transaction_id)
    placed = Placed(as_2(wire), evse)
    charging_profiles.sent(work=request.work, station=request.station, placed=placed, command=request.command)
    return "SetChargingProfile", {"connectorId": id_asked_for(request) or 0, "csChargingProfiles": wire}


def with_remote_start(request: Request) -> Payload:
    """The member of RemoteStartTransaction for the profile that a remote start carries, if it does (section 5.11)."""
    profile = tx_profile_asked_for(request)
    if profile is None:
        return {}
    wire = as_16(profile, "")
    placed = Placed(as_2(wire), request.values.get("evse"), starts_session=True)
    charging_profiles.sent(work=request.work, station=request.station, placed=placed, command=request.command)
    return {"chargingProfile": wire}


def as_16(profile: ChargingProfile, transaction_id: str) -> Payload:
    """The profile in the words of 1.6; raises NotExpressible for what it has none for."""
    if profile.purpose not in _PURPOSES or profile.kind == Kind.DYNAMIC:
        raise NotExpressible(
            english(
                "OCPP 1.6 knows no %(lower)s profile of the purpose %(purpose)s.",
                lower=profile.kind.lower(),
                purpose=profile.purpose,
            )
        )
    if transaction_id and not transaction_id.isdecimal():
        raise NotExpressible(
            english(
                "A transaction of OCPP 1.6 has a number, not %(transaction_id)s.", transaction_id=repr(transaction_id)
            )
        )
    wire = wire_of(profile, wire_id=profile.pk)
    first, *others = wire["chargingSchedule"]
    if others:
        raise NotExpressible(english("A profile of OCPP 1.6 has one schedule."))
    found: Payload = {"chargingProfileId": profile.pk}
    if transaction_id:
        found["transactionId"] = int(transaction_id)
    found["stackLevel"] = profile.stack_level
    found["chargingProfilePurpose"] = CHARGE_POINT_MAX if profile.purpose == Purpose.STATION_MAX else profile.purpose
    found |= {name: wire[name] for name in _KEPT if name in wire}
    schedule: Payload = {name: first[name] for name in _SCHEDULE if name in first}
    schedule["chargingSchedulePeriod"] = [_period(period) for period in first["chargingSchedulePeriod"]]
    return found | {"chargingSchedule": schedule}


_KEPT = ("chargingProfileKind", "recurrencyKind", "validFrom", "validTo")


def _period(wire: Payload) -> Payload:
    if "limit" not in wire:
        raise NotExpressible(english("A period of OCPP 1.6 has a limit."))
    return {name: wire[name] for name in _PERIOD if name in wire}


def as_2(wire: Payload) -> dict[str, Any]:
    """A `ChargingProfile` of 1.6 as 2.x writes it: the form in which profiles are kept."""
    found: dict[str, Any] = {"id": wire["chargingProfileId"], "stackLevel": wire["stackLevel"]}
    found["chargingProfilePurpose"] = purpose_of(wire["chargingProfilePurpose"])
    found |= {name: wire[name] for name in _KEPT if name in wire}
    if "transactionId" in wire:
        found["transactionId"] = str(wire["transactionId"])
    return found | {"chargingSchedule": [{"id": 1} | wire["chargingSchedule"]]}


def _evse_number(context: Context, connector_id: int) -> int:
    connector = known(context, connector_id)
    return connector.evse.number if connector else connector_id


@ROUTES.reads("SetChargingProfile")
def read_set_charging_profile(context: Context, request: Payload, response: Payload) -> None:
    """Section 5.16: what the charge point took is in force."""
    charging_profiles.answered(
        work=context.work,
        station=context.station,
        placed=Placed(as_2(request["csChargingProfiles"]), _evse_number(context, request["connectorId"])),
        accepted=response["status"] == "Accepted",
        reason=response["status"],
        at=context.received_at,
    )


@ROUTES.reads("RemoteStartTransaction")
def read_remote_start(context: Context, request: Payload, response: Payload) -> None:
    """Section 5.11: a profile that came with an accepted remote start is that session's."""
    if "chargingProfile" not in request:
        return
    connector_id = request.get("connectorId")
    charging_profiles.answered(
        work=context.work,
        station=context.station,
        placed=Placed(
            as_2(request["chargingProfile"]),
            None if connector_id is None else _evse_number(context, connector_id),
            starts_session=True,
        ),
        accepted=response["status"] == "Accepted",
        reason=response["status"],
        at=context.received_at,
    )


@ROUTES.encodes(CommandKind.CLEAR_CHARGING_PROFILE)
def clear_charging_profile(request: Request) -> tuple[str, Payload]:
    """Section 5.5."""
    values, payload = request.values, {}
    if "profile" in values:
        payload["id"] = values["profile"]
    if "evse" in values:
        payload["connectorId"] = id_asked_for(request)
    if "purpose" in values:
        is_max = values["purpose"] == Purpose.STATION_MAX
        payload["chargingProfilePurpose"] = CHARGE_POINT_MAX if is_max else values["purpose"]
    if "stack_level" in values:
        payload["stackLevel"] = values["stack_level"]
    return "ClearChargingProfile", payload


@ROUTES.reads("ClearChargingProfile")
def read_clear(context: Context, request: Payload, response: Payload) -> None:
    """Unknown: it has none of those meant, so they are gone too."""
    purpose, connector_id = request.get("chargingProfilePurpose"), request.get("connectorId")
    criteria = Criteria(
        ids=frozenset({request["id"]}) if "id" in request else None,
        purpose=None if purpose is None else purpose_of(purpose),
        stack_level=request.get("stackLevel"),
        evse=None if connector_id is None else _evse_number(context, connector_id),
    )
    charging_profiles.cleared(work=context.work, station=context.station, criteria=criteria, at=context.received_at)


@ROUTES.encodes(CommandKind.GET_COMPOSITE_SCHEDULE)
def get_composite_schedule(request: Request) -> tuple[str, Payload]:
    """Section 5.7."""
    payload: Payload = {
        "connectorId": id_asked_for(request) or 0,
        "duration": request.values.get("duration_s", DAY_S),
    }
    if "unit" in request.values:
        payload["chargingRateUnit"] = request.values["unit"]
    return "GetCompositeSchedule", payload


@ROUTES.reads("GetCompositeSchedule")
def read_composite_schedule(context: Context, request: Payload, response: Payload) -> None:
    """Keep it beside what we expect."""
    schedule = response.get("chargingSchedule")
    if response["status"] != "Accepted" or schedule is None:
        return
    connector_id: int = response["connectorId"] if "connectorId" in response else request["connectorId"]
    answer = Answer(
        evse_number=_evse_number(context, connector_id),
        starts_at=response.get("scheduleStart") or schedule.get("startSchedule"),
        duration_s=schedule.get("duration", request["duration"]),
        unit=schedule["chargingRateUnit"],
        periods=schedule["chargingSchedulePeriod"],
    )
    composite_answered(work=context.work, station=context.station, answer=answer, at=context.received_at)
