"""Phase currents and ratings."""

import pytest

from monitoring.domain.overcurrent import phase_currents, rated_current_a


def told(*amperes, **more):
    return [
        {"measurand": "Current.Import", "phase": f"L{n}", "value": str(a), "unit": "A", **more}
        for n, a in enumerate(amperes, 1)
    ]


def test_three_phases_are_told_by_either_version():
    assert phase_currents(told(15.9, 16.1, 0)) == {"L1": 15.9, "L2": 16.1, "L3": 0.0}
    kilo = {"unitOfMeasure": {"unit": "A", "multiplier": -1}}
    assert phase_currents(told(160, 161, 0, **kilo))["L2"] == pytest.approx(16.1)


@pytest.mark.parametrize(
    "values",
    [told(32), told(32, 32), told(32, 1, 1, location="Inlet"), told("a lot", 1, 1), told(1, 2, 3, measurand="Voltage")],
)
def test_what_is_not_told_of_each_phase_is_not_compared(values):
    assert phase_currents(values) == {}


def test_a_phase_is_rated_for_its_share():
    assert rated_current_a(11_040, phases=3, voltage_v=230) == pytest.approx(16)
    assert rated_current_a(22_080, phases=3, voltage_v=230) == pytest.approx(32)


@pytest.mark.parametrize(("power_w", "phases"), [(7_360, 3), (11_000, 1), (50_000, 0)])
def test_fewer_phases_are_judged_by_their_power(power_w, phases):
    assert rated_current_a(power_w, phases=phases, voltage_v=230) is None
