"""Clocks that jump: ours, and the chargers'."""

from datetime import timedelta

from tests.flows.faults import ledger
from tests.flows.faults.load import PATIENCE_S
from tests.server import until

HOUR = timedelta(hours=1)


def test_our_clock_may_jump_an_hour_forward_and_back(place, load, clock):
    for seconds in (3600, 0):
        sockets = load.sockets
        clock.write_text(str(seconds))
        # Each edge has renewed its lease and looked for sockets it should not hold, and the sweep has come by.
        load.await_progress(12)
        ledger.check(load)
        assert load.sockets == sockets, "a healthy charger was thrown out"


def test_a_chargers_clock_may_jump_an_hour_forward_and_back(load):
    jumping = load.drivers[:6]
    for jump in (HOUR, -HOUR, -HOUR, HOUR):
        for driver in jumping:
            driver.charger.station.clock_offset += jump
        load.await_progress(4)
    over = [len(driver.sessions) for driver in jumping]
    until(
        lambda: all(len(driver.sessions) > before for driver, before in zip(jumping, over, strict=True)),
        "the sessions in which it jumped are over",
        PATIENCE_S,
    )
    ledger.check(load)
