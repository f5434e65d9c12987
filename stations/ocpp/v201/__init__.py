"""OCPP 2.0.1: one module per functional block, each adding its handlers to the routing table."""

import jsonschema_rs

from stations.ocpp.protocol import Protocol
from stations.ocpp.router import Schemas
from stations.ocpp.v201 import authorization, availability, provisioning, transactions
from stations.ocpp.v201.commands import ENCODERS
from stations.ocpp.v201.provisioning import READERS
from stations.ocpp.v201.routes import ROUTES

BLOCKS = (authorization, availability, provisioning, transactions)

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
    encoders=ENCODERS.by_kind,
    readers=READERS,
    answers_unreadable=True,
    # B02.FR.09, B03.FR.08: anything else is answered with SecurityError until the station is accepted.
    before_acceptance=frozenset({"BootNotification", "NotifyReport", "Heartbeat"}),
)
