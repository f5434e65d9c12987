"""Stations that nobody announced: the door they come in by, the quarantine they wait in, and what is decided of them.

In quarantine a station is Pending: it registers, can be asked and configured, and charges nobody (OCPP 2.0.1 B02).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from drivers.models import Organization, User
from stations import journal, live
from stations.domain.commands import CommandKind
from stations.domain.credentials import hash_password
from stations.models import OnboardingDoor, Site, Station
from stations.services import commands, network
from stations.services.work import Work

# A stranger with the password, or a door without one, must not fill the table.
MAX_WAITING = 100
SHORTEST_PASSWORD = 12

Registration = Station.Registration


# --- The door ---


def set_door(*, organization: Organization, site: Site, is_open: bool, password: str | None = None) -> OnboardingDoor:
    """Open or close an organization's door. `password`: a new one; "": none is asked for; None: it stays as it is.

    Raises ValidationError: a password is long; and without one a station belongs to nobody, so only one organization
    of an installation can have such a door.
    """
    if site.organization_id != organization.pk:
        raise ValidationError({"site": _("Stations wait at a site of the same organization.")})
    if password and len(password) < SHORTEST_PASSWORD:
        raise ValidationError(
            {
                "password": _("At least %(shortest)d characters: many chargers share it.")
                % {"shortest": SHORTEST_PASSWORD}
            }
        )
    with transaction.atomic():
        door = OnboardingDoor.objects.filter(organization=organization).first()
        door = door or OnboardingDoor(organization=organization)
        door.site, door.is_open = site, is_open
        if password is not None:
            door.password_hash = hash_password(password) if password else ""
        others = OnboardingDoor.objects.filter(is_open=True, password_hash="").exclude(pk=door.pk)
        if is_open and not door.password_hash and others.exists():
            raise ValidationError(
                {"password": _("Another organization takes in stations without a password; set one.")}
            )
        door.save()
        data = {"is_open": is_open, "has_password": bool(door.password_hash)}
        journal.record("onboarding.changed", subject_type="organization", subject_id=organization.pk, data=data)
    live.nudge(live.organization_group(organization.pk))
    return door


def open_doors() -> Sequence[OnboardingDoor]:
    """The doors that are open; those that ask for a password first."""
    return list(OnboardingDoor.objects.filter(is_open=True).select_related("site").order_by("-password_hash", "pk"))


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A station at the door."""

    identity: str
    address: str
    is_secure: bool


def take_in(*, work: Work, door: OnboardingDoor, newcomer: Newcomer) -> Station | None:
    """A row in quarantine for a station that may come in; None when too many wait already."""
    known = Station.objects.filter(identity=newcomer.identity).first()
    if known is not None:
        return known
    waiting = Station.objects.filter(site__organization=door.organization_id, quarantined_at__isnull=False)
    if waiting.count() >= MAX_WAITING:
        return None
    profile = Station.SecurityProfile
    with_password = profile.TLS_BASIC if newcomer.is_secure else profile.BASIC
    station = Station.objects.create(
        site=door.site,
        identity=newcomer.identity,
        registration=Registration.PENDING,
        quarantined_at=work.now,
        security_profile=with_password if door.password_hash else profile.NONE,
        # The same hash: it goes on with the shared password until it gets its own.
        password_hash=door.password_hash,
    )
    work.record("station.quarantined", subject=station, data={"address": newcomer.address})
    work.nudge_station(station)
    return station


# --- The decision ---


def set_registration(*, station: Station, registration: str, by: User | None) -> Station:
    """What the station's next BootNotification is answered with. One that is connected and taken in is asked to boot
    at once (OCPP 2.0.1 F06)."""
    before = station.registration
    station.registration = registration
    fields = ["registration"]
    if registration == Registration.ACCEPTED:
        station.quarantined_at = None
        fields.append("quarantined_at")
    with transaction.atomic():
        station.save(update_fields=fields)
        data = {"from": before, "to": registration, "by": by.pk if by else None}
        journal.record("station.registration", subject_type="station", subject_id=station.pk, data=data)
    if registration == Registration.ACCEPTED != before and station.connected:
        boot = {"message": "BootNotification"}
        commands.request(station=station, kind=CommandKind.TRIGGER, values=boot, requested_by=by)
    live.nudge(live.station_group(station.pk), live.organization_group(station.site.organization_id))
    return station


def accept(*, station: Station, site: Site, name: str, by: User, rotates_password: bool) -> Station:
    """Take a station out of quarantine. `rotates_password`: it gets a password of its own, sent to it at once."""
    network.update_station(station=station, site=site, name=name)
    if rotates_password:
        commands.request(station=station, kind=CommandKind.ROTATE_PASSWORD, values={}, requested_by=by, queue=True)
    return set_registration(station=station, registration=Registration.ACCEPTED, by=by)


def has_shared_password(station: Station) -> bool:
    """Whether the station still comes with the password that all newcomers have."""
    if not station.password_hash:
        return False
    return OnboardingDoor.objects.filter(password_hash=station.password_hash).exists()
