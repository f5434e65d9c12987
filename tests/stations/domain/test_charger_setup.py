"""What to enter in a charger."""

import pytest

from stations.domain.charger_setup import GENERIC, VENDORS, Setup, keys_16, network_profile_2, vendor_of
from stations.ocpp import protocols


@pytest.mark.parametrize("base", ["ws://cs.example/ocpp", "ws://cs.example/ocpp/"])
def test_the_identity_is_appended_escaped(base):
    setup = Setup(base, "DE*A|1", 1)
    assert (setup.url, setup.full_url) == ("ws://cs.example/ocpp/", "ws://cs.example/ocpp/DE%2AA%7C1")


@pytest.mark.parametrize(("profile", "scheme"), [(0, "ws"), (1, "ws"), (2, "wss"), (3, "wss")])
def test_a_profile_with_tls_has_an_address_with_tls(profile, scheme):
    assert Setup("ws://cs.example/ocpp/", "A", profile).url.startswith(f"{scheme}://")


def test_the_password_is_told_only_where_it_is_known_and_needed():
    assert ("AuthorizationKey", "secret") in keys_16(Setup("ws://a/", "A", 1, "secret"))
    for setup in (Setup("ws://a/", "A", 1), Setup("ws://a/", "A", 3, "secret")):
        assert "AuthorizationKey" not in dict(keys_16(setup))


def test_the_network_profile_fits_the_schema():
    payload = network_profile_2(Setup("ws://cs.example/ocpp/", "A", 2))
    protocols.named("ocpp2.0.1").schemas.check_request("SetNetworkProfile", payload)


@pytest.mark.parametrize(
    ("make", "key"),
    [("ABB", "abb"), ("Alfen BV", "alfen"), ("EV-BOX", "evbox"), ("WALL BOX", "wallbox"), ("Acme", "generic")],
)
def test_a_vendor_is_known_by_what_its_chargers_call_themselves(make, key):
    assert vendor_of(make).key == key


def test_every_vendor_says_what_to_do():
    assert all(vendor.steps and vendor.marks for vendor in VENDORS)
    assert GENERIC.steps
