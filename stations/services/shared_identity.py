"""Two chargers with one identity: found, slowed down, shown."""

from collections.abc import Sequence
from datetime import timedelta

from stations.domain.contenders import WINDOW, Holder, hold_for, is_over, rivals
from stations.domain.partings import Parting
from stations.models import Connection, SharedIdentity, Station
from stations.services.work import Work

SUPERSEDED = Parting.SUPERSEDED.value
# More sockets than any proof needs.
_LOOKED_AT = 12


def hold(*, work: Work, station: Station, holder: Connection, address: str) -> timedelta | None:
    """How long a newcomer from `address` has to wait because another charger holds the identity; None: let it in.

    It waits only while the holder's socket stands: a dead one falls to its ping time-out within a minute, so that a
    lone charger never waits longer than that, whatever is thought of it.
    """
    is_alive = holder.process is not None and holder.process.lease_until >= work.now
    known = work.shared_identities.get(station.pk)
    if known is not None and not is_over(known.last_at, work.now):
        if work.now < known.hold_until and is_alive and not _is_holder_itself(known, holder, address):
            return known.hold_until - work.now
        if is_alive and not _is_holder_itself(known, holder, address):
            _clash_again(work, station, known)
        return None
    found = rivals([*_holders(station, holder), Holder(address)])
    if found is None:
        return None
    until = work.now + hold_for(0)
    _detect(work, station, found, until - work.now)
    return until - work.now if is_alive else None


def _is_holder_itself(known: SharedIdentity, holder: Connection, address: str) -> bool:
    """Whether it is the holder that comes back, as far as addresses tell."""
    return known.first_address != known.second_address and holder.remote_address == address


def _holders(station: Station, holder: Connection) -> Sequence[Holder]:
    """The unbroken row of sockets that superseded each other, oldest first, up to the present holder."""
    recent = Connection.objects.filter(station=station, opened_at__gte=holder.opened_at - WINDOW)
    row: list[Holder] = []
    for connection in recent.order_by("-opened_at", "-pk")[:_LOOKED_AT]:
        if connection.pk != holder.pk and connection.close_reason != SUPERSEDED:
            break
        row.insert(0, Holder(connection.remote_address, connection.serial_number))
    return row


def _clash_again(work: Work, station: Station, known: SharedIdentity) -> None:
    known.clashes += 1
    known.last_at = work.now
    known.hold_until = work.now + hold_for(known.clashes)
    known.save(update_fields=["clashes", "last_at", "hold_until"])
    work.nudge_station(station)


def _detect(work: Work, station: Station, found: tuple[Holder, Holder], wait: timedelta) -> None:
    first, second = found
    work.shared_identities[station.pk], _ = SharedIdentity.objects.update_or_create(
        station=station,
        defaults={
            "first_address": first.address,
            "first_serial": first.serial,
            "second_address": second.address,
            "second_serial": second.serial,
            "clashes": 0,
            "detected_at": work.now,
            "last_at": work.now,
            "hold_until": work.now + wait,
        },
    )
    data = {
        "addresses": [first.address, second.address],
        "serial_numbers": [first.serial, second.serial],
    }
    work.record("station.identity_shared", subject=station, data=data)
    work.nudge_station(station)
