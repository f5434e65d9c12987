"""Sessions of the past, for tests of what drivers met with."""

from datetime import timedelta

from tests import factories


def charged(station, began_at, *, card="CARD1", energy_wh=20_000, minutes=30, reason="Local", evse=None, **more):
    """A session that has ended, at the station's first EVSE."""
    evse = evse or station.evses.order_by("number").first()
    return factories.SessionFactory(
        station=station,
        evse=evse,
        connector=evse.connectors.first(),
        id_token=card,
        verdict="Accepted",
        started_at=began_at,
        ended_at=began_at + timedelta(minutes=minutes),
        stop_reason=reason,
        energy_wh=energy_wh,
        meter_start_wh=1000,
        meter_stop_wh=1000 + energy_wh,
        **more,
    )


def failed(station, began_at, *, card="CARD1", **more):
    """A session in which nothing flowed."""
    return charged(station, began_at, card=card, energy_wh=0, minutes=2, **more)
