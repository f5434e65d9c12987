"""OCPP 2.0.1: one module per functional block, each adding its handlers to the routing table."""

import jsonschema_rs

from stations.ocpp.protocol import Protocol
from stations.ocpp.schemas import Schemas
from stations.ocpp.v201 import (
    authorization,
    availability,
    certificates,
    commands,
    customer_information,
    data_transfer,
    diagnostics,
    display,
    firmware,
    local_list,
    monitoring,
    provisioning,
    reservations,
    security,
    smart_charging,
    tariff_cost,
    transactions,
    variables,
)
from stations.ocpp.v201.routes import ROUTES

BLOCKS = (
    authorization,
    availability,
    certificates,
    commands,
    customer_information,
    data_transfer,
    diagnostics,
    display,
    firmware,
    local_list,
    monitoring,
    provisioning,
    reservations,
    security,
    smart_charging,
    tariff_cost,
    transactions,
    variables,
)

PROTOCOL = Protocol(
    name="ocpp2.0.1",
    schemas=Schemas("v201", request_suffix="Request", validator=jsonschema_rs.Draft6Validator),
    routes=ROUTES,
    from_charger=frozenset(
        {
            "Authorize",
            "BootNotification",
            "ClearedChargingLimit",
            "FirmwareStatusNotification",
            "Get15118EVCertificate",
            "GetCertificateStatus",
            "Heartbeat",
            "LogStatusNotification",
            "MeterValues",
            "NotifyChargingLimit",
            "NotifyCustomerInformation",
            "NotifyDisplayMessages",
            "NotifyEVChargingNeeds",
            "NotifyEVChargingSchedule",
            "NotifyEvent",
            "NotifyMonitoringReport",
            "NotifyReport",
            "PublishFirmwareStatusNotification",
            "ReportChargingProfiles",
            "ReservationStatusUpdate",
            "SecurityEventNotification",
            "SignCertificate",
            "StatusNotification",
            "TransactionEvent",
        }
    ),
    answers_unreadable=True,
    # B02.FR.09, B03.FR.08: anything else is answered with SecurityError until the station is accepted.
    before_acceptance=frozenset({"BootNotification", "NotifyReport", "Heartbeat"}),
)
