"""Flows: what only they need of the cast in tests/edge.py."""

import pytest

from stations.simulator.charger import VirtualCharger
from stations.simulator.profile import Profile
from tests.installation import Installation


@pytest.fixture
def installation(tmp_path):
    """A whole installation in processes of its own."""
    installation = Installation(tmp_path / "data")
    try:
        installation.start()
        yield installation
    finally:
        installation.stop()


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1", "ocpp2.1"])
def protocol(request):
    return request.param


@pytest.fixture
def charger(server, make_station, protocol):
    """A virtual charger of each version, not connected yet."""
    make_station("CP-1")
    profile = Profile(identity="CP-1", protocol=protocol, id_tokens=("CARD-1",), reboot_s=0.1)
    return VirtualCharger(profile, url=server.ocpp)
