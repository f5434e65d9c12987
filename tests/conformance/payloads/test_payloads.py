"""Every message of every version, good and bad, over one real socket per version."""

import json

import pytest
import websockets

from stations.domain.commands import CommandState
from stations.ocpp import protocols
from stations.ocpp.rpc import Refusal, check_texts
from tests.conformance.payloads.generator import Generator

BOOT = {
    "ocpp1.6": {"chargePointVendor": "Acme", "chargePointModel": "One"},
    "ocpp2.0.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "One"}},
    "ocpp2.1": {"reason": "PowerUp", "chargingStation": {"vendorName": "Acme", "model": "One"}},
}
# How many CALLs are on their way at once: fewer than what fills the inbox.
WINDOW = 50


@pytest.fixture(params=[protocol.name for protocol in protocols.SPOKEN])
def spoken(request):
    return protocols.named(request.param)


@pytest.fixture
async def socket(server, make_station, spoken, database):
    await database(lambda: make_station("CP-1"))
    async with websockets.connect(f"{server.ocpp}/CP-1", subprotocols=[spoken.name]) as connection:
        await connection.send(json.dumps([2, "boot", "BootNotification", BOOT[spoken.name]]))
        assert json.loads(await connection.recv())[2]["status"] == "Accepted"
        yield connection


def generator(spoken, action, *, response=False):
    name = f"{action}Response" if response else spoken.schemas.request_name(action)
    return Generator(spoken.schemas.document(name))


async def answers(socket, calls):
    """The answers to (action, payload), by the order of the calls."""
    got = {}
    for start in range(0, len(calls), WINDOW):
        part = list(enumerate(calls))[start : start + WINDOW]
        for number, (action, payload) in part:
            await socket.send(json.dumps([2, str(number), action, payload]))
        for _ in part:
            frame = json.loads(await socket.recv())
            got[int(frame[1])] = frame
    return [got[number] for number in range(len(calls))]


def from_charger(spoken):
    return sorted((spoken.from_charger | {"DataTransfer"}) - spoken.schemas.sends)


async def test_a_good_message_is_answered_by_its_schema(socket, spoken):
    """With what is required only, and with all there can be."""
    makers = [(action, generator(spoken, action)) for action in from_charger(spoken)]
    calls = [(action, payload) for action, maker in makers for payload in (maker.minimal(), maker.full())]
    for (action, payload), answer in zip(calls, await answers(socket, calls), strict=True):
        assert answer[0] == 3, (action, payload, answer)
        spoken.schemas.check_response(action, answer[2])


async def test_a_bad_message_is_refused_with_the_code_of_its_fault(socket, spoken):
    """In the version's own spelling, with words for people; and the socket stays."""
    table = [(action, bad) for action in from_charger(spoken) for bad in generator(spoken, action).bad()]
    wrong = []
    for (action, bad), answer in zip(table, await answers(socket, [(a, b.payload) for a, b in table]), strict=True):
        if answer[0] != 4 or answer[2] != spoken.error_name(bad.code) or not answer[3]:
            wrong.append((action, bad.problem, answer[:4]))
    assert not wrong, f"{len(wrong)} of {len(table)}: {wrong[:10]}"
    assert {action for action, _ in table} == set(from_charger(spoken))


async def test_a_message_without_an_answer_gets_none_good_or_bad(socket, spoken):
    """OCPP 2.1 SEND: what makes no sense is kept as a frame, and the next CALL is answered as ever."""
    for action in spoken.schemas.sends:
        maker = generator(spoken, action)
        for number, payload in enumerate([maker.minimal(), maker.full(), *(bad.payload for bad in maker.bad())]):
            await socket.send(json.dumps([6, str(number), action, payload]))
    await socket.send(json.dumps([2, "last", "Heartbeat", {}]))
    assert json.loads(await socket.recv())[:2] == [3, "last"]


# --- What we send, and are answered ---


def test_a_raw_call_is_held_against_its_schema_only(spoken):
    """A good one may leave with whatever ids; of each bad one a person is told what to mend."""
    for action in sorted(spoken.requests):
        maker = generator(spoken, action)
        for payload in (maker.minimal(), maker.full()):
            protocols.check_call(spoken.name, action, payload)
        for bad in maker.bad():
            if bad.problem.endswith("NUL"):
                continue
            with pytest.raises(protocols.InvalidCall):
                protocols.check_call(spoken.name, action, bad.payload)


def test_an_answer_that_does_not_fit_is_no_outcome_but_a_failure(spoken):
    """What a charger answers against the schema fails the command with the code of its fault."""
    for action in sorted(spoken.requests):
        maker = generator(spoken, action, response=True)
        for payload in (maker.minimal(), maker.full()):
            assert spoken.outcome(action, payload).state in (CommandState.ACCEPTED, CommandState.REJECTED)
        for bad in maker.bad():
            if bad.problem.endswith("NUL"):
                with pytest.raises(Refusal):
                    check_texts(json.dumps(bad.payload), bad.payload)
                continue
            outcome = spoken.outcome(action, bad.payload)
            assert (outcome.state, outcome.error_code) == (CommandState.FAILED, spoken.error_name(bad.code)), action


async def test_whatever_a_charger_answers_can_be_stored(socket, spoken, desk):
    """Each of our requests, raw and full, answered with every member there can be: no reader trips over it."""
    for action in sorted(spoken.requests):
        command = await desk.call(action, generator(spoken, action).full(), wait=0)
        call = json.loads(await socket.recv())
        assert call[2] == action
        await socket.send(json.dumps([3, call[1], generator(spoken, action, response=True).full()]))
        # Answered behind the answer, from the same lane: by then the command has its outcome.
        await socket.send(json.dumps([2, action, "DataTransfer", {"vendorId": "org.example"}]))
        assert json.loads(await socket.recv())[1] == action
        shown = await desk.get(f"commands/{command['id']}/")
        assert shown["state"] in ("accepted", "rejected"), (action, shown["state"], shown["error"])
