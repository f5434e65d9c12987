"""What commands about charging profiles need to know in every version."""

from drivers.domain.phrases import english
from stations.domain.charging_profile import Purpose
from stations.models import ChargingProfile
from stations.ocpp.router import NotExpressible, Request
from stations.services import charging_profiles


def profile_asked_for(request: Request, name: str) -> ChargingProfile:
    """The profile that a command's parameter `name` means; raises NotExpressible."""
    profile = charging_profiles.of_station(station=request.station, profile_id=request.values[name])
    if profile is None:
        raise NotExpressible(
            english("There is no charging profile %(values)s in this network.", values=request.values[name])
        )
    return profile


def tx_profile_asked_for(request: Request) -> ChargingProfile | None:
    """The profile that a remote start carries, if it does: a TxProfile (1.6 section 5.11, 2.x K05.FR.02)."""
    if "charging_profile" not in request.values:
        return None
    profile = profile_asked_for(request, "charging_profile")
    if profile.purpose != Purpose.TX:
        raise NotExpressible(english("A remote start carries a TxProfile, not a %(purpose)s.", purpose=profile.purpose))
    return profile


def transaction_of(request: Request, profile: ChargingProfile, evse_number: int) -> str:
    """The transaction that a profile is sent for: as asked, for a TxProfile else the one that runs on the EVSE
    (2.x K01.FR.03). Empty where none runs: it is sent all the same."""
    asked = request.values.get("transaction_id", "")
    if asked or profile.purpose != Purpose.TX:
        return str(asked)
    running = charging_profiles.open_session(work=request.work, station=request.station, evse_number=evse_number)
    return running.transaction_id if running else ""
