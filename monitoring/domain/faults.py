"""What chargers' error codes and security events mean for whoever is on call."""

from enum import StrEnum

# OCPP 1.6 `ChargePointErrorCode` that may hurt people or destroy the station.
DANGEROUS = frozenset({"GroundFailure", "OverCurrentFailure", "OverVoltage", "HighTemperature"})
# Reported while the connector works: the driver or the vehicle did it, or it heals by itself.
PASSING = frozenset({"EVCommunicationError", "WeakSignal", "UnderVoltage", "ResetFailure", "LocalListConflict"})
NOTHING = frozenset({"", "NoError"})


class Weight(StrEnum):
    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


def weight_of_fault(error_code: str) -> Weight:
    """Of a connector or station that is out of order with this code; a vendor's own code is a fault like others."""
    return Weight.CRITICAL if error_code in DANGEROUS else Weight.MAJOR


# OCPP 2.0.1 A04 calls them critical, but every reboot, update and time server causes them.
EVERYDAY = frozenset({"StartupOfTheDevice", "ResetOrReboot", "SettingSystemTime", "FirmwareUpdated"})
# Somebody may be at the station, or pretends to be it or us.
INTRUSION = frozenset(
    {
        "TamperDetectionActivated",
        "InvalidFirmwareSignature",
        "InvalidFirmwareSigningCertificate",
        "InvalidCentralSystemCertificate",
        "InvalidCsmsCertificate",
        "InvalidChargePointCertificate",
        "InvalidChargingStationCertificate",
        "SecurityLogWasCleared",
        "AttemptedReplayAttacks",
    }
)


def weight_of_security_event(event_type: str, *, is_critical: bool) -> Weight | None:
    """How grave a SecurityEventNotification is; None for what is everyday or not critical."""
    if event_type in INTRUSION:
        return Weight.CRITICAL
    if event_type in EVERYDAY or not is_critical:
        return None
    return Weight.MAJOR


def weight_of_device_event(severity: int) -> Weight:
    """OCPP 2.0.1 `severity`: 0 danger, 1 hardware failure, 2 system failure, 3 critical, 4 error, 5 alert, …"""
    if severity <= 1:
        return Weight.CRITICAL
    return Weight.MAJOR if severity <= 3 else Weight.MINOR
