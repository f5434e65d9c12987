"""OCPP 2.0.1 block K: smart charging. Profiles are kept in the form this version gives them."""

import orjson

from drivers.domain.phrases import english
from stations.domain.charging_profile import Criteria, Kind, Purpose
from stations.domain.commands import CommandKind
from stations.domain.ev_needs import needs_of
from stations.domain.times import parse
from stations.models import ChargingProfile, Frame
from stations.ocpp.profiles import profile_asked_for, transaction_of, tx_profile_asked_for
from stations.ocpp.router import Context, NotExpressible, Payload, Request
from stations.ocpp.v201.routes import ROUTES
from stations.services import charging_needs, charging_profiles
from stations.services.charging_profiles import Placed, Report
from stations.services.composite import Answer, composite_answered
from stations.services.profile_content import wire_of

DAY_S = 86_400
_ADDED_BY_21 = (Purpose.PRIORITY, Purpose.LOCAL_GENERATION)
# The last reports asked for of a station: more are never under way at a time.
_REPORTS = 10
# The message type of OCPP-J.
_CALL = 2


@ROUTES.encodes(CommandKind.SET_CHARGING_PROFILE)
def set_charging_profile(request: Request) -> tuple[str, Payload]:
    """K01."""
    profile = profile_asked_for(request, "profile")
    if profile.purpose in _ADDED_BY_21 or profile.kind == Kind.DYNAMIC:
        raise NotExpressible(
            english(
                "OCPP 2.0.1 knows no %(lower)s profile of the purpose %(purpose)s.",
                lower=profile.kind.lower(),
                purpose=profile.purpose,
            )
        )
    return send_profile(request, profile)


def send_profile(request: Request, profile: ChargingProfile) -> tuple[str, Payload]:
    """K01.FR.03: a TxProfile names the session that runs on the EVSE; without one it is sent all the same."""
    evse = request.values.get("evse", 0)
    transaction_id = transaction_of(request, profile, evse)
    wire = wire_of(profile, wire_id=profile.pk, transaction_id=transaction_id)
    placed = Placed(wire, evse)
    charging_profiles.sent(work=request.work, station=request.station, placed=placed, command=request.command)
    return "SetChargingProfile", {"evseId": evse, "chargingProfile": wire}


def with_remote_start(request: Request) -> Payload:
    """The member of RequestStartTransaction for the profile that a remote start carries, if it does (K05)."""
    profile = tx_profile_asked_for(request)
    if profile is None:
        return {}
    wire = wire_of(profile, wire_id=profile.pk)
    placed = Placed(wire, request.values.get("evse"), starts_session=True)
    charging_profiles.sent(work=request.work, station=request.station, placed=placed, command=request.command)
    return {"chargingProfile": wire}


@ROUTES.reads("SetChargingProfile")
def read_set_charging_profile(context: Context, request: Payload, response: Payload) -> None:
    """K01.FR.07: what the station took is in force."""
    charging_profiles.answered(
        work=context.work,
        station=context.station,
        placed=Placed(request["chargingProfile"], int(request["evseId"])),
        accepted=response["status"] == "Accepted",
        reason=_reason(response),
        at=context.received_at,
    )


def read_profile_of_start(context: Context, request: Payload, response: Payload) -> None:
    """K05: a profile that came with an accepted remote start is that session's."""
    if "chargingProfile" not in request:
        return
    evse_id = request.get("evseId")
    charging_profiles.answered(
        work=context.work,
        station=context.station,
        placed=Placed(request["chargingProfile"], None if evse_id is None else int(evse_id), starts_session=True),
        accepted=response["status"] == "Accepted",
        reason=_reason(response),
        at=context.received_at,
    )


def _reason(response: Payload) -> str:
    """The status with what the station says about it."""
    info = response.get("statusInfo", {})
    words = (response["status"], info.get("reasonCode", ""), info.get("additionalInfo", ""))
    return " · ".join(word for word in words if word)


@ROUTES.encodes(CommandKind.CLEAR_CHARGING_PROFILE)
def clear_charging_profile(request: Request) -> tuple[str, Payload]:
    """K10.FR.02: an id, or what they have in common."""
    names = {"evse": "evseId", "purpose": "chargingProfilePurpose", "stack_level": "stackLevel"}
    criteria = {names[name]: value for name, value in request.values.items() if name in names}
    payload: Payload = {}
    if "profile" in request.values:
        payload["chargingProfileId"] = request.values["profile"]
    if criteria:
        payload["chargingProfileCriteria"] = criteria
    return "ClearChargingProfile", payload


@ROUTES.reads("ClearChargingProfile")
def read_clear(context: Context, request: Payload, response: Payload) -> None:
    """Unknown: it has none of those meant, so they are gone too."""
    wire_id = request.get("chargingProfileId")
    ids = None if wire_id is None else frozenset({int(wire_id)})
    criteria = _criteria(request.get("chargingProfileCriteria", {}), ids=ids)
    charging_profiles.cleared(work=context.work, station=context.station, criteria=criteria, at=context.received_at)


def _criteria(wire: Payload, *, ids: frozenset[int] | None) -> Criteria:
    level, evse = wire.get("stackLevel"), wire.get("evseId")
    sources = wire.get("chargingLimitSource")
    return Criteria(
        ids=ids,
        purpose=wire.get("chargingProfilePurpose"),
        stack_level=None if level is None else int(level),
        evse=None if evse is None else int(evse),
        sources=None if sources is None else frozenset(sources),
    )


@ROUTES.encodes(CommandKind.GET_COMPOSITE_SCHEDULE)
def get_composite_schedule(request: Request) -> tuple[str, Payload]:
    """K08."""
    payload: Payload = {
        "evseId": request.values.get("evse", 0),
        "duration": request.values.get("duration_s", DAY_S),
    }
    if "unit" in request.values:
        payload["chargingRateUnit"] = request.values["unit"]
    return "GetCompositeSchedule", payload


@ROUTES.reads("GetCompositeSchedule")
def read_composite_schedule(context: Context, request: Payload, response: Payload) -> None:
    """K08: keep it beside what we expect."""
    schedule = response.get("schedule")
    if response["status"] != "Accepted" or schedule is None:
        return
    answer = Answer(
        evse_number=int(schedule["evseId"]),
        starts_at=schedule["scheduleStart"],
        duration_s=schedule["duration"],
        unit=schedule["chargingRateUnit"],
        periods=schedule["chargingSchedulePeriod"],
    )
    composite_answered(work=context.work, station=context.station, answer=answer, at=context.received_at)


@ROUTES.encodes(CommandKind.GET_CHARGING_PROFILES)
def get_charging_profiles(request: Request) -> tuple[str, Payload]:
    """K09. The requestId is the command's id."""
    values = request.values
    criterion: Payload = {}
    if "profile" in values:
        criterion["chargingProfileId"] = [values["profile"]]
    if "purpose" in values:
        criterion["chargingProfilePurpose"] = values["purpose"]
    if "stack_level" in values:
        criterion["stackLevel"] = values["stack_level"]
    if "source" in values:
        criterion["chargingLimitSource"] = [values["source"]]
    payload: Payload = {"requestId": request.command.pk, "chargingProfile": criterion}
    return "GetChargingProfiles", payload | ({"evseId": values["evse"]} if "evse" in values else {})


def _asked_for(request: Payload) -> Criteria:
    """Which profiles a GetChargingProfiles means."""
    criterion = dict(request["chargingProfile"])
    ids = criterion.get("chargingProfileId")
    if "evseId" in request:
        criterion["evseId"] = request["evseId"]
    return _criteria(criterion, ids=None if ids is None else frozenset(int(wire_id) for wire_id in ids))


@ROUTES.reads("GetChargingProfiles")
def read_get_charging_profiles(context: Context, request: Payload, response: Payload) -> None:
    """K09: a station without such profiles says so at once; others report them."""
    if response["status"] == "NoProfiles":
        charging_profiles.report_complete(
            work=context.work,
            station=context.station,
            criteria=_asked_for(request),
            request_id=None,
            at=context.received_at,
        )


@ROUTES.handles("ReportChargingProfiles")
def report_charging_profiles(context: Context, request: Payload) -> Payload:
    """K09: one part of a report; what the last part leaves untold is no longer installed."""
    request_id = int(request["requestId"])
    report = Report(
        request_id=request_id,
        source=request["chargingLimitSource"],
        evse_number=int(request["evseId"]),
        profiles=request["chargingProfile"],
    )
    charging_profiles.reported(work=context.work, station=context.station, report=report, at=context.received_at)
    asked = None if request.get("tbc", False) else report_request(context, "GetChargingProfiles", request_id)
    if asked is not None:
        charging_profiles.report_complete(
            work=context.work,
            station=context.station,
            criteria=_asked_for(asked),
            request_id=request_id,
            at=context.received_at,
        )
    return {}


def report_request(context: Context, action: str, request_id: int) -> Payload | None:
    """The CALL of ours that a report answers, as it went out; None for one we never sent."""
    sent = Frame.objects.filter(station=context.station, action=action, type=_CALL).order_by("-id")
    for frame in sent[:_REPORTS]:
        found: Payload = orjson.loads(bytes(frame.body))[3]
        if found.get("requestId") == request_id:
            return found
    return None


@ROUTES.handles("NotifyChargingLimit")
def notify_charging_limit(context: Context, request: Payload) -> Payload:
    """K11, K12: somebody else limits the station."""
    limit = request["chargingLimit"]
    imposed = charging_needs.Imposed(
        source=limit["chargingLimitSource"],
        evse_number=int(request.get("evseId", 0)),
        is_grid_critical=limit.get("isGridCritical", False),
        is_local_generation=limit.get("isLocalGeneration", False),
        schedules=request.get("chargingSchedule", []),
    )
    charging_needs.limit_imposed(work=context.work, station=context.station, imposed=imposed, at=context.received_at)
    return {}


@ROUTES.handles("ClearedChargingLimit")
def cleared_charging_limit(context: Context, request: Payload) -> Payload:
    """K13: they no longer do."""
    evse_id = request.get("evseId")
    charging_needs.limit_released(
        work=context.work,
        station=context.station,
        source=request["chargingLimitSource"],
        evse_number=None if evse_id is None else int(evse_id),
        at=context.received_at,
    )
    return {}


@ROUTES.handles("NotifyEVChargingNeeds")
def notify_ev_charging_needs(context: Context, request: Payload) -> Payload:
    """K15.FR.03, K15.FR.04, K17: a schedule follows, unless there is no session to give it to."""
    return answer_needs(context, request, without_session="Rejected")


def answer_needs(context: Context, request: Payload, *, without_session: str) -> Payload:
    """Store the needs; where a session runs on the EVSE its schedule is on its way."""
    tuples, told_at = request.get("maxScheduleTuples"), request.get("timestamp")
    told = charging_needs.Told(
        evse_number=int(request["evseId"]),
        wire=request["chargingNeeds"],
        needs=needs_of(request["chargingNeeds"]),
        max_tuples=None if tuples is None else int(tuples),
        told_at=parse(told_at) if told_at else None,
    )
    status = charging_needs.needs_told(
        work=context.work, station=context.station, told=told, without_session=without_session, at=context.received_at
    )
    return {"status": status}


@ROUTES.handles("NotifyEVChargingSchedule")
def notify_ev_charging_schedule(context: Context, request: Payload) -> Payload:
    """K15.FR.11 to K15.FR.13: a vehicle that means to take more than it was offered gets a new schedule."""
    chosen = request.get("selectedChargingScheduleId")
    told = charging_needs.ToldSchedule(
        evse_number=int(request["evseId"]),
        time_base=parse(request["timeBase"]),
        wire=request["chargingSchedule"],
        chosen_schedule_id=None if chosen is None else int(chosen),
    )
    accepted = charging_needs.schedule_told(
        work=context.work, station=context.station, told=told, at=context.received_at
    )
    return {"status": "Accepted" if accepted else "Rejected"}
