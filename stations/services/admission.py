"""Handshakes: what they are checked against, and what becomes of those that are refused."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from drivers.models import Organization
from stations import live
from stations.models import ProfileUpgrade, RefusedAttempt, Station
from stations.services.work import Work

# However many identities a scanner tries, the page of refused attempts stays readable and the table small.
MAX_REFUSED_ROWS = 2000
_FIELDS = (
    *("identity", "security_profile", "password_hash", "next_password_hash", "previous_password_hash"),
    *("profile_upgrade__station", "profile_upgrade__profile", "profile_upgrade__state"),
)


@dataclass(frozen=True, slots=True)
class Admission:
    """What a handshake is checked against. `upgrade_to`: the profile it may come with as well, being on its way."""

    station_id: int
    security_profile: int
    password_hash: str
    next_password_hash: str = ""
    previous_password_hash: str = ""
    upgrade_to: int | None = None

    @property
    def is_changing(self) -> bool:
        """Whether a new password or profile is on its way: what the station comes with then settles it."""
        return bool(self.next_password_hash or self.previous_password_hash or self.upgrade_to)


def admissions(*, identities: Collection[str]) -> dict[str, Admission]:
    """The stations of these identities (case-sensitive), by identity; those that are no station's are missing."""
    found = Station.objects.filter(identity__in=identities).select_related("profile_upgrade")
    return {station.identity: _admission(station) for station in found.only(*_FIELDS)}


def _admission(station: Station) -> Admission:
    upgrade: ProfileUpgrade | None = getattr(station, "profile_upgrade", None)
    return Admission(
        station.pk,
        station.security_profile,
        station.password_hash,
        station.next_password_hash,
        station.previous_password_hash,
        upgrade.profile if upgrade and upgrade.is_open and upgrade.profile > station.security_profile else None,
    )


def refuse(
    *,
    work: Work,
    identity: str,
    reason: str,
    remote_address: str,
    now: datetime,
    station_id: int | None,
    detail: str = "",
) -> None:
    """Count a refused handshake for people to see, at once: those of the station's network, or all where it is
    nobody's."""
    concerned = Organization.objects.filter(sites__stations=station_id) if station_id else Organization.objects.all()
    work.groups |= {live.organization_group(pk) for pk in concerned.values_list("pk", flat=True)}
    row, created = RefusedAttempt.objects.get_or_create(
        identity=identity[:120].replace("\0", ""),
        reason=reason,
        remote_address=remote_address,
        defaults={"first_at": now, "last_at": now, "station_id": station_id, "detail": detail[:200]},
    )
    if not created:
        RefusedAttempt.objects.filter(pk=row.pk).update(
            count=F("count") + 1, last_at=now, station_id=station_id, detail=detail[:200]
        )
    elif row.pk % 100 == 0:
        _prune_refused()


def _prune_refused() -> None:
    oldest_kept = RefusedAttempt.objects.order_by("-last_at").values_list("last_at", flat=True)[
        MAX_REFUSED_ROWS : MAX_REFUSED_ROWS + 1
    ]
    for last_at in list(oldest_kept):
        RefusedAttempt.objects.filter(last_at__lte=last_at).delete()
