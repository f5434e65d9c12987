"""Which changes of the network are written down, with who made them: those of people, not those of chargers."""

from drivers.audit import log
from drivers.models.audit import Place, belongs
from stations.models import (
    BulkCommand,
    ConfigurationTemplate,
    Invitation,
    OnboardingDoor,
    RootCertificate,
    Site,
    SiteContact,
    SiteScope,
    Station,
    StationNote,
    StationPhoto,
)


def register() -> None:
    log(Site, lambda site: [(site.organization_id, site.pk)])
    log(SiteContact, lambda contact: [_of_site(contact.site)])
    log(SiteScope, lambda scope: [(scope.membership.organization_id, None)])
    log(
        Station,
        lambda station: [_of_site(station.site)],
        include_fields=["site", "identity", "name", "security_profile", "password_hash", "registration"],
        mask_fields=["password_hash"],
    )
    log(StationPhoto, lambda photo: [_of_site(photo.station.site)])
    log(StationNote, lambda note: [_of_site(note.station.site)])
    log(OnboardingDoor, lambda door: [(door.organization_id, None)], mask_fields=["password_hash"])
    log(ConfigurationTemplate, lambda row: [(row.organization_id, row.site_id)], exclude_fields=["changed_at"])
    # Not each of its changes: that it was sent, and that it was stopped.
    belongs(BulkCommand, lambda row: [(row.organization_id, None)])
    log(Invitation, lambda row: [(row.organization_id, None)], m2m_fields={"sites"}, exclude_fields=["digest"])
    log(SiteContact, lambda row: [_of_site(row.site)])
    log(StationNote, lambda row: [_of_site(row.station.site)])
    log(StationPhoto, lambda row: [_of_site(row.station.site)])
    log(RootCertificate, lambda row: [(row.organization_id, None)], exclude_fields=["pem"])


def _of_site(site: Site) -> Place:
    return site.organization_id, site.pk
