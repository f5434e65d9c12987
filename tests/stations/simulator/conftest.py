"""A CSMS that checks all it gets, and chargers connected to it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile

from .csms import ScriptedCsms

MakeCharger = Callable[..., VirtualCharger]


@pytest.fixture
async def csms() -> AsyncIterator[ScriptedCsms]:
    """Whatever a charger sends in a test has to be valid by its version's schemas."""
    async with ScriptedCsms() as server:
        yield server
    assert server.problems == []


@pytest.fixture
def make_charger(csms: ScriptedCsms) -> MakeCharger:
    """A charger of the profile's members given; quick to reboot and to lose patience."""

    def make(**members: Any) -> VirtualCharger:
        defaults = {"identity": "CP1", "reboot_s": 0.01, "call_timeout_s": 0.3, "meter_interval_s": 60}
        charger = VirtualCharger(Profile(**{**defaults, **members}), url=csms.url)
        charger.settings.retry_interval_s = 0.01
        return charger

    return make


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1"])
def protocol(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def charger16(make_charger: MakeCharger) -> AsyncIterator[VirtualCharger]:
    """Booted, with two connectors."""
    async with make_charger(protocol="ocpp1.6", evses=2) as charger:
        await charger.boot()
        yield charger


@pytest.fixture
async def charger201(make_charger: MakeCharger) -> AsyncIterator[VirtualCharger]:
    """Booted, with two EVSEs."""
    async with make_charger(protocol="ocpp2.0.1", evses=2) as charger:
        await charger.boot()
        yield charger
