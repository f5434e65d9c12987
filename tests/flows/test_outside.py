"""A CALL that needs somebody outside: others are not kept waiting, its answer comes in its turn, and only once."""

import asyncio
import threading

import pytest

from stations.gateways.contract_certificates import Answer
from stations.models import Frame
from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from stations.simulator.transport import CallError

FRAME = """[2,"again","Get15118EVCertificate",{"iso15118SchemaVersion":"1","action":"Install","exiRequest":"AA"}]"""
CALL = {"iso15118SchemaVersion": "1", "action": "Install", "exiRequest": "AAAA"}


class Slow:
    """A provider that answers when it is let to, or breaks."""

    signs = False
    may_answer = threading.Event()
    asked = []
    breaks = False

    def contract_certificate(self, wanted):
        self.asked.append(wanted.exi)
        if self.breaks:
            raise RuntimeError("Out of order")
        assert self.may_answer.wait(60)
        return Answer("QUJD")


@pytest.fixture
async def charger(connect, settings):
    settings.CONTRACT_CERTIFICATES = f"{__name__}.Slow"
    Slow.may_answer.clear()
    Slow.asked.clear()
    Slow.breaks = False
    async with connect("ocpp2.0.1", impatient=True) as charger:
        await charger.boot()
        yield charger
        Slow.may_answer.set()


@pytest.fixture
async def other(server, make_station, database, charger):
    await database(lambda: make_station("CP-2"))
    async with VirtualCharger(Profile(identity="CP-2", protocol="ocpp2.0.1"), url=server.ocpp) as other:
        yield other


async def until_asked(database):
    await database.until(lambda: Slow.asked, "the provider is asked")


async def test_other_chargers_are_served_meanwhile(charger, other, database):
    waiting = asyncio.create_task(charger.call("Get15118EVCertificate", CALL))
    await until_asked(database)
    assert await other.boot() == "Accepted"
    await charger.heartbeat()
    assert not waiting.done()
    Slow.may_answer.set()
    assert (await waiting)["status"] == "Accepted"


async def test_a_charger_gets_its_answers_in_order(charger, database):
    first = asyncio.create_task(charger.link.call("Get15118EVCertificate", CALL))
    await until_asked(database)
    second = asyncio.create_task(charger.link.call("DataTransfer", {"vendorId": "x"}))
    await database.until(Frame.objects.filter(action="DataTransfer", direction="out").exists, "it is handled")
    assert not first.done()
    assert not second.done()
    Slow.may_answer.set()
    assert (await first)["status"] == "Accepted"
    assert (await second)["status"] == "UnknownVendorId"


async def test_a_call_sent_again_asks_nobody_again(charger, database):
    await charger.send_raw(FRAME)
    Slow.may_answer.set()
    answered = Frame.objects.filter(message_id="again", direction="out")
    await database.until(answered.exists, "it is answered")
    await charger.send_raw(FRAME)
    await charger.call("DataTransfer", {"vendorId": "x"})
    assert Slow.asked == ["AA"]
    assert await database(answered.count) == 1


async def test_who_breaks_outside_costs_a_callerror_and_no_connection(charger):
    Slow.breaks = True
    with pytest.raises(CallError, match="InternalError"):
        await charger.call("Get15118EVCertificate", CALL)
    await charger.heartbeat()
