"""Search everywhere: stations, sites, sessions, people, id tokens, pages, and things to do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from django.http import HttpResponse
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from drivers.domain.roles import GRANTS, Role
from drivers.models import IdToken, User
from stations.domain.status import Availability
from stations.models import Session, Site, Station
from stations.selectors import everywhere, visible_stations
from stations.selectors.glance import station_glance
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.search_actions import Offer, commands_meant, pages_meant, starts_meant
from stations.views.wording import Text

T = TypeVar("T")
OF_EACH = 5


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of the results. `recent`: whether the browser may keep it for the next time."""

    label: Text
    about: Text
    icon: str
    url: str
    glance: Availability | None = None
    opens_dialog: bool = False
    recent: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    heading: str
    hits: list[Hit] = field(default_factory=list)


@console
def search(request: ConsoleRequest) -> HttpResponse:
    """`?q=` everywhere the viewer may look; `here`: the page it is asked from. A page without script, too."""
    text = " ".join(request.GET.get("q", "").replace("\0", "").split())[:80]
    groups = _found(request, text) if text else []
    count = sum(len(group.hits) for group in groups)
    context = {"query": text, "groups": groups, "count": count}
    return render_page(
        request, "stations/search.html", context, fragments={"search-results": "stations/_search_options.html"}
    )


def _found(request: ConsoleRequest, text: str) -> list[Group]:
    viewer = request.user
    granted = {permission.value for m in request.memberships for permission in GRANTS[Role(m.role)]}

    def few(find: Callable[..., list[T]]) -> list[T]:
        return find(viewer, text, limit=OF_EACH)

    groups = [
        Group(_("Actions"), _offered(commands_meant(viewer, text, _station_at(request)))),
        Group(_("Stations"), [_station(station) for station in few(everywhere.stations_like)]),
        Group(_("Sites"), [_site(site) for site in few(everywhere.sites_like)]),
        Group(_("Sessions"), [_session(session) for session in few(everywhere.sessions_like)]),
        Group(_("Drivers"), [_driver(driver) for driver in few(everywhere.drivers_like)]),
        Group(_("Id tokens"), [_token(token) for token in few(everywhere.tokens_like)]),
        Group(_("Pages"), _offered([*starts_meant(text, granted), *pages_meant(text, granted)])),
    ]
    return [group for group in groups if group.hits]


def _station_at(request: ConsoleRequest) -> Station | None:
    """The station whose page it is asked from."""
    try:
        identity = resolve(request.GET.get("here", "")).kwargs.get("identity")
    except Resolver404:
        return None
    return visible_stations(request.user).filter(identity=identity).first() if identity else None


def _offered(offers: Iterable[Offer]) -> list[Hit]:
    return [Hit(one.label, one.about, one.icon, one.url, opens_dialog=one.opens_dialog) for one in offers]


def _station(station: Station) -> Hit:
    about = " · ".join(part for part in (station.name, station.site.name) if part)
    url = reverse("stations:station", args=[station.identity])
    return Hit(station.identity, about, "station", url, glance=station_glance(station), recent=True)


def _site(site: Site) -> Hit:
    return Hit(site.name, site.city, "site", reverse("stations:site", args=[site.pk]), recent=True)


def _session(session: Session) -> Hit:
    about = f"{session.station.identity} · {session.id_token}" if session.id_token else session.station.identity
    return Hit(session.transaction_id, about, "session", reverse("stations:session", args=[session.pk]))


def _driver(driver: User) -> Hit:
    about = driver.email if driver.name else ""
    return Hit(driver.name or driver.email, about, "user", reverse("stations:driver", args=[driver.pk]))


def _token(token: IdToken) -> Hit:
    about = " · ".join(part for part in (token.label, str(token.driver or "")) if part)
    return Hit(token.value, about, "lock", reverse("stations:token", args=[token.pk]))
