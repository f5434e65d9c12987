"""What to enter in a charger, with the address of this installation."""

from django.conf import settings

from stations.domain.charger_setup import Setup
from stations.models import Station


def setup_of(station: Station, *, host: str, is_secure: bool, password: str | None = None) -> Setup:
    """The settings of a station's charger. Without OCPP_URL chargers come where people do: `host`, with or without
    TLS. `password`: the one just set."""
    base = settings.OCPP_URL or f"{'wss' if is_secure else 'ws'}://{host}/ocpp/"
    return Setup(base, station.identity, station.security_profile, password)
