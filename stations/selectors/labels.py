"""What the labels of EVSEs say."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from drivers.permissions import Viewer
from stations.domain.public_codes import printed
from stations.models import Evse, Site, SiteContact, Station
from stations.selectors import visible_stations


@dataclass(frozen=True, slots=True)
class Label:
    """`address`: where its QR code leads; `code`: the same to be typed."""

    evse: Evse
    station: Station
    address: str
    code: str
    helpline: str

    @property
    def name(self) -> str:
        """No identity on the label of a charger that needs no password: to that one it is one."""
        if self.station.name or self.station.security_profile == Station.SecurityProfile.NONE:
            return self.station.name
        return self.station.identity


def labelled_stations(viewer: Viewer, site: Site | None) -> QuerySet[Station]:
    """Stations by identity with what their labels say, in three queries; `site`: only those there."""
    helplines = SiteContact.objects.filter(is_public=True).exclude(phone="").order_by("id")
    stations = visible_stations(viewer).filter(quarantined_at=None).order_by("identity")
    if site is not None:
        stations = stations.filter(site=site)
    return stations.prefetch_related("evses", Prefetch("site__contacts", helplines, to_attr="helplines"))


def labels_of(stations: Iterable[Station], base: str) -> list[Label]:
    """The labels of stations from `labelled_stations` whose EVSEs have codes. `base`: what stands before a code."""
    return [
        Label(
            evse,
            station,
            f"{base}{evse.public_code}",
            printed(evse.public_code or ""),
            next((contact.phone for contact in getattr(station.site, "helplines", ())), ""),
        )
        for station in stations
        for evse in station.evses.all()
    ]
