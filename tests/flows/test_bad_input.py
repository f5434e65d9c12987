"""What a charger may not do, and what it is told; never does it cost a well-behaved charger its socket."""

import json

import pytest
import websockets

from stations.models import Frame, RefusedAttempt, Session, Station
from stations.services.provisioning import set_password

BOOT_2 = {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "One"}}
BOOT = {
    "ocpp1.6": {"chargePointVendor": "Acme", "chargePointModel": "One"},
    "ocpp2.0.1": BOOT_2,
    "ocpp2.1": BOOT_2,
}


@pytest.fixture
async def socket(server, make_station, protocol, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=[protocol]) as connection:
        yield connection


async def ask(socket, frame):
    await socket.send(frame if isinstance(frame, str) else json.dumps(frame))
    return json.loads(await socket.recv())


async def error_code(socket, frame):
    answer = await ask(socket, frame)
    assert answer[0] == 4, answer
    return answer[2]


async def still_works(socket, protocol):
    answer = await ask(socket, [2, "boot", "BootNotification", BOOT[protocol]])
    assert answer[2]["status"] == "Accepted"


# --- Frames ---


# Frame → its error code in 1.6 → in 2.x.
WRONG_FRAMES = [
    ([2, "a", "NoSuchAction", {}], "NotImplemented", "NotImplemented"),
    ([2, "a", "ClearCache", {}], "NotSupported", "NotSupported"),
    ([2, "a", "BootNotification", {}], "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
    ([2, "a", "BootNotification", []], "FormationViolation", "FormatViolation"),
    ([2, "a", "BootNotification"], "ProtocolError", "RpcFrameworkError"),
    ([2, "a", 7, {}], "ProtocolError", "RpcFrameworkError"),
    ([9, "a", {}], "ProtocolError", "MessageTypeNotSupported"),
    ('[2,"a","Heartbeat",{"x":', "ProtocolError", "RpcFrameworkError"),
    ('[2,"a","Heartbeat",{"x":NaN}]', "ProtocolError", "RpcFrameworkError"),
]


async def test_a_frame_that_is_wrong_is_answered_with_the_code_of_the_version(socket, protocol):
    for frame, old, new in WRONG_FRAMES:
        assert await error_code(socket, frame) == (old if protocol == "ocpp1.6" else new), frame
    await still_works(socket, protocol)


async def test_a_frame_without_a_legible_id_is_answered_where_the_version_can(socket, protocol):
    for frame in ["", "hello", "{}", "[]", "[2]", '[2,null,"Heartbeat",{}]', "null", "[[[["]:
        await socket.send(frame)
        if protocol != "ocpp1.6":
            answer = json.loads(await socket.recv())
            assert answer[:3] == [4, "-1", "RpcFrameworkError"], frame
    await still_works(socket, protocol)


async def test_an_id_that_is_too_long_or_no_text_is_refused_under_it(socket, protocol):
    answer = await ask(socket, [2, "x" * 40, "Heartbeat", {}])
    assert answer[:2] == [4, "x" * 40]
    answer = await ask(socket, [2, 7, "Heartbeat", {}])
    assert answer[:2] == [4, 7 if protocol == "ocpp1.6" else "-1"]
    await still_works(socket, protocol)


async def test_an_oversized_frame_is_answered_by_its_id_and_not_handled(socket, protocol):
    assert await error_code(socket, [2, "big", "DataTransfer", {"vendorId": "x" * 300_000}]) == "GenericError"
    await still_works(socket, protocol)


async def test_a_wrong_type_never_reaches_the_handler(socket, protocol, database):
    place = "connectorId" if protocol == "ocpp1.6" else "evseId"
    code = await error_code(socket, [2, "a", "MeterValues", {place: "one", "meterValue": []}])
    assert code in ("TypeConstraintViolation", "OccurrenceConstraintViolation", "OccurenceConstraintViolation")


def meter_values(protocol, *, number=1, time="2026-01-01T00:00:00Z"):
    """A MeterValues CALL of any version, from connector or EVSE `number`."""
    value = "1" if protocol == "ocpp1.6" else 1
    place = {"connectorId": number} if protocol == "ocpp1.6" else {"evseId": number}
    payload = place | {"meterValue": [{"timestamp": time, "sampledValue": [{"value": value}]}]}
    return [2, "a", "MeterValues", payload]


async def test_an_integer_beyond_32_bits_is_refused(socket, protocol):
    for number in [2**31, -(2**31) - 1, 10**30]:
        code = await error_code(socket, meter_values(protocol, number=number))
        assert code in ("PropertyConstraintViolation", "TypeConstraintViolation"), number
    await still_works(socket, protocol)


async def test_a_nul_character_is_refused(socket, protocol):
    nul = {"vendorId": "a\0b"}
    assert await error_code(socket, [2, "a", "DataTransfer", nul]) == "PropertyConstraintViolation"
    await still_works(socket, protocol)


async def test_a_time_that_is_none_is_refused(socket, protocol):
    for time in ["yesterday", "2026-13-01T00:00:00Z", "0000-00-00T00:00:00Z", ""]:
        code = await error_code(socket, meter_values(protocol, time=time))
        assert code == "PropertyConstraintViolation", time


async def test_a_time_without_a_zone_or_with_a_space_is_taken_as_utc(socket, protocol):
    for time in ["2026-01-01T12:00:00", "2026-01-01 12:00:00", "2026-01-01T12:00:00.123456789Z"]:
        assert await ask(socket, meter_values(protocol, time=time)) == [3, "a", {}], time


async def test_too_many_connectors_are_refused_and_none_is_lost(socket, protocol):
    codes = set()
    for number in range(1, 70):
        status = {"connectorId": number, "errorCode": "NoError", "status": "Available"}
        if protocol != "ocpp1.6":
            status = {
                "timestamp": "2026-01-01T00:00:00Z",
                "connectorStatus": "Available",
                "evseId": number,
                "connectorId": 1,
            }
        answer = await ask(socket, [2, str(number), "StatusNotification", status])
        codes.add(answer[2] if answer[0] == 4 else "ok")
    assert codes == {"ok", "PropertyConstraintViolation"}


async def test_every_frame_is_kept_malformed_or_not(socket, protocol, database):
    await still_works(socket, protocol)
    await ask(socket, '[2,"broken"')
    bodies = await database(lambda: [bytes(frame.body) for frame in Frame.objects.order_by("id")])
    assert b'[2,"broken"' in bodies


async def test_binary_frames_are_read_as_text(socket, protocol):
    await socket.send(json.dumps([2, "b", "BootNotification", BOOT[protocol]]).encode())
    assert json.loads(await socket.recv())[0] == 3


# --- Handshakes ---


async def refusal(url, **options):
    with pytest.raises(websockets.InvalidStatus) as caught:
        await websockets.connect(url, **options)
    return caught.value.response.status_code


async def test_an_unknown_identity_is_refused_with_404_and_shown(server, database):
    assert await refusal(f"{server.ocpp}/NOBODY", subprotocols=["ocpp1.6"]) == 404
    attempt = await database(RefusedAttempt.objects.get)
    assert (attempt.identity, attempt.reason) == ("NOBODY", "unknown_identity")


@pytest.fixture
async def guarded(server, make_station, database):
    def make():
        station = make_station("CP-9")
        station.security_profile = 1
        station.save()
        set_password(station=station, password="correct horse battery")

    await database(make)
    return lambda user, password: f"{server.ocpp}/CP-9".replace("ws://", f"ws://{user}:{password}@")


async def test_the_right_password_is_admitted(guarded):
    async with websockets.connect(guarded("CP-9", "correct%20horse%20battery"), subprotocols=["ocpp1.6"]):
        pass


@pytest.mark.parametrize(("user", "password"), [("CP-9", "wrong"), ("OTHER", "correct%20horse%20battery")])
async def test_wrong_credentials_are_refused_with_401_and_shown(guarded, database, user, password):
    for _ in range(2):
        assert await refusal(guarded(user, password), subprotocols=["ocpp1.6"]) == 401
    attempt = await database(RefusedAttempt.objects.get)
    assert (attempt.reason, attempt.count) == ("wrong_password", 2)


async def test_missing_credentials_are_refused_with_401(server, guarded, database):
    assert await refusal(f"{server.ocpp}/CP-9", subprotocols=["ocpp1.6"]) == 401
    assert (await database(RefusedAttempt.objects.get)).reason == "no_credentials"


async def test_a_charger_without_a_common_subprotocol_is_closed_at_once_and_shown(server, make_station, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.2"]) as socket:
        await socket.wait_closed()
        assert socket.subprotocol is None
        assert socket.close_code == 1000
    assert (await database(RefusedAttempt.objects.get)).reason == "no_subprotocol"


async def test_an_identity_may_hold_what_a_url_must_escape(server, make_station, database):
    await database(lambda: make_station("DE*ABC*E01+2@x"))
    async with websockets.connect(f"{server.ocpp}/DE%2AABC%2AE01%2B2%40x", subprotocols=["ocpp1.6"]):
        assert await database(lambda: Station.objects.get().connected)


async def test_an_identity_no_station_can_have_is_refused_and_shown(server, database):
    assert await refusal(f"{server.ocpp}/a%00b", subprotocols=["ocpp1.6"]) == 404
    assert (await database(RefusedAttempt.objects.get)).reason == "unknown_identity"


async def test_another_path_has_no_websocket(server):
    assert await refusal(f"{server.ocpp}/CP-1/more", subprotocols=["ocpp1.6"]) == 404


# --- Repeats ---


async def test_a_repeated_message_is_stored_once(server, make_station, database):
    await database(lambda: make_station("CP-1"))
    start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 100, "timestamp": "2026-01-01T00:00:00Z"}
    values = meter_values("ocpp1.6")[3]
    ids = set()
    for attempt in range(2):
        async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
            answer = await ask(socket, [2, f"s{attempt}", "StartTransaction", start])
            ids.add(answer[2]["transactionId"])
    values["transactionId"] = ids.copy().pop()
    for attempt in range(2):
        async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
            await ask(socket, [2, f"m{attempt}", "MeterValues", values])
    assert len(ids) == 1
    session = await database(Session.objects.get)
    assert await database(session.samples.count) == 1


async def test_an_event_repeated_is_stored_once_and_one_that_contradicts_is_flagged(server, make_station, database):
    await database(lambda: make_station("CP-1"))

    def event(kind, seq_no, **more):
        return {
            "eventType": kind,
            "timestamp": "2026-01-01T00:00:00Z",
            "triggerReason": "CablePluggedIn",
            "seqNo": seq_no,
            "transactionInfo": {"transactionId": "T-1"},
            "meterValue": meter_values("ocpp2.0.1")[3]["meterValue"],
        } | more

    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp2.0.1"]) as socket:
        for number, payload in enumerate([event("Started", 0), event("Updated", 1), event("Started", 0)]):
            await ask(socket, [2, f"a{number}", "TransactionEvent", payload])
        session = await database(Session.objects.get)
        assert await database(session.events.count) == 2
        assert await database(session.samples.count) == 2
        assert not session.is_flagged
        await ask(socket, [2, "b", "TransactionEvent", event("Updated", 1, triggerReason="Trigger")])
    session = await database(Session.objects.get)
    assert session.is_flagged
    assert await database(session.events.count) == 3
