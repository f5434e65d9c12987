"""What happens in the large network, and what its stations tell of themselves."""

from benchmarks.network_rows import VARIABLES, Rows, Sizes, array
from stations import models

_KEYS = [
    "HeartbeatInterval",
    "MeterValueSampleInterval",
    "ConnectionTimeOut",
    "LocalAuthorizeOffline",
    "WebSocketPingInterval",
    "ClockAlignedDataInterval",
    "ResetRetries",
    "StopTransactionOnInvalidId",
    "UnlockConnectorOnEVSideDisconnect",
    "TransactionMessageAttempts",
]
_SCHEDULES = '\'[{"id":1,"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":16}]}]\''


def _variable(n: Sizes) -> Rows:
    keys = array([*_KEYS, *(f"VendorSetting{number:02}" for number in range(VARIABLES - len(_KEYS)))], "text")
    return Rows(
        models.Variable,
        n.stations,
        {
            "id": f"(i - 1) * {VARIABLES} + k",
            "station_id": "i",
            "component": (
                "CASE WHEN protocol_of(i) = 'ocpp1.6' THEN '' WHEN k <= 10 THEN 'OCPPCommCtrlr' ELSE 'Vendor' END"
            ),
            "name": f"({keys})[k]",
            # One value of a hundred is not what the templates want.
            "value": "CASE WHEN chance(i * 100 + k, 70) < 0.01 THEN '900' ELSE '60' END",
            "mutability": "'ReadWrite'",
            "reported_at": "ago(86400 * chance(i, 71))",
        },
        f"generate_series({{low}}::bigint, {{high}}) AS i CROSS JOIN generate_series(1, {VARIABLES}) AS k",
    )


def _configuration_template(n: Sizes) -> Rows:
    return Rows(
        models.ConfigurationTemplate,
        10,
        {
            "id": "i",
            "organization_id": "1",
            "name": "'Template ' || i",
            # Each vendor once for each of two groups of protocols.
            "vendor": "(ARRAY['Voltara', 'Elgrid', 'Kilopole', 'Nordlade', 'Stromwerk'])[1 + mod(i, 5)]",
            "protocol": "CASE WHEN i <= 5 THEN 'ocpp1.6' ELSE 'ocpp2.0.1' END",
            "changed_at": "ago(86400 * 30)",
        },
    )


def _configuration_entry(n: Sizes) -> Rows:
    keys = array([*_KEYS, *(f"VendorSetting{number:02}" for number in range(VARIABLES - len(_KEYS)))], "text")
    return Rows(
        models.ConfigurationEntry,
        10,
        {
            "id": "(i - 1) * 10 + k",
            "template_id": "i",
            "component": "CASE WHEN i <= 5 THEN '' ELSE 'OCPPCommCtrlr' END",
            "name": f"({keys})[k]",
            "value": "'60'",
        },
        "generate_series({low}::bigint, {high}) AS i CROSS JOIN generate_series(1, 10) AS k",
    )


def _command(n: Sizes) -> Rows:
    asked = f"ago(({n.commands} - i) * {90 * 86_400 / n.commands})"
    station = f"1 + pick(i, 80, {n.stations})"
    return Rows(
        models.Command,
        n.commands,
        {
            "id": "i",
            "station_id": station,
            "kind": "(ARRAY['trigger', 'get_variables', 'remote_start', 'reset'])[1 + pick(i, 81, 4)]",
            "action": (
                "(ARRAY['TriggerMessage', 'GetVariables', 'RequestStartTransaction', 'Reset'])[1 + pick(i, 81, 4)]"
            ),
            "payload": '(ARRAY[\'{"message":"StatusNotification"}\', \'{}\', \'{"id_token":"TAG000000001"}\', '
            '\'{"type":"soft"}\'])[1 + pick(i, 81, 4)]',
            "state": "CASE WHEN chance(i, 82) < 0.9 THEN 'accepted' WHEN chance(i, 82) < 0.95 THEN 'rejected' "
            "WHEN chance(i, 82) < 0.98 THEN 'timeout' ELSE 'expired' END",
            "requested_by_id": "1",
            "requested_at": asked,
            "expires_at": f"{asked} + interval '1 minute'",
            "sent_at": asked,
            "finished_at": f"{asked} + interval '1 second'",
            "message_id": "md5('c' || i)::uuid::text",
            "result": '\'{"status":"Accepted"}\'',
        },
    )


def _security_event(n: Sizes) -> Rows:
    station = f"1 + pick(i, 80, {n.stations})"
    happened = f"ago(({n.events} - i) * {365 * 86_400 / n.events})"
    return Rows(
        models.SecurityEvent,
        n.events,
        {
            "id": "i",
            "station_id": station,
            "type": (
                "(ARRAY['StartupOfTheDevice', 'ResetOrReboot', 'InvalidTLSVersion', "
                "'SettingSystemTime'])[1 + pick(i, 83, 4)]"
            ),
            "is_critical": "pick(i, 83, 4) <> 1",
            "at": happened,
            "received_at": happened,
        },
    )


def _device_event(n: Sizes) -> Rows:
    station = f"1 + pick(i, 80, {n.stations})"
    happened = f"ago(({n.events} - i) * {365 * 86_400 / n.events})"
    return Rows(
        models.DeviceEvent,
        n.events,
        {
            "id": "i",
            "station_id": station,
            "component": "'ChargingStation'",
            "name": "'Problem'",
            "number": "i",
            "at": happened,
            "received_at": happened,
            "trigger": "'Delta'",
            "notification_type": "'HardWiredNotification'",
            "actual_value": "'true'",
            "severity": "pick(i, 84, 10)",
        },
    )


def _reservation(n: Sizes) -> Rows:
    return Rows(
        models.Reservation,
        n.evses,
        {
            "id": "i",
            "station_id": "station_of(i)",
            "wire_id": "i",
            "evse_number": "number_of(i)",
            "id_token": "'TAG' || lpad(i::text, 9, '0')",
            "expires_at": "ago(3600 * (chance(i, 85) * 2000 - 2))",
            "state": (
                "CASE WHEN chance(i, 85) < 0.001 THEN 'accepted' WHEN chance(i, 86) < 0.6 THEN 'used' "
                "ELSE 'expired' END"
            ),
            "created_at": "ago(3600 * chance(i, 85) * 2001)",
        },
    )


def _refused_attempt(n: Sizes) -> Rows:
    return Rows(
        models.RefusedAttempt,
        n.stations // 2,
        {
            "id": "i",
            "identity": "'CP-' || lpad((i * 2)::text, 6, '0')",
            "reason": "(ARRAY['wrong_password', 'unknown_identity', 'no_credentials'])[1 + pick(i, 87, 3)]",
            "remote_address": "'192.0.2.' || pick(i, 88, 250)",
            "station_id": "CASE WHEN pick(i, 87, 3) <> 1 THEN i * 2 END",
            "count": "1 + pick(i, 89, 500)",
            "first_at": "ago(30 * 86400)",
            "last_at": "ago(30 * 86400 * chance(i, 90))",
        },
    )


def _charging_profile(n: Sizes) -> Rows:
    return Rows(
        models.ChargingProfile,
        max(10, n.stations // 20),
        {
            "id": "i",
            "organization_id": "1",
            "description": "'Night ' || i",
            "purpose": "'TxDefaultProfile'",
            "kind": "'Absolute'",
            "schedules": _SCHEDULES,
        },
    )


def _applied_profile(n: Sizes) -> Rows:
    return Rows(
        models.AppliedProfile,
        n.stations,
        {
            "id": "i",
            "station_id": "i",
            "wire_id": f"1 + mod(i, {max(10, n.stations // 20)})",
            "evse_number": "0",
            "purpose": "'TxDefaultProfile'",
            "kind": "'Absolute'",
            "schedules": _SCHEDULES,
            "state": "'accepted'",
            "applied_at": "ago(86400 * 30 * chance(i, 91))",
        },
    )


def _local_list(n: Sizes) -> Rows:
    return Rows(
        models.LocalList,
        n.stations,
        {
            "id": "i",
            "station_id": "i",
            "covers": "'tokens'",
            "version": "1",
            "reported_version": "1",
            "needs_whole": "false",
        },
    )


def _firmware_update(n: Sizes) -> Rows:
    return Rows(
        models.FirmwareUpdate,
        n.stations,
        {
            "id": "i",
            "station_id": "i",
            "action": "'UpdateFirmware'",
            "location": "'https://firmware.bench.example/2.0.bin'",
            "requested_at": "ago(86400 * 200 * chance(i, 92))",
            "state": "'installed'",
            "status": "'Installed'",
        },
    )


def _log_request(n: Sizes) -> Rows:
    return Rows(
        models.LogRequest,
        n.stations,
        {
            "id": "i",
            "station_id": "i",
            "action": "'GetLog'",
            "requested_at": "ago(86400 * 90 * chance(i, 93))",
            "state": "'failed'",
        },
    )


def _station_certificate(n: Sizes) -> Rows:
    return Rows(
        models.StationCertificate,
        n.stations // 2,
        {
            "id": "i",
            "station_id": "i * 2",
            "purpose": "'ChargingStationCertificate'",
            "status": "'active'",
            "serial_number": "md5('s' || i)",
            "common_name": "'CP-' || lpad((i * 2)::text, 6, '0')",
            "fingerprint": "md5('f' || i) || md5('g' || i)",
            "not_before": "ago(86400 * 100)",
            "not_after": "ago(-86400 * 265)",
            "requested_at": "ago(86400 * 100)",
        },
    )


def _fact(n: Sizes) -> Rows:
    return Rows(
        models.Fact,
        n.facts,
        {
            "id": "i",
            "kind": (
                "(ARRAY['session.started', 'session.ended', 'station.connected', 'session.metered'])[1 + "
                "pick(i, 94, 4)]"
            ),
            "subject_type": "'session'",
            "subject_id": f"1 + pick(i, 95, {n.sessions})",
            "at": f"ago(({n.facts} - i) * {7 * 86_400 / n.facts})",
            "settled_at": f"ago(({n.facts} - i) * {7 * 86_400 / n.facts})",
        },
    )


ROWS = (
    _variable,
    _configuration_template,
    _configuration_entry,
    _command,
    _security_event,
    _device_event,
    _reservation,
    _refused_attempt,
    _charging_profile,
    _applied_profile,
    _local_list,
    _firmware_update,
    _log_request,
    _station_certificate,
    _fact,
)
