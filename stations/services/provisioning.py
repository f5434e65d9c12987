"""Stations come to be, say who they are, and show their EVSEs and connectors."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext

from stations import journal, live
from stations.domain.credentials import hash_password
from stations.models import Connector, Evse, Session, Site, Station
from stations.services.work import Work

# Security profiles by which a charger proves itself with one.
NEED_PASSWORD = (Station.SecurityProfile.BASIC, Station.SecurityProfile.TLS_BASIC)
# Far above any hardware; a charger that counts further is broken or hostile.
MAX_CONNECTORS = 64


class TooManyConnectors(Exception):
    """A station claims more connectors than any station has."""


def create_station(
    *,
    site: Site,
    identity: str,
    name: str = "",
    security_profile: int = Station.SecurityProfile.BASIC,
    password: str | None = None,
) -> Station:
    """A new station, without credentials only where somebody says so.

    Raises ValidationError: profiles 1 and 2 need a password; an identity is unique everywhere.
    """
    if security_profile in NEED_PASSWORD and not password:
        raise ValidationError(
            {"password": gettext("Security profile %(profile)d needs a password.") % {"profile": security_profile}}
        )
    station = Station(site=site, identity=identity, name=name, security_profile=security_profile)
    if password:
        station.password_hash = hash_password(password)
    station.full_clean()
    with transaction.atomic():
        station.save()
        journal.record("station.created", subject_type="station", subject_id=station.pk)
    return station


def set_password(*, station: Station, password: str) -> None:
    """Replace the password that the station must present from its next connection on."""
    if not password:
        raise ValidationError({"password": gettext("A password cannot be empty.")})
    station.password_hash = hash_password(password)
    # What a rotation left is good no longer: this one is what a person wants.
    station.next_password_hash = station.previous_password_hash = ""
    with transaction.atomic():
        station.save(update_fields=["password_hash", "next_password_hash", "previous_password_hash"])


@dataclass(frozen=True, slots=True)
class Nameplate:
    """What a charger says of itself at boot."""

    vendor: str
    model: str
    serial_number: str = ""
    firmware_version: str = ""
    reason: str = ""
    iccid: str = ""
    imsi: str = ""


@dataclass(frozen=True, slots=True)
class Registered:
    """What a BootNotification is answered with. `interval_s`: between heartbeats, or until the next try to register."""

    status: str
    interval_s: int


def boot(*, work: Work, station: Station, nameplate: Nameplate, at: datetime) -> Registered:
    """Take down a BootNotification; returns what to answer (OCPP 1.6 section 4.2, 2.0.1 B01 to B03)."""
    station.vendor = nameplate.vendor
    station.model = nameplate.model
    station.serial_number = nameplate.serial_number
    station.firmware_version = nameplate.firmware_version
    station.boot_reason = nameplate.reason
    station.booted_at = at
    station.iccid, station.imsi = nameplate.iccid[:22], nameplate.imsi[:20]
    if connection := work.sockets.get(station.connection_id or 0):
        connection.serial_number = nameplate.serial_number[:50]
        work.changed(connection, "serial_number")
    work.changed(station, "vendor", "model", "serial_number", "firmware_version", "boot_reason", "booted_at")
    work.changed(station, "iccid", "imsi")
    data = {"firmware_version": nameplate.firmware_version, "reason": nameplate.reason}
    work.record("station.booted", subject=station, data=data)
    work.nudge_station(station)
    is_in = station.registration == Station.Registration.ACCEPTED
    interval_s = settings.OCPP_HEARTBEAT_SECONDS if is_in else settings.OCPP_REGISTRATION_RETRY_SECONDS
    return Registered(station.registration, interval_s)


def note_clock(*, work: Work, station: Station, said: datetime, received: datetime) -> None:
    """Keep the charger's clock offset in whole seconds: the largest seen on this connection.

    A message that waited in the charger's queue looks like a clock that is behind, so only larger offsets count; a
    second or two more is the network's own jitter and not worth a write.
    """
    offset = max(-(2**31), min(round((said - received).total_seconds()), 2**31 - 1))
    if station.clock_offset_s is None or offset > station.clock_offset_s + 2:
        station.clock_offset_s = offset
        work.changed(station, "clock_offset_s")
    # Beside the clock: how much later it came than the fastest message of this connection.
    work.tally.delays.append((station.pk, station.clock_offset_s - (said - received).total_seconds()))


def connector_by_ocpp16_id(*, work: Work, station: Station, ocpp16_id: int) -> Connector:
    """The connector that OCPP 1.6 numbers so; new ones get an EVSE of their own.

    A connector that OCPP 2.x reported as the first of EVSE n is connector n to 1.6: a charger may change its protocol.
    Raises TooManyConnectors.
    """
    known = work.connectors[station.pk]
    for connector in known:
        if connector.ocpp16_id == ocpp16_id:
            return connector
    for connector in known:
        if connector.ocpp16_id is None and connector.evse.number == ocpp16_id and connector.number == 1:
            connector.ocpp16_id = ocpp16_id
            work.changed(connector, "ocpp16_id")
            return connector
    return _add_connector(work, station, evse_number=ocpp16_id, number=1, ocpp16_id=ocpp16_id)


def connector_of_evse(*, work: Work, station: Station, evse_number: int, number: int) -> Connector:
    """Connector `number` of EVSE `evse_number` as OCPP 2.x counts; made if it is new. Raises TooManyConnectors."""
    for connector in work.connectors[station.pk]:
        if connector.evse.number == evse_number and connector.number == number:
            return connector
    return _add_connector(work, station, evse_number=evse_number, number=number, ocpp16_id=None)


def _add_connector(work: Work, station: Station, *, evse_number: int, number: int, ocpp16_id: int | None) -> Connector:
    known = work.connectors[station.pk]
    if len(known) >= MAX_CONNECTORS:
        raise TooManyConnectors(f"{station.identity} has {MAX_CONNECTORS} connectors already.")
    evse, _ = Evse.objects.get_or_create(station=station, number=evse_number)
    # After a grouping the number may be taken by a plug that moved in.
    taken = {connector.number for connector in known if connector.evse_id == evse.pk}
    free = next(n for n in range(number, number + MAX_CONNECTORS + 1) if n not in taken)
    connector = Connector.objects.create(station=station, evse=evse, number=free, ocpp16_id=ocpp16_id)
    known.append(connector)
    work.record("connector.appeared", subject=connector, data={"station": station.pk})
    work.nudge_station(station)
    return connector


def group_connectors(*, station: Station, evse_numbers: Mapping[int, int]) -> None:
    """Put connectors (primary key → EVSE number) under other EVSEs: plugs that charge one vehicle at a time share one.

    EVSEs left without a connector are removed unless they have sessions. Raises ValidationError for connectors of
    another station, and while a session runs on one that is to move.
    """
    with transaction.atomic():
        moving = list(Connector.objects.filter(station=station, pk__in=evse_numbers).order_by("ocpp16_id", "pk"))
        if len(moving) != len(evse_numbers):
            raise ValidationError(gettext("Not all of these connectors belong to the station."))
        if Session.objects.filter(connector__in=moving, ended_at=None).exists():
            raise ValidationError(gettext("A session is running on one of these connectors; wait until it has ended."))
        # Out of the way first: two of them could meet on one number in between.
        for connector in moving:
            Connector.objects.filter(pk=connector.pk).update(number=MAX_CONNECTORS + 1 + connector.pk)
        for connector in moving:
            _place(connector, evse_numbers[connector.pk])
        for empty in Evse.objects.filter(station=station, connectors=None, sessions=None):
            # One that a record tells of stays, without a connector.
            with suppress(ProtectedError):
                empty.delete()
        journal.record("station.changed", subject_type="station", subject_id=station.pk)
    live.nudge(live.station_group(station.pk))


def _place(connector: Connector, evse_number: int) -> None:
    """Put a connector under an EVSE, on its lowest free number."""
    evse, _ = Evse.objects.get_or_create(station=connector.station, number=evse_number)
    taken = set(Connector.objects.filter(evse=evse).values_list("number", flat=True))
    free = next(number for number in range(1, MAX_CONNECTORS + 1) if number not in taken)
    Connector.objects.filter(pk=connector.pk).update(evse=evse, number=free)
    before, connector.evse = connector.evse_id, evse
    if evse.pk != before:
        tell_moved(connector, before=before)


def tell_moved(connector: Connector, *, before: int) -> None:
    """A connector belongs to another EVSE than `before`: the one has lost it, the other has it as it is."""
    told: dict[str, object] = {"station": connector.station_id, "evse": before}
    journal.record("connector.left", subject_type="connector", subject_id=connector.pk, data=told)
    told |= {"evse": connector.evse_id, "status": connector.status}
    journal.record("connector.moved", subject_type="connector", subject_id=connector.pk, data=told)
