"""What the rules about ports that cannot charge have in common: how a port is named and found."""

from datetime import datetime
from typing import Any

from drivers.domain.phrases import Phrase
from monitoring.models import FailedStreak
from monitoring.rules.base import Finding, Scope, evse_subject
from stations.models import Evse


def finding(evse: Evse, *, began_at: datetime, said: Phrase, evidence: dict[str, Any]) -> Finding:
    """This is wrong with an EVSE (with its station and site) now. Ports of one firmware may fail together."""
    station = evse.station
    firmware = f"firmware:{station.vendor}/{station.model}/{station.firmware_version}"
    return Finding(
        subject=evse_subject(evse.pk),
        organization_id=station.site.organization_id,
        site_id=station.site_id,
        station_id=station.pk,
        evse_id=evse.pk,
        began_at=began_at,
        said=said,
        evidence={**evidence, "firmware_version": station.firmware_version},
        causes=(firmware,) if station.firmware_version else (),
    )


def serious_streaks(scope: Scope, *, is_zero_energy: bool) -> list[FailedStreak]:
    """Streaks that go on now and are as long as the site's thresholds say."""
    found = FailedStreak.objects.filter(ended_at=None, evse__station__in=scope.stations, is_zero_energy=is_zero_energy)

    def is_long(streak: FailedStreak) -> bool:
        site_id = streak.evse.station.site_id
        attempts, people = scope.threshold("attempts", site_id), scope.threshold("people", site_id)
        return streak.attempts >= attempts and streak.people >= people

    return [streak for streak in found.select_related("evse__station__site") if is_long(streak)]


def port(evse: Evse) -> dict[str, Any]:
    """Station and number of an EVSE, for a sentence."""
    return {"station": evse.station.identity, "evse": evse.number}
