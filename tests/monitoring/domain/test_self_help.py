"""What a driver can be told at once."""

import pytest

from monitoring.domain.self_help import Advice, advise, distance_m, needs_another


@pytest.mark.parametrize(
    ("glance", "statuses", "first"),
    [
        ("faulted", {"faulted"}, Advice.OUT_OF_ORDER),
        ("unavailable", {"unavailable"}, Advice.OUT_OF_ORDER),
        ("offline", {"available"}, Advice.NO_CONNECTION),
        ("occupied", {"finishing"}, Advice.UNPLUG),
        ("charging", {"charging"}, Advice.STOP_FIRST),
        ("available", {"available"}, Advice.PLUG_FIRST),
        ("reserved", {"reserved"}, Advice.RESERVED),
    ],
)
def test_the_state_of_a_charger_says_what_helps(glance, statuses, first):
    assert advise(glance, statuses)[0] is first


def test_only_who_cannot_charge_here_is_sent_elsewhere():
    assert needs_another([Advice.OUT_OF_ORDER])
    assert not needs_another([Advice.UNPLUG])


def test_distances_are_those_of_the_globe():
    berlin, hamburg = (52.52, 13.405), (53.551, 9.994)
    assert distance_m(berlin, hamburg) == pytest.approx(255_000, rel=0.01)
