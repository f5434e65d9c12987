"""What a driver who needs help may know: the charger, whether another one is free, and whom to call. No identities."""

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.models import Organization
from drivers.permissions import Viewer
from monitoring.domain.self_help import Advice, advise, distance_m, needs_another
from monitoring.models import SupportPolicy
from stations.domain.public_codes import printed, typed
from stations.domain.status import Availability, ConnectorStatus
from stations.models import Evse, Site
from stations.selectors import with_use
from stations.selectors.glance import evse_glance
from stations.selectors.public import Place, public_evses, public_names, public_places

# Further away nobody drives with an empty battery.
NEAR_M = 60_000


@dataclass(frozen=True, slots=True)
class Charger:
    """An EVSE as drivers know it: by the code on its label."""

    evse: Evse
    code: str
    glance: Availability
    advice: list[Advice]

    @property
    def site(self) -> Site:
        return self.evse.station.site


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where a charger is free: at the same site (`label`), or at another one so many metres away."""

    site_id: int
    name: str
    label: str = ""
    metres: float = 0


def charger(_viewer: Viewer, code: str) -> Charger | None:
    """The EVSE with this code, as typed; None: there is no such one that the public may know."""
    if not (wanted := typed(code)):
        return None
    rows = with_use(Evse.objects.filter(public_code=wanted, station__quarantined_at=None))
    evse = rows.select_related("station__site__organization").first()
    if evse is None or not evse.station.site.is_public or not evse.station.site.is_active:
        return None
    glance = evse_glance(evse, connected=evse.station.connected)
    if evse.station.status == ConnectorStatus.FAULTED:
        glance = Availability.FAULTED
    statuses = {connector.status for connector in evse.connectors.all()}
    return Charger(evse, printed(evse.public_code or ""), glance, advise(glance, statuses))


def free_elsewhere(viewer: Viewer, found: Charger, places: Sequence[Place] | None = None) -> Elsewhere | None:
    """The nearest free charger, for who is better off there; None: no need, or none near."""
    if not needs_another(found.advice):
        return None
    for evse in public_evses(viewer, found.site):
        if evse.glance == Availability.AVAILABLE:
            return Elsewhere(found.site.pk, found.site.name, label=evse.label)
    here = (float(found.site.latitude), float(found.site.longitude))
    near = [
        (distance_m(here, (place.latitude, place.longitude)), place.id)
        for place in (places if places is not None else public_places(viewer))
        if place.free and place.id != found.site.pk
    ]
    if not near or min(near)[0] > NEAR_M:
        return None
    metres, pk = min(near)
    names = public_names(viewer, [pk])
    return Elsewhere(pk, names[pk][0], metres=metres) if pk in names else None


def helpline_of(organization: Organization, site: Site | None) -> str:
    """The number to call: the site's own helpline, else the organization's; empty: none."""
    own = site.contacts.filter(is_public=True).exclude(phone="").values_list("phone", flat=True).first() if site else ""
    if own:
        return str(own)
    policy = SupportPolicy.objects.filter(organization=organization).values_list("helpline", flat=True).first()
    return policy or ""
