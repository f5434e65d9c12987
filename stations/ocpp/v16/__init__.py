"""OCPP 1.6J: one module per functional block, each adding its handlers to the routing table."""

import jsonschema_rs

from stations.ocpp.protocol import Protocol
from stations.ocpp.router import Schemas
from stations.ocpp.rpc import Error
from stations.ocpp.v16 import authorization, provisioning, status, transactions
from stations.ocpp.v16.commands import ENCODERS
from stations.ocpp.v16.configuration import READERS
from stations.ocpp.v16.routes import ROUTES

BLOCKS = (authorization, provisioning, status, transactions)

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
    encoders=ENCODERS.by_kind,
    readers=READERS,
    # OCPP-J 1.6 section 4.2.3 knows fewer codes, and misspells one.
    spelling={
        Error.FORMAT_VIOLATION: "FormationViolation",
        Error.OCCURRENCE: "OccurenceConstraintViolation",
        Error.RPC_FRAMEWORK: "ProtocolError",
        Error.MESSAGE_TYPE_NOT_SUPPORTED: "ProtocolError",
    },
)
