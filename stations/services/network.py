"""The network as people keep it: sites, and what they change on stations, EVSEs and connectors."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from drivers.models import Organization
from stations import journal, live
from stations.models import Connector, Evse, Site, Station
from stations.services import provisioning, withdrawn_certificates


class StillInUse(Exception):
    """What is to be deleted still has something that would be lost with it."""


def create_site(*, organization: Organization, **values: Any) -> Site:
    """A new site; `values` are the columns of Site. Raises ValidationError."""
    site = Site(organization=organization, **values)
    _save_site(site)
    return site


def update_site(*, site: Site, **changes: Any) -> Site:
    """Change columns of a site. Raises ValidationError."""
    for name, value in changes.items():
        setattr(site, name, value)
    _save_site(site)
    return site


def _save_site(site: Site) -> None:
    site.full_clean()
    with transaction.atomic():
        site.save()
        journal.record("site.changed", subject_type="site", subject_id=site.pk)
    live.nudge(live.organization_group(site.organization_id))


def delete_site(*, site: Site) -> None:
    """Remove a site. Raises StillInUse while it has stations."""
    with transaction.atomic():
        if site.stations.exists():
            raise StillInUse(f"{site.name} still has stations; move or delete them first.")
        journal.record("site.deleted", subject_type="site", subject_id=site.pk)
        site.delete()


def update_station(*, station: Station, password: str | None = None, **changes: Any) -> Station:
    """Change what people say of a station: name, site, security_profile, and the password.

    Raises ValidationError: profiles 1 and 2 need a password.
    """
    for name, value in changes.items():
        setattr(station, name, value)
    needs_password = station.security_profile in (Station.SecurityProfile.BASIC, Station.SecurityProfile.TLS_BASIC)
    if needs_password and not (password or station.password_hash):
        raise ValidationError({"password": f"Security profile {station.security_profile} needs a password."})
    with transaction.atomic():
        # Only these columns: the edge writes the live ones meanwhile.
        station.save(update_fields=list(changes))
        if password:
            provisioning.set_password(station=station, password=password)
        journal.record("station.changed", subject_type="station", subject_id=station.pk)
    live.nudge(live.station_group(station.pk))
    return station


def delete_station(*, station: Station) -> None:
    """Remove a station. Raises StillInUse while it is connected, and for ever once it has sessions."""
    with transaction.atomic():
        if station.sessions.exists():
            raise StillInUse(f"{station.identity} has charging sessions, which would be lost with it.")
        if Station.objects.filter(pk=station.pk, connection__isnull=False).exists():
            raise StillInUse(f"{station.identity} is connected; take it off the network first.")
        journal.record(
            "station.deleted", subject_type="station", subject_id=station.pk, data={"identity": station.identity}
        )
        withdrawn_certificates.withdraw(station=station, now=timezone.now())
        station.delete()


def save_evse(*, evse: Evse, **changes: Any) -> Evse:
    """Store a new EVSE, or `changes` of a known one. Raises ValidationError when its number is taken."""
    _save(evse, changes, "EVSE numbers are unique in a station.")
    return evse


def delete_evse(*, evse: Evse) -> None:
    """Remove an EVSE with its connectors. Raises StillInUse while a session is open on it."""
    _delete(evse)


def save_connector(*, connector: Connector, **changes: Any) -> Connector:
    """Store a new connector, or `changes` of a known one. Raises ValidationError when a number is taken."""
    _save(connector, changes, "Connector numbers are unique in an EVSE, OCPP 1.6 ids in a station.")
    return connector


def delete_connector(*, connector: Connector) -> None:
    """Remove a connector. Raises StillInUse while a session is open on it."""
    _delete(connector)


def _save(row: Evse | Connector, changes: dict[str, Any], taken: str) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    try:
        with transaction.atomic():
            # Of a known one only these columns: the edge writes the live ones meanwhile.
            row.save(update_fields=list(changes) if row.pk else None)
    except IntegrityError as error:
        raise ValidationError({"number": taken}) from error
    live.nudge(live.station_group(row.station_id))


def _delete(row: Evse | Connector) -> None:
    with transaction.atomic():
        if row.sessions.filter(ended_at=None).exists():
            raise StillInUse(f"A session is open on {row}.")
        row.delete()
    live.nudge(live.station_group(row.station_id))
