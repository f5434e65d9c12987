"""Security events of chargers, and which of them are critical."""

# OCPP 2.1 appendix "Security Events", column Critical; the names of the 1.6 white paper (section 8) beside those that
# 2.x calls differently. The 1.6 list holds some events for harmless that 2.0.1 calls critical: the later word counts.
CRITICAL = frozenset(
    {
        "DiscardedRenewedClientCertificate",
        "FirmwareUpdated",
        "InvalidCentralSystemCertificate",
        "InvalidChargePointCertificate",
        "InvalidChargingStationCertificate",
        "InvalidCsmsCertificate",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "InvalidTLSCipherSuite",
        "InvalidTLSVersion",
        "MaintenanceLoginAccepted",
        "MaintenanceLoginFailed",
        "MemoryExhaustion",
        "ResetOrReboot",
        "SecurityLogWasCleared",
        "SettingSystemTime",
        "StartupOfTheDevice",
        "TamperDetectionActivated",
    }
)


def is_critical(event_type: str) -> bool:
    """Whether an event of this type is critical (OCPP 2.0.1 A04); a vendor's own type is not."""
    return event_type in CRITICAL
