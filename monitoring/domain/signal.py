"""What a charger says of its modem's signal. No version of OCPP names it, so these are the names that vendors use."""

import re

NAMES = (
    "SignalStrength",
    "RSSI",
    "Rssi",
    "RSRP",
    "ModemRSSI",
    "CellularSignalStrength",
    "WifiRSSI",
    "GSMSignal",
    "CSQ",
)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
# 3GPP TS 27.007, AT+CSQ: 0 is -113 dBm and each step two more; 99 is unknown.
CSQ_LEAST_DBM, CSQ_STEP_DBM, CSQ_MOST = -113.0, 2.0, 31
DBM_RANGE = (-150.0, 0.0)


def dbm_of(name: str, value: str) -> float | None:
    """The signal in dBm; None where the value is none, or its scale is not known."""
    match = _NUMBER.search(value)
    if match is None:
        return None
    number = float(match.group())
    if number < 0:
        return number if DBM_RANGE[0] <= number else None
    if name in ("CSQ", "GSMSignal", "RSSI", "Rssi") and number <= CSQ_MOST:
        return CSQ_LEAST_DBM + CSQ_STEP_DBM * number
    return None
