"""The network as people keep it: sites, and what they change on stations, EVSEs and connectors."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers.models import Organization
from stations import journal, live
from stations.models import Connector, Evse, Session, Site, SiteContact, Station
from stations.services import provisioning, station_photos, withdrawn_certificates


class StillInUse(Exception):
    """What is to be deleted still has something that would be lost with it."""


def create_site(
    *, organization: Organization, contacts: Sequence[Mapping[str, Any]] | None = None, **values: Any
) -> Site:
    """A new site; `values` are the columns of Site, `contacts` those of its contacts. Raises ValidationError."""
    site = Site(organization=organization, **values)
    _save_site(site, contacts)
    return site


def update_site(*, site: Site, contacts: Sequence[Mapping[str, Any]] | None = None, **changes: Any) -> Site:
    """Change columns of a site; `contacts`, where given, take the place of all there were. Raises ValidationError."""
    for name, value in changes.items():
        setattr(site, name, value)
    _save_site(site, contacts)
    return site


def _save_site(site: Site, contacts: Sequence[Mapping[str, Any]] | None) -> None:
    site.full_clean()
    rows = [SiteContact(site=site, **values) for values in contacts or ()]
    for row in rows:
        row.clean_fields(exclude=["site"])
    with transaction.atomic():
        site.save()
        if contacts is not None:
            site.contacts.all().delete()
            for row in rows:
                row.save()
            # What was fetched with the site before.
            getattr(site, "_prefetched_objects_cache", {}).pop("contacts", None)
        journal.record("site.changed", subject_type="site", subject_id=site.pk)
    live.nudge(live.organization_group(site.organization_id), live.site_group(site.pk))


def save_contact(*, contact: SiteContact) -> SiteContact:
    """Store somebody to call about a site, new or changed. Raises ValidationError."""
    contact.full_clean()
    with transaction.atomic():
        contact.save()
        journal.record("site.changed", subject_type="site", subject_id=contact.site_id)
    live.nudge(live.site_group(contact.site_id))
    return contact


def delete_contact(*, contact: SiteContact) -> None:
    """Forget somebody to call about a site."""
    site_id = contact.site_id
    with transaction.atomic():
        contact.delete()
        journal.record("site.changed", subject_type="site", subject_id=site_id)
    live.nudge(live.site_group(site_id))


def delete_site(*, site: Site) -> None:
    """Remove a site. Raises StillInUse while it has stations, or people whose role is limited to it."""
    with transaction.atomic():
        if site.scopes.exists():
            raise StillInUse(f"The roles of some people are limited to {site.name}; change these first.")
        if site.stations.exists():
            text = _(
                "%(name)s still has stations: move them to another site or delete them first. Those with charging"
                " sessions, which must not be lost, cannot be deleted: then close the site down instead."
            )
            raise StillInUse(text % {"name": site.name})
        journal.record("site.deleted", subject_type="site", subject_id=site.pk)
        _remove(site)


def update_station(*, station: Station, password: str | None = None, **changes: Any) -> Station:
    """Change what people say of a station: name, site, security_profile, and the password.

    Raises ValidationError: profiles 1 and 2 need a password.
    """
    for name, value in changes.items():
        setattr(station, name, value)
    needs_password = station.security_profile in provisioning.NEED_PASSWORD
    if needs_password and not (password or station.password_hash):
        raise ValidationError(
            {"password": _("Security profile %(profile)d needs a password.") % {"profile": station.security_profile}}
        )
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
            raise StillInUse(
                _("%(identity)s has charging sessions, which would be lost with it.") % {"identity": station.identity}
            )
        if Station.objects.filter(pk=station.pk, connection__isnull=False).exists():
            raise StillInUse(
                _("%(identity)s is connected; take it off the network first.") % {"identity": station.identity}
            )
        journal.record(
            "station.deleted", subject_type="station", subject_id=station.pk, data={"identity": station.identity}
        )
        withdrawn_certificates.withdraw(station=station, now=timezone.now())
        photos = station_photos.files_of(station.photos.all())
        _remove(station)
    station_photos.discard(photos)


def save_evse(*, evse: Evse, **changes: Any) -> Evse:
    """Store a new EVSE, or `changes` of a known one. Raises ValidationError when its number is taken."""
    _save(evse, changes, _("EVSE numbers are unique in a station."))
    return evse


def delete_evse(*, evse: Evse) -> None:
    """Remove an EVSE with its connectors. Raises StillInUse while a session is open on it; others remember it."""
    with transaction.atomic():
        here = Q(evse=evse) | Q(evse=None, connector__evse=evse)
        Session.objects.filter(here, station=evse.station_id).update(deleted_evse=evse.pk)
        _delete(evse)


def save_connector(*, connector: Connector, **changes: Any) -> Connector:
    """Store a new connector, or `changes` of a known one.

    Raises ValidationError when a number is taken, and for one that is to move to another EVSE while a session is open
    on it.
    """
    before = connector.evse_id
    with transaction.atomic():
        _save(connector, changes, _("Connector numbers are unique in an EVSE, OCPP 1.6 ids in a station."))
        if connector.evse_id != before:
            if connector.sessions.filter(ended_at=None).exists():
                raise ValidationError({"evse": _("A session is open on %(row)s.") % {"row": connector}})
            provisioning.tell_moved(connector, before=before)
    return connector


def delete_connector(*, connector: Connector) -> None:
    """Remove a connector. Raises StillInUse while a session is open on it."""
    told = {"station": connector.station_id, "evse": connector.evse_id}
    with transaction.atomic():
        journal.record("connector.left", subject_type="connector", subject_id=connector.pk, data=told)
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
            raise StillInUse(_("A session is open on %(row)s.") % {"row": row})
        _remove(row)
    live.nudge(live.station_group(row.station_id))


def _remove(row: Site | Station | Evse | Connector) -> None:
    """Delete it, unless a floor above keeps a record that must not be lost."""
    try:
        row.delete()
    except ProtectedError as error:
        text = _(
            "Records that have to be kept tell of %(row)s, such as exclusions from its outages: it cannot be deleted."
            " Take it out of service instead, or close the site down."
        )
        raise StillInUse(text % {"row": row}) from error
