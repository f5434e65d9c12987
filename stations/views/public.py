"""The public map: anybody may look."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.cache import cache_control

from drivers.domain.roles import Permission
from drivers.permissions import memberships_granting
from stations.domain.clusters import Cluster, clustered
from stations.domain.public_codes import typed
from stations.models import Evse, Site
from stations.selectors.public import (
    Place,
    public_evses,
    public_names,
    public_place,
    public_places,
    public_site,
    public_sites,
    state_of,
)
from stations.views.costly import shared
from stations.views.geojson import asked, collection, feature, refusal

# The map has every site; a list of all of a large network nobody reads.
LISTED = 100


@cache_control(max_age=0, private=True)
def public_map(request: HttpRequest) -> HttpResponse:
    """All public sites as map and list; `?q=` narrows the list, `?site=` opens one, `&charger=` says at which of its
    chargers one stands."""
    query = request.GET.get("q", "").strip()[:80]
    sites, total = public_sites(request.user, text=query, limit=LISTED)
    template = "stations/_map_list.html" if getattr(request, "htmx", False) else "stations/map.html"
    opened = request.GET.get("site", "")
    works_here = memberships_granting(request.user, Permission.VIEW_NETWORK).exists()
    context = {
        "sites": sites,
        "total": total,
        "query": query,
        "tile_url": settings.TILE_URL,
        "is_operator": works_here,
        "site": None,
    }
    if opened.isascii() and opened.isdigit() and (found := public_site(request.user, int(opened))):
        context |= _panel(request, found) | {"code": _code_of(found, request.GET.get("charger", ""))}
    return render(request, template, context)


@cache_control(max_age=15, public=True)
def public_sites_geojson(request: HttpRequest) -> JsonResponse:
    """The same as GeoJSON, at most half a minute old: `?bbox=west,south,east,north` (else the world) at `?zoom=` (else
    3). Sites that would cover each other there are one feature, a cluster with the number of its `sites`."""
    if (view := asked(request)) is None:
        return refusal()
    # Everybody sees the same.
    places: list[Place] = shared("public.places", lambda: public_places(request.user), fresh_s=10)
    alone, clusters = clustered(places, *view)
    names = public_names(request.user, [place.id for place in alone])
    features = [
        *(_site_feature(place, *names[place.id]) for place in alone if place.id in names),
        *(_cluster_feature(cluster) for cluster in clusters),
    ]
    return collection(features)


def _site_feature(place: Place, name: str, city: str) -> dict[str, Any]:
    properties = {
        "name": name,
        "city": city,
        "state": state_of(place.free, place.busy),
        "free": place.free,
        "total": place.total,
        "sites": 1,
    }
    return feature(place.id, place.longitude, place.latitude, properties)


def _cluster_feature(cluster: Cluster[Place]) -> dict[str, Any]:
    free, busy = sum(place.free for place in cluster.places), sum(place.busy for place in cluster.places)
    total = sum(place.total for place in cluster.places)
    properties = {"state": state_of(free, busy), "free": free, "total": total, "sites": len(cluster.places)}
    return feature(f"cluster-{cluster.key}", cluster.longitude, cluster.latitude, properties)


@cache_control(max_age=0, private=True)
def public_site_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """One site: its EVSEs with connectors, power and whether they are free."""
    site = public_site(request.user, pk)
    if site is None:
        raise Http404
    return render(request, "stations/_map_site.html", _panel(request, site))


def _code_of(site: Site, text: str) -> str:
    """The charger whose QR code led here; empty: none of this site."""
    code = typed(text[:20])
    return code if code and Evse.objects.filter(public_code=code, station__site=site).exists() else ""


def _panel(request: HttpRequest, site: Site) -> dict[str, Any]:
    place = public_place(request.user, site, now=timezone.now())
    return {"site": site, "place": place, "opening": place.opening, "evses": public_evses(request.user, site)}


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers and tools ask for it here, whatever a page says."""
    return redirect(static("img/favicon.svg"))
