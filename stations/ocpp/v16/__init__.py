"""OCPP 1.6J: one module per functional block, each adding its handlers to the routing table."""

import jsonschema_rs

from stations.ocpp.protocol import Protocol
from stations.ocpp.rpc import Error
from stations.ocpp.schemas import Schemas
from stations.ocpp.v16 import (
    authorization,
    certificates,
    commands,
    configuration,
    data_transfer,
    diagnostics,
    firmware,
    local_list,
    provisioning,
    reservations,
    security,
    smart_charging,
    status,
    tariff_cost,
    transactions,
)
from stations.ocpp.v16.routes import ROUTES

BLOCKS = (
    authorization,
    certificates,
    commands,
    configuration,
    data_transfer,
    diagnostics,
    firmware,
    local_list,
    provisioning,
    reservations,
    security,
    smart_charging,
    status,
    tariff_cost,
    transactions,
)

PROTOCOL = Protocol(
    name="ocpp1.6",
    schemas=Schemas("v16", request_suffix="", validator=jsonschema_rs.Draft4Validator),
    routes=ROUTES,
    from_charger=frozenset(
        {
            "Authorize",
            "BootNotification",
            "DiagnosticsStatusNotification",
            "FirmwareStatusNotification",
            "Heartbeat",
            "LogStatusNotification",
            "MeterValues",
            "SecurityEventNotification",
            "SignCertificate",
            "SignedFirmwareStatusNotification",
            "StartTransaction",
            "StatusNotification",
            "StopTransaction",
        }
    ),
    # Section 4.2 leaves open what becomes of the rest; what tells of the past is taken, but no session may begin.
    before_acceptance=frozenset(
        {"BootNotification", "Heartbeat", "MeterValues", "SecurityEventNotification", "StopTransaction"}
    ),
    # OCPP-J 1.6 section 4.2.3 knows fewer codes, and misspells one.
    spelling={
        Error.FORMAT_VIOLATION: "FormationViolation",
        Error.OCCURRENCE: "OccurenceConstraintViolation",
        Error.RPC_FRAMEWORK: "ProtocolError",
        Error.MESSAGE_TYPE_NOT_SUPPORTED: "ProtocolError",
    },
)
