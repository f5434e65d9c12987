"""A command's trip: row → charger → outcome."""

import asyncio
import json

import pytest
import websockets

from stations import live
from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Connector, Frame, Session, Station, Variable
from stations.ocpp import session
from stations.services import commands
from stations.simulator.charger import NEVER


@pytest.fixture
def request_command(database):
    """Request a command for the station CP-1 as a service does."""

    async def request(kind, **values):
        options = {name: values.pop(name) for name in ("queue", "expires_after") if name in values}
        return await database(
            lambda: commands.request(
                station=Station.objects.get(), kind=kind, values=values, requested_by=None, **options
            )
        )

    return request


@pytest.fixture
def outcome(database):
    """Wait for a command to leave its open states."""

    async def wait(command):
        return await database.until(
            lambda: Command.objects.exclude(state__in=["queued", "sent"]).filter(pk=command.pk).first(),
            "the command has an outcome",
        )

    return wait


async def test_a_remote_start_starts_a_session_that_the_command_names(charger, database, request_command, outcome):
    async with charger:
        await charger.boot()
        await charger.plug_in(1)
        command = await request_command(CommandKind.REMOTE_START, id_token="CARD-1", evse=1)
        finished = await outcome(command)
        assert finished.state == CommandState.ACCEPTED
        session = await database.until(Session.objects.first, "the session has started")
        command = await database(lambda: Command.objects.get(pk=command.pk))
        assert (command.session_id, command.effect_due_at) == (session.pk, None)
        command = await request_command(CommandKind.REMOTE_STOP, transaction_id=session.transaction_id)
        assert (await outcome(command)).state == CommandState.ACCEPTED
        ended = await database.until(
            lambda: Session.objects.filter(ended_at__isnull=False).first(), "the session has ended"
        )
        assert ended.stop_reason == "Remote"


async def test_a_command_no_nudge_tells_of_is_found_by_the_poll(charger, request_command, outcome, monkeypatch):
    monkeypatch.setattr(live, "wake_edge", lambda *arguments: None)
    async with charger:
        await charger.boot()
        assert (await outcome(await request_command(CommandKind.CLEAR_CACHE))).state == CommandState.ACCEPTED


async def test_a_refusal_is_shown_as_rejected(charger, request_command, outcome):
    async with charger:
        await charger.boot()
        charger.answers["ClearCache"] = {"status": "Rejected"}
        finished = await outcome(await request_command(CommandKind.CLEAR_CACHE))
        assert finished.state == CommandState.REJECTED
        assert json.loads(finished.result) == {"status": "Rejected"}


async def test_a_connector_is_made_inoperative(charger, database, request_command, outcome):
    async with charger:
        await charger.boot()
        command = await request_command(CommandKind.CHANGE_AVAILABILITY, operative=False, evse=1)
        assert (await outcome(command)).state == CommandState.ACCEPTED
        await database.until(
            lambda: Connector.objects.filter(status="unavailable").exists(), "the connector is unavailable"
        )


async def test_configuration_is_read_into_variables_and_secrets_are_masked(
    charger, database, request_command, outcome, protocol
):
    name, component = (
        ("AuthorizationKey", {}) if protocol == "ocpp1.6" else ("BasicAuthPassword", {"component": "SecurityCtrlr"})
    )
    secret = "0123456789abcdef0123"
    async with charger:
        await charger.boot()
        variable = {"name": name, "value": secret} | component
        await outcome(await request_command(CommandKind.SET_VARIABLES, variables=[variable]))
        await outcome(await request_command(CommandKind.GET_BASE_REPORT))
        await database.until(lambda: Variable.objects.count() > 3, "variables are stored")
    kept = await database(
        lambda: [
            *(bytes(frame.body).decode() for frame in Frame.objects.all()),
            *Command.objects.values_list("payload", flat=True),
            *Command.objects.values_list("result", flat=True),
            *Variable.objects.values_list("value", flat=True),
        ]
    )
    assert not [text for text in kept if secret in text]
    assert not await database(Command.objects.exclude(sealed=None).exists)
    sent = charger.received[0].payload
    assert secret in json.dumps(sent)


async def test_maintenance_waits_for_an_offline_charger_and_a_driver_does_not(
    charger, database, request_command, outcome
):
    command = await request_command(CommandKind.CLEAR_CACHE)
    with pytest.raises(commands.NotConnected):
        await request_command(CommandKind.REMOTE_START, id_token="CARD-1")
    with pytest.raises(commands.NotConnected):
        await request_command(CommandKind.REMOTE_START, id_token="CARD-1", queue=True)
    async with charger:
        await charger.boot()
        assert (await outcome(command)).state == CommandState.ACCEPTED


async def test_what_a_driver_waits_for_goes_first(charger, database, request_command):
    first = await request_command(CommandKind.CLEAR_CACHE)
    second = await request_command(CommandKind.TRIGGER, message="Heartbeat")
    async with charger:
        await charger.boot()
        await database.until(
            lambda: Command.objects.filter(pk=first.pk, sent_at__isnull=False).exists(), "both are sent"
        )
        sent = await database(lambda: list(Command.objects.order_by("sent_at").values_list("pk", flat=True)))
    assert sent == [second.pk, first.pk]


async def test_a_command_whose_connection_died_is_unknown_and_never_sent_again(
    charger, database, request_command, outcome
):
    async with charger:
        await charger.boot()
        charger.answers["ClearCache"] = NEVER
        command = await request_command(CommandKind.CLEAR_CACHE)
        await charger.wait_for_call("ClearCache")
        charger.go_offline()
        assert (await outcome(command)).state == CommandState.UNKNOWN
        await charger.come_back()
        await charger.call("Heartbeat", {})
    assert len([call for call in charger.received if call.action == "ClearCache"]) == 1


async def test_a_charger_that_does_not_answer_times_out_and_the_next_command_follows(
    charger, database, request_command, outcome, settings
):
    settings.OCPP_CALL_TIMEOUT_SECONDS = 2
    async with charger:
        await charger.boot()
        charger.answers["ClearCache"] = NEVER
        silent = await request_command(CommandKind.CLEAR_CACHE)
        answered = await request_command(CommandKind.TRIGGER, message="Heartbeat")
        assert (await outcome(silent)).state == CommandState.TIMEOUT
        assert (await outcome(answered)).state == CommandState.ACCEPTED


async def test_at_most_one_call_is_open_towards_a_charger(server, make_station, database, request_command):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        await request_command(CommandKind.CLEAR_CACHE)
        await request_command(CommandKind.CLEAR_CACHE)
        first = json.loads(await socket.recv())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.recv(), 1.5)
        await socket.send(json.dumps([3, first[1], {"status": "Accepted"}]))
        assert json.loads(await socket.recv())[2] == "ClearCache"


async def test_a_raw_call_reaches_the_wire_as_it_was_given(charger, request_command, outcome, protocol):
    payload = {"vendorId": "org.example", "messageId": "b", "data": "x"}
    async with charger:
        await charger.boot()
        command = await request_command(CommandKind.CALL, action="DataTransfer", payload=payload)
        finished = await outcome(command)
        assert charger.received[-1].payload == payload
        assert (finished.state, finished.action) == (CommandState.REJECTED, "DataTransfer")


async def test_what_a_version_cannot_express_fails_with_the_reason(charger, request_command, outcome):
    """OCPP 1.6 knows no reset of one EVSE, 2.x no variable without its component."""
    async with charger:
        await charger.boot()
        if charger.profile.protocol == "ocpp1.6":
            command = await request_command(CommandKind.RESET, type="soft", evse=1)
        else:
            command = await request_command(CommandKind.GET_VARIABLES, variables=[{"name": "Interval"}])
        finished = await outcome(command)
    assert finished.state == CommandState.FAILED
    assert "as a whole" in finished.error or "needs its component" in finished.error


async def test_expired_commands_and_starts_without_effect_are_closed_by_the_sweep(
    server, make_station, database, request_command, outcome, settings
):
    settings.OCPP_CONNECTION_TIMEOUT_SECONDS = 0
    await database(lambda: make_station("CP-1"))
    expired = await request_command(CommandKind.CLEAR_CACHE)
    await database(lambda: Command.objects.update(expires_at="2026-01-01T00:00:00Z"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        start = await request_command(CommandKind.REMOTE_START, id_token="CARD-1")
        call = json.loads(await socket.recv())
        await socket.send(json.dumps([3, call[1], {"status": "Accepted"}]))
        await outcome(start)
        await database(commands.sweep)
    states = await database(lambda: dict(Command.objects.values_list("pk", "state")))
    assert states == {expired.pk: CommandState.EXPIRED, start.pk: CommandState.NO_EFFECT}


@pytest.mark.parametrize(
    "answer",
    [
        '[3,"%s"]',
        '[3,"%s",null]',
        '[4,"%s"]',
        '[4,"%s","GenericError","a\\u0000b",{}]',
        '[3,"%s",{"status":"\\u0000"}]',
    ],
)
async def test_an_answer_that_is_none_ends_its_command_and_the_next_one_follows(
    server, make_station, database, request_command, outcome, answer
):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        first = await request_command(CommandKind.CLEAR_CACHE)
        await request_command(CommandKind.CLEAR_CACHE)
        call = json.loads(await socket.recv())
        await socket.send(answer % call[1])
        assert (await outcome(first)).state == CommandState.FAILED
        assert json.loads(await socket.recv())[2] == "ClearCache"


async def test_a_command_that_cannot_be_encoded_does_not_stay_in_front_of_the_queue(charger, request_command, outcome):
    hopeless = "9" * 5000 if charger.profile.protocol == "ocpp1.6" else "x" * 100
    async with charger:
        await charger.boot()
        failed = await request_command(CommandKind.REMOTE_STOP, transaction_id=hopeless)
        following = await request_command(CommandKind.CLEAR_CACHE)
        assert (await outcome(failed)).state == CommandState.FAILED
        assert (await outcome(following)).state == CommandState.ACCEPTED


async def test_a_secret_that_can_no_longer_be_read_fails_its_command(charger, request_command, outcome, settings):
    variable = {"name": "AuthorizationKey", "value": "0123456789abcdef", "component": "SecurityCtrlr"}
    sealed = await request_command(CommandKind.SET_VARIABLES, variables=[variable])
    settings.FIELD_KEY = "another"
    async with charger:
        await charger.boot()
        assert (await outcome(sealed)).state == CommandState.FAILED


async def test_a_charger_that_comes_back_without_booting_is_asked_for_its_statuses(charger, server, monkeypatch):
    async with charger:
        await charger.boot()
    monkeypatch.setattr(session, "STATUS_GRACE_S", 0.2)
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=[charger.profile.protocol]) as socket:
        call = json.loads(await socket.recv())
        assert (call[2], call[3]["requestedMessage"]) == ("TriggerMessage", "StatusNotification")


async def test_what_waited_for_a_charger_leaves_after_its_boot_was_answered(
    charger, server, database, request_command, monkeypatch
):
    """OCPP 1.6 section 4.2: a charger that boots takes no CALL before; what is asked of it now leaves all the same."""
    monkeypatch.setattr(session, "BOOT_GRACE_S", 60)
    async with charger:
        await charger.boot()
    await database.until(lambda: not Station.objects.get().connected, "the charger is gone")
    await request_command(CommandKind.GET_VARIABLES, queue=True)
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        await request_command(CommandKind.CLEAR_CACHE)
        call = json.loads(await socket.recv())
        assert call[2] == "ClearCache"
        await socket.send(json.dumps([3, call[1], {"status": "Accepted"}]))
        boot = {"chargePointVendor": "Acme", "chargePointModel": "One"}
        await socket.send(json.dumps([2, "boot", "BootNotification", boot]))
        assert json.loads(await socket.recv())[:2] == [3, "boot"]
        assert json.loads(await socket.recv())[2] == "GetConfiguration"


async def test_a_silent_charger_gets_what_waited_for_it_as_well(charger, server, database, request_command):
    async with charger:
        await charger.boot()
    await database.until(lambda: not Station.objects.get().connected, "the charger is gone")
    await request_command(CommandKind.CLEAR_CACHE, queue=True)
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=["ocpp1.6"]) as socket:
        assert json.loads(await socket.recv())[2] == "ClearCache"
