"""OCPP 2.1 block K: dynamic profiles, priority charging, ISO 15118-20."""

from stations.domain.commands import CommandKind
from stations.ocpp.profiles import profile_asked_for
from stations.ocpp.router import Context, Payload, Request
from stations.ocpp.v21.routes import ROUTES
from stations.ocpp.v201 import smart_charging
from stations.services import charging_needs, dynamic_schedules


@ROUTES.encodes(CommandKind.SET_CHARGING_PROFILE)
def set_charging_profile(request: Request) -> tuple[str, Payload]:
    """K01, with the purposes and kinds that 2.1 adds."""
    return smart_charging.send_profile(request, profile_asked_for(request, "profile"))


@ROUTES.handles("NotifyEVChargingNeeds")
def notify_ev_charging_needs(context: Context, request: Payload) -> Payload:
    """K18.FR.03, K18.FR.04: "Rejected" would end the transaction (K18.FR.23)."""
    return smart_charging.answer_needs(context, request, without_session="NoChargingProfile")


_UPDATES = {
    "limit": "limit",
    "discharge_limit": "dischargeLimit",
    "setpoint": "setpoint",
    "setpoint_reactive": "setpointReactive",
}


@ROUTES.encodes(CommandKind.UPDATE_DYNAMIC_SCHEDULE)
def update_dynamic_schedule(request: Request) -> tuple[str, Payload]:
    """K28, scenario 1."""
    update = {_UPDATES[name]: value for name, value in request.values.items() if name in _UPDATES}
    return "UpdateDynamicSchedule", {"chargingProfileId": request.values["profile"], "scheduleUpdate": update}


@ROUTES.reads("UpdateDynamicSchedule")
def read_update(context: Context, request: Payload, response: Payload) -> None:
    """K28.FR.06: what the station took counts from now on."""
    if response["status"] == "Accepted":
        dynamic_schedules.updated(
            work=context.work,
            station=context.station,
            wire_id=int(request["chargingProfileId"]),
            update=request["scheduleUpdate"],
            at=context.received_at,
        )


@ROUTES.handles("PullDynamicScheduleUpdate")
def pull_dynamic_schedule_update(context: Context, request: Payload) -> Payload:
    """K28.FR.07, K28.FR.12: the limits that the profile has with us now."""
    update = dynamic_schedules.pulled(
        work=context.work,
        station=context.station,
        wire_id=int(request["chargingProfileId"]),
        at=context.received_at,
    )
    if update is None:
        return {"status": "Rejected", "statusInfo": {"reasonCode": "InvalidProfile"}}
    return {"status": "Accepted", "scheduleUpdate": update}


@ROUTES.encodes(CommandKind.USE_PRIORITY_CHARGING)
def use_priority_charging(request: Request) -> tuple[str, Payload]:
    """K21."""
    values = request.values
    return "UsePriorityCharging", {"transactionId": values["transaction_id"], "activate": values["activate"]}


@ROUTES.handles("NotifyPriorityCharging")
def notify_priority_charging(context: Context, request: Payload) -> Payload:
    """K21.FR.09, K22.FR.06."""
    session = context.work.session(context.station, request["transactionId"])
    if session is None:
        data = {"transaction_id": request["transactionId"], "is_active": request["activated"]}
        context.work.record("priority_charging.unknown_session", subject=context.station, data=data)
        return {}
    charging_needs.priority_changed(
        work=context.work,
        station=context.station,
        session=session,
        is_active=request["activated"],
        at=context.received_at,
    )
    return {}
