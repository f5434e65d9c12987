"""Which messages a station of each version can be asked for (1.6 section 5.17 and security, 2.x F06)."""

_ALL = (
    *("StatusNotification", "MeterValues", "Heartbeat", "BootNotification", "FirmwareStatusNotification"),
    *("LogStatusNotification", "SignChargingStationCertificate"),
)
MESSAGES = {
    "ocpp1.6": (*_ALL, "DiagnosticsStatusNotification", "SignedFirmwareStatusNotification"),
    "ocpp2.0.1": (*_ALL, "TransactionEvent", "SignV2GCertificate", "SignCombinedCertificate"),
    "ocpp2.1": (
        *(*_ALL, "TransactionEvent", "SignV2GCertificate", "SignV2G20Certificate", "SignCombinedCertificate"),
        "CustomTrigger",
    ),
}
# For a station that has never connected.
OF_ALL = _ALL
