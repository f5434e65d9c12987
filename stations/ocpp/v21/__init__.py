"""OCPP 2.1: what it adds to 2.0.1, one module per functional block."""

import jsonschema_rs

from stations.ocpp import v201
from stations.ocpp.protocol import Protocol
from stations.ocpp.rpc import MESSAGE_TYPES_21
from stations.ocpp.schemas import Schemas
from stations.ocpp.v21 import (
    authorization,
    battery_swap,
    certificates,
    der,
    display,
    event_streams,
    payment,
    remote,
    security,
    smart_charging,
    tariff_cost,
    v2x,
)
from stations.ocpp.v21.routes import ROUTES

BLOCKS = (
    authorization,
    battery_swap,
    certificates,
    der,
    display,
    event_streams,
    payment,
    remote,
    security,
    smart_charging,
    tariff_cost,
    v2x,
)

PROTOCOL = Protocol(
    name="ocpp2.1",
    schemas=Schemas("v21", request_suffix="Request", validator=jsonschema_rs.Draft6Validator),
    routes=ROUTES,
    from_charger=v201.PROTOCOL.from_charger
    | {
        "BatterySwap",
        "ClosePeriodicEventStream",
        "GetCertificateChainStatus",
        "NotifyDERAlarm",
        "NotifyDERStartStop",
        "NotifyPeriodicEventStream",
        "NotifyPriorityCharging",
        "NotifySettlement",
        "OpenPeriodicEventStream",
        "PullDynamicScheduleUpdate",
        "ReportDERControl",
        "VatNumberValidation",
    },
    message_types=MESSAGE_TYPES_21,
    answers_unreadable=True,
    before_acceptance=v201.PROTOCOL.before_acceptance,
)
