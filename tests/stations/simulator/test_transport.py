"""The socket: handshake, framing, time-outs, one CALL at a time, coming back."""

import asyncio
import base64
import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus, NegotiationError

from stations.simulator.charger import NEVER, CallError, CallTimeout, Offline
from stations.simulator.transport import _retry_delay_s

from .conftest import MakeCharger
from .csms import NEVER as SILENCE
from .csms import ScriptedCsms


async def test_the_identity_is_percent_encoded_and_basic_auth_sent(
    make_charger: MakeCharger, csms: ScriptedCsms
) -> None:
    async with make_charger(identity="DE*ABC/1", password="correct horse"):
        pass
    assert csms.paths == ["/ocpp/DE%2AABC%2F1"]
    credentials = csms.headers[0]["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(credentials) == b"DE*ABC/1:correct horse"
    assert csms.headers[0]["Sec-WebSocket-Protocol"] == "ocpp1.6"


async def test_a_refused_handshake_is_raised(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    csms.refuse = 401
    with pytest.raises(InvalidStatus) as refusal:
        await make_charger().__aenter__()
    assert refusal.value.response.status_code == 401


async def test_a_csms_without_its_protocol_is_left(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    await csms.close()
    csms.subprotocols = None
    await csms.open()
    with pytest.raises(NegotiationError):
        await make_charger().__aenter__()


async def test_only_one_call_is_open_at_a_time(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    csms.answers["Heartbeat"] = SILENCE
    async with make_charger() as charger:
        first = asyncio.create_task(charger.heartbeat())
        second = asyncio.create_task(charger.data_transfer("acme"))
        with pytest.raises(CallTimeout):
            await first
        await second
    assert csms.actions == ["Heartbeat", "DataTransfer"]


async def test_an_impatient_charger_does_not_wait(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    csms.answers["Heartbeat"] = SILENCE
    async with make_charger(impatient=True) as charger:
        heartbeat = asyncio.create_task(charger.heartbeat())
        await charger.data_transfer("acme")
        assert not heartbeat.done()
        heartbeat.cancel()


async def test_a_callerror_is_raised(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    csms.answers["DataTransfer"] = "NotSupported"
    async with make_charger() as charger:
        with pytest.raises(CallError) as error:
            await charger.data_transfer("acme")
    assert error.value.code == "NotSupported"
    assert charger.sent[-1].error is error.value


async def test_a_broken_socket_ends_the_open_call(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    csms.answers["DataTransfer"] = SILENCE
    async with make_charger(call_timeout_s=30) as charger:
        call = asyncio.create_task(charger.data_transfer("acme"))
        await csms.wait_until(lambda: csms.actions)
        charger.go_offline()
        with pytest.raises(Offline):
            await call


async def test_going_offline_sends_no_close_frame(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    async with make_charger() as charger:
        charger.go_offline()
        await csms.wait_until(lambda: csms.closes)
        assert csms.closes == [1006]
        with pytest.raises(Offline):
            await charger.heartbeat()


async def test_it_returns_when_the_csms_drops_it(
    make_charger: MakeCharger, csms: ScriptedCsms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stations.simulator.transport.FIRST_RETRY_S", 0.01)
    async with make_charger() as charger:
        await charger.boot()
        await csms.connections[0].close(1012)
        await charger.wait_until(lambda: charger.online and len(csms.connections) == 2, timeout_s=60)
        await charger.heartbeat()
    assert csms.actions.count("BootNotification") == 1


def test_the_pause_between_attempts_doubles_up_to_a_limit() -> None:
    assert 0.5 <= _retry_delay_s(0) <= 1.5
    assert 4 <= _retry_delay_s(3) <= 12
    assert _retry_delay_s(500) <= 90


async def test_raw_text_goes_out_as_it_is(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    text = '[3,  "nobody-asked", {}]'
    async with make_charger() as charger:
        csms._waiting["nobody-asked"] = asyncio.get_running_loop().create_future()
        await charger.send_raw(text)
        await csms.wait_until(lambda: csms.texts)
    assert csms.texts == [text]


@pytest.mark.parametrize("noise", ["not json", "{}", "[]", '[3,"unknown",{}]', "[9,1]", '["2"]'])
async def test_noise_from_the_csms_is_ignored(make_charger: MakeCharger, csms: ScriptedCsms, noise: str) -> None:
    async with make_charger() as charger:
        await csms.connections[0].send(noise)
        await charger.heartbeat()


async def test_an_unknown_action_is_not_implemented(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    async with make_charger(protocol=protocol):
        frame = await csms.call("MakeCoffee", {})
    assert frame[0] == 4
    assert frame[2] == "NotImplemented"


async def test_a_known_action_it_lacks_is_not_supported(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str
) -> None:
    async with make_charger(protocol=protocol):
        known = "SignedUpdateFirmware" if protocol == "ocpp1.6" else "PublishFirmware"
        assert (await csms.call(known, {}))[2] == "NotSupported"


@pytest.mark.parametrize(
    ("protocol", "code"), [("ocpp1.6", "OccurenceConstraintViolation"), ("ocpp2.0.1", "OccurrenceConstraintViolation")]
)
async def test_a_missing_member_is_named(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str, code: str
) -> None:
    async with make_charger(protocol=protocol):
        frame = await csms.call("Reset", {})
    assert frame[2] == code
    assert "type" in frame[3]


@pytest.mark.parametrize("payload", [[], None, "x", {"type": 3, "requestedMessage": []}])
async def test_a_payload_of_the_wrong_type_is_answered(
    make_charger: MakeCharger, csms: ScriptedCsms, protocol: str, payload: Any
) -> None:
    async with make_charger(protocol=protocol) as charger:
        future = csms._waiting["w"] = asyncio.get_running_loop().create_future()
        await csms.connections[0].send(json.dumps([2, "w", "DataTransfer", payload]))
        assert (await asyncio.wait_for(future, 30))[0] == 4
        assert charger.online


async def test_answers_can_be_overridden(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    async with make_charger() as charger:
        await charger.boot()
        charger.answers["Reset"] = {"status": "Rejected"}
        charger.answers["ClearCache"] = CallError("InternalError", "broken")
        charger.answers["DataTransfer"] = lambda payload: {"status": "Accepted", "data": payload["data"]}
        assert (await csms.call("Reset", {"type": "Hard"}))[2] == {"status": "Rejected"}
        assert (await csms.call("ClearCache", {}))[2:4] == ["InternalError", "broken"]
        echo = await csms.call("DataTransfer", {"vendorId": "acme", "data": "hello"})
        assert echo[2]["data"] == "hello"
        assert charger.online


async def test_an_answer_can_be_withheld(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    async with make_charger() as charger:
        charger.answers["Reset"] = NEVER
        with pytest.raises(TimeoutError):
            await csms.call("Reset", {"type": "Soft"}, timeout_s=0.1)
        assert charger.received[-1].action == "Reset"


async def test_wait_for_call_returns_each_call_once(make_charger: MakeCharger, csms: ScriptedCsms) -> None:
    async with make_charger() as charger:
        await csms.call("DataTransfer", {"vendorId": "first"})
        await csms.call("DataTransfer", {"vendorId": "second"})
        assert (await charger.wait_for_call("DataTransfer")).payload == {"vendorId": "first"}
        assert (await charger.wait_for_call("DataTransfer")).payload == {"vendorId": "second"}
        with pytest.raises(TimeoutError):
            await charger.wait_for_call("DataTransfer", timeout_s=0.05)
