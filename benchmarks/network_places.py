"""The large network itself: places, stations, people's tokens, sessions with their samples, connections and frames."""

from benchmarks.network_rows import FIRST_DRIVER, FIRST_SITES, FRAME_DAYS, SAMPLES, SCOPED_SITES, Rows, Sizes, array
from benchmarks.places import CITIES
from drivers.models import IdToken, User
from stations import models


def _names() -> str:
    return array([name for name, _, _ in CITIES], "text")


def _site(n: Sizes) -> Rows:
    latitudes = array([latitude for _, latitude, _ in CITIES], "float8")
    longitudes = array([longitude for _, _, longitude in CITIES], "float8")
    return Rows(
        models.Site,
        n.sites,
        {
            "id": "i",
            "organization_id": f"CASE WHEN i <= {FIRST_SITES} OR chance(i, 1) < 0.6 THEN 1 "
            f"ELSE 2 + pick(i, 2, {n.organizations - 1}) END",
            "name": f"({_names()})[city_of(i)] || ' ' || i",
            "address": "'Station Road ' || i",
            "city": f"({_names()})[city_of(i)]",
            "latitude": f"round((along({latitudes}, i) + 0.2 * around(i, 10))::numeric, 6)",
            "longitude": f"round((along({longitudes}, i) + 0.3 * around(i, 14))::numeric, 6)",
            "timezone": "'Europe/Berlin'",
            "is_public": "chance(i, 18) < 0.9",
            "access": "CASE WHEN chance(i, 19) < 0.5 THEN 'open' ELSE 'members' END",
        },
    )


def _site_scope(n: Sizes) -> Rows:
    return Rows(models.SiteScope, SCOPED_SITES, {"id": "i", "membership_id": "2", "site_id": "i"})


def _station(n: Sizes) -> Rows:
    return Rows(
        models.Station,
        n.stations,
        {
            "id": "i",
            # A few large sites, many small ones.
            "site_id": f"1 + floor({n.sites} * chance(i, 20) ^ 1.5)::int",
            "identity": "'CP-' || lpad(i::text, 6, '0')",
            "name": "'Charger ' || i",
            "security_profile": "(ARRAY[1, 1, 2, 2, 3])[1 + pick(i, 21, 5)]",
            "vendor": "(ARRAY['Voltara', 'Elgrid', 'Kilopole', 'Nordlade', 'Stromwerk'])[1 + pick(i, 22, 5)]",
            "model": "'Series ' || 1 + pick(i, 23, 4)",
            "serial_number": "upper(left(md5(i::text), 12))",
            "firmware_version": "'2.' || pick(i, 24, 9) || '.0'",
            "booted_at": "ago(30 * 86400 * chance(i, 25))",
            "connection_id": f"CASE WHEN chance(i, 26) < 0.94 THEN {n.connections} + i END",
            "protocol": "protocol_of(i)",
            "last_seen": "ago(CASE WHEN chance(i, 26) < 0.94 THEN 300 ELSE 864000 END * chance(i, 27))",
            "clock_offset_s": "pick(i, 28, 5) - 2",
            "status": "CASE WHEN chance(i, 29) < 0.98 THEN 'available' ELSE 'faulted' END",
            # A few came by themselves.
            "quarantined_at": "CASE WHEN chance(i, 32) < 0.005 THEN ago(86400) END",
            "created_at": "ago(365 * 86400 * chance(i, 33))",
            "registration": "CASE WHEN chance(i, 32) < 0.005 THEN 'Pending' ELSE 'Accepted' END",
        },
    )


def _evse(n: Sizes) -> Rows:
    return Rows(
        models.Evse,
        n.evses,
        {
            "id": "i",
            "station_id": "station_of(i)",
            "number": "number_of(i)",
            "max_power_w": "watts_of(station_of(i))",
        },
    )


def _connector(n: Sizes) -> Rows:
    status = (
        "CASE WHEN chance(i, 30) < 0.9 THEN 'available' WHEN chance(i, 30) < 0.93 THEN 'occupied' "
        "WHEN chance(i, 30) < 0.945 THEN 'reserved' WHEN chance(i, 30) < 0.965 THEN 'unavailable' "
        "WHEN chance(i, 30) < 0.99 THEN 'faulted' ELSE 'unknown' END"
    )
    plug = {
        "type": "CASE WHEN watts_of(station_of(e)) > 22000 THEN 'cCCS2' ELSE 'sType2' END",
        "status": status,
        "error_code": f"CASE WHEN {status} = 'faulted' THEN 'GroundFailure' ELSE 'NoError' END",
        "status_at": "ago(86400 * chance(i, 31))",
        "status_received_at": "ago(86400 * chance(i, 31))",
        "evse_id": "e",
        "station_id": "station_of(e)",
    }
    return Rows(
        models.Connector,
        n.evses + n.evses // 5,
        {
            **plug,
            "id": "i",
            "number": f"CASE WHEN i <= {n.evses} THEN 1 ELSE 2 END",
            "ocpp16_id": "CASE WHEN protocol_of(station_of(e)) = 'ocpp1.6' THEN number_of(e) + "
            f"CASE WHEN i <= {n.evses} THEN 0 ELSE 10 END END",
        },
        f"(SELECT i, CASE WHEN i <= {n.evses} THEN i ELSE (i - {n.evses} - 1) / 2 * 10 + "
        f"CASE WHEN mod(i, 2) = 0 THEN 1 ELSE 6 END END AS e "
        "FROM generate_series({low}::bigint, {high}) AS i) AS plugs",
    )


def _driver(n: Sizes) -> Rows:
    return Rows(
        User,
        n.drivers,
        {
            "id": f"{FIRST_DRIVER} + i",
            "email": "'driver' || lpad(i::text, 7, '0') || '@example.com'",
            "name": "'Driver ' || i",
        },
    )


def _id_token(n: Sizes) -> Rows:
    return Rows(
        IdToken,
        n.tokens,
        {
            "id": "i",
            "organization_id": f"CASE WHEN chance(i, 43) < 0.6 THEN 1 ELSE 2 + pick(i, 44, {n.organizations - 1}) END",
            "value": "'TAG' || lpad(i::text, 9, '0')",
            "status": "CASE WHEN chance(i, 45) < 0.97 THEN 'accepted' ELSE 'blocked' END",
            "label": "'Card ' || i",
            "driver_id": f"CASE WHEN chance(i, 46) < 0.6 THEN {FIRST_DRIVER} + 1 + pick(i, 47, {n.drivers}) END",
        },
    )


def _session(n: Sizes) -> Rows:
    started = f"(({n.sessions} - i + chance(i, 40)) * {365 * 86_400 / n.sessions})"
    duration = "(900 + 7200 * chance(i, 41))"
    energy = f"round(watts_of(station) * 0.4 * {duration} / 3600)::bigint"
    is_open = f"i > {n.sessions - n.open_sessions}"
    token = f"1 + pick(i, 42, {n.tokens})"
    return Rows(
        models.Session,
        n.sessions,
        {
            "id": "i",
            "station_id": "station",
            "evse_id": "evse",
            "connector_id": "evse",
            "transaction_id": (
                "CASE WHEN protocol_of(station) = 'ocpp1.6' THEN i::text ELSE md5(i::text)::uuid::text END"
            ),
            "protocol": "protocol_of(station)",
            "id_token": f"'TAG' || lpad(({token})::text, 9, '0')",
            "token_id": token,
            "verdict": "'Accepted'",
            "started_at": f"ago{started}",
            "received_at": f"ago{started}",
            "ended_at": f"CASE WHEN {is_open} THEN NULL ELSE ago(greatest(0, {started} - {duration})) END",
            "stop_reason": (
                f"CASE WHEN {is_open} THEN '' ELSE (ARRAY['Local', 'EVDisconnected', 'Remote'])[1 + pick(i, 46, 3)] END"
            ),
            "phase": f"CASE WHEN {is_open} AND chance(i, 47) < 0.7 THEN 'charging' ELSE 'idle' END",
            "meter_start_wh": "1000000 + i",
            "meter_stop_wh": f"1000000 + i + {energy}",
            "energy_wh": energy,
            "power_w": "watts_of(station) * 0.4",
            "metered_at": f"ago(greatest(0, {started} - {duration}))",
            "is_flagged": "chance(i, 48) < 0.015",
            "anomalies": "CASE WHEN chance(i, 48) < 0.015 THEN '[\"meter_jumped\"]' ELSE '[]' END::jsonb",
        },
        f"(SELECT i, evse, station_of(evse) AS station FROM (SELECT i, 1 + mod(i * 7919, {n.evses}) AS evse "
        "FROM generate_series({low}::bigint, {high}) AS i) AS evses) AS stations",
    )


def _connection(n: Sizes) -> Rows:
    opened = f"(({n.connections} - i) * {365 * 86_400 / n.connections})"
    socket = {
        "protocol": "protocol_of(station)",
        "remote_address": (
            "'10.' || mod(station / 65536, 256) || '.' || mod(station / 256, 256) || '.' || mod(station, 256)"
        ),
        "host": "'csms.bench.example'",
        "is_secure": "true",
        "tls_version": "'TLSv1.3'",
    }
    return Rows(
        models.Connection,
        n.connections,
        {
            **socket,
            "id": "i",
            "station_id": "station",
            "opened_at": f"ago{opened} - interval '30 days'",
            "last_seen": f"ago{opened} - interval '29 days'",
            "closed_at": f"ago{opened} - interval '29 days'",
            "close_code": "1006",
        },
        f"(SELECT i, 1 + mod(i * 7919, {n.stations}) AS station FROM generate_series({{low}}::bigint, "
        f"{{high}}) AS i) AS s",
    )


def _connection_now(n: Sizes) -> Rows:
    socket = {
        "protocol": "protocol_of(station)",
        "remote_address": (
            "'10.' || mod(station / 65536, 256) || '.' || mod(station / 256, 256) || '.' || mod(station, 256)"
        ),
        "host": "'csms.bench.example'",
        "is_secure": "true",
        "tls_version": "'TLSv1.3'",
    }
    return Rows(
        models.Connection,
        n.stations,
        {
            **socket,
            "id": f"{n.connections} + station",
            "station_id": "station",
            "opened_at": "ago(86400 * chance(station, 65))",
            "last_seen": "ago(300 * chance(station, 66))",
        },
        "(SELECT id AS station FROM stations_station WHERE id BETWEEN {low} AND {high} AND "
        "connection_id IS NOT NULL) AS s",
    )


def _frame(n: Sizes) -> Rows:
    talker = (
        f"1 + CASE pick(k, 60, 5) WHEN 0 THEN pick(k, 61, {n.stations // 1000 + 1}) ELSE pick(k, 62, {n.stations}) END"
    )
    action = (
        "CASE WHEN chance(k, 63) < 0.5 THEN 'Heartbeat' WHEN chance(k, 63) < 0.8 THEN 'MeterValues' "
        "WHEN chance(k, 63) < 0.98 THEN 'StatusNotification' ELSE 'Authorize' END"
    )
    kind = "CASE WHEN mod(i, 2) = 1 THEN 2 WHEN chance(k, 64) < 0.005 THEN 4 ELSE 3 END"
    body = (
        f'CASE {kind} WHEN 2 THEN \'[2,"\' || message || \'","\' || {action} || \'",{{"connectorId":1,'
        '"transactionId":\' || k '
        '|| \',"meterValue":[{"timestamp":"2026-01-01T00:00:00Z","sampledValue":[{"value":"1"}]}]}]\' '
        "WHEN 3 THEN '[3,\"' || message || '\",{}]' ELSE '[4,\"' || message || '\",\"InternalError\",\"\",{}]' END"
    )
    return Rows(
        models.Frame,
        n.frames,
        {
            "id": "i",
            "station_id": talker,
            "at": f"ago(({n.frames} - i) * {FRAME_DAYS * 86_400 / n.frames})",
            "direction": "CASE WHEN mod(i, 2) = 1 THEN 'in' ELSE 'out' END",
            "action": action,
            "message_id": "message",
            "type": kind,
            "body": f"convert_to({body}, 'UTF8')",
        },
        "(SELECT i, (i - 1) / 2 AS k, md5(((i - 1) / 2)::text)::uuid::text AS message "
        "FROM generate_series({low}::bigint, {high}) AS i) AS f",
    )


def samples(n: Sizes) -> Rows:
    return Rows(
        models.MeterSample,
        n.sessions,
        {
            "id": f"(s.id - 1) * {SAMPLES} + k + 1",
            "session_id": "s.id",
            "station_id": "s.station_id",
            "evse_id": "s.evse_id",
            "at": "s.started_at + k * interval '3 minutes'",
            "received_at": "s.started_at + k * interval '3 minutes'",
            "context": "'Sample.Periodic'",
            "energy_wh": f"s.meter_start_wh + s.energy_wh * k / {SAMPLES - 1}.0",
            "power_w": "s.power_w * (0.8 + 0.4 * chance(s.id, 50 + k))",
            "current_a": "s.power_w / 400",
            "voltage_v": "400",
            "soc_percent": "20 + 4 * k",
            # What the charger sent as it stood takes most of the room; here, of the last month only.
            "values": 'CASE WHEN s.started_at > ago(2592000) THEN \'[{"value":"\' || s.energy_wh || '
            '\'","measurand":"Energy.Active.Import.Register","unit":"Wh"},{"value":"\' || s.power_w || '
            '\'","measurand":"Power.Active.Import","unit":"W"}]\' ELSE \'\' END',
        },
        f"stations_session s CROSS JOIN generate_series(0, {SAMPLES - 1}) AS k WHERE s.id BETWEEN {{low}} AND {{high}}",
    )


# Those that others are made of first.
ROWS = (
    *(_site, _site_scope, _station, _evse, _connector),
    *(_driver, _id_token, _session, _connection, _connection_now, _frame),
)
