"""Whose network a charger comes through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.domain.providers import NOBODY, BadPattern, Range, checked_pattern, line_of, provider_of

CABLE = Range("203.0.0.0/8", "Cable")
FIBRE = Range("203.0.113.0/24", "Fibre")
MOBILE = Range("26201", "Mobile")


def test_the_longest_range_that_an_organization_named_wins():
    assert provider_of(address="203.0.113.7", ranges=[CABLE, FIBRE]).name == "Fibre"
    assert provider_of(address="203.9.9.9", ranges=[CABLE, FIBRE]).name == "Cable"


def test_a_sim_says_more_than_an_address():
    found = provider_of(address="203.0.113.7", imsi="262011234567890", ranges=[FIBRE, MOBILE])
    assert (found.name, found.is_said) == ("Mobile", True)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SIM 262-01", {"imsi": "262011234567890"}),
        ("SIM 310-410", {"imsi": "310410123456789"}),
        ("SIM 8949020", {"iccid": "8949020000012345678"}),
        ("8.8.0.0/16", {}),
    ],
)
def test_unnamed_ones_go_by_their_digits(name, told):
    assert provider_of(address="8.8.8.8", **told).name == name


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "", "testclient", "fd00::1"])
def test_a_private_address_tells_nothing(address):
    assert provider_of(address=address) == NOBODY


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::99"),
        ("", "nonsense"),
    ],
)
def test_a_line_is_what_is_behind_one_router(line, address):
    assert line_of(address) == line


@given(st.text(max_size=45))
def test_no_address_is_too_odd(address):
    assert line_of(address) is not None
    assert provider_of(address=address, iccid=address, imsi=address, ranges=[CABLE, MOBILE]).key is not None


def test_patterns_have_one_form():
    assert checked_pattern(" 203.0.113.7/24 ") == "203.0.113.0/24"
    assert checked_pattern("26201") == "26201"
    for bad in ("", "x", "12", "203.0.113.0/99"):
        with pytest.raises(BadPattern):
            checked_pattern(bad)
