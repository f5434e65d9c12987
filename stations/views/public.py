"""The public map: anybody may look."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from drivers.domain.roles import Permission
from drivers.permissions import memberships_granting
from stations.domain.clusters import MAX_ZOOM, WORLD, Cluster, Place, box_of, clustered
from stations.selectors.public import public_evses, public_names, public_places, public_site, public_sites, state_of
from stations.views.costly import shared

# The map has every site; a list of all of a large network nobody reads.
LISTED = 100


@cache_control(max_age=0, private=True)
def public_map(request: HttpRequest) -> HttpResponse:
    """All public sites as map and list; `?q=` narrows the list, `?site=` opens one."""
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
        context |= {"site": found, "evses": public_evses(request.user, found)}
    return render(request, template, context)


@cache_control(max_age=15, public=True)
def public_sites_geojson(request: HttpRequest) -> JsonResponse:
    """The same as GeoJSON, at most half a minute old: `?bbox=west,south,east,north` (else the world) at `?zoom=` (else
    3). Sites that would cover each other there are one feature, a cluster with the number of its `sites`."""
    box = box_of(request.GET["bbox"]) if "bbox" in request.GET else WORLD
    zoom = request.GET.get("zoom", "3")
    if box is None or not (zoom.isascii() and zoom.isdigit()):
        return JsonResponse({"detail": _("bbox is west,south,east,north in degrees, zoom a whole number.")}, status=400)
    # Everybody sees the same.
    places: list[Place] = shared("public.places", lambda: public_places(request.user), fresh_s=10)
    alone, clusters = clustered(places, box, min(int(zoom[:3]), MAX_ZOOM))
    names = public_names(request.user, [place.id for place in alone])
    features = [
        *(_site_feature(place, *names[place.id]) for place in alone if place.id in names),
        *(_cluster_feature(cluster) for cluster in clusters),
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


def _site_feature(place: Place, name: str, city: str) -> dict[str, Any]:
    properties = {
        "name": name,
        "city": city,
        "state": state_of(place.free, place.busy),
        "free": place.free,
        "total": place.total,
        "sites": 1,
    }
    return _feature(place.id, place.longitude, place.latitude, properties)


def _cluster_feature(cluster: Cluster) -> dict[str, Any]:
    free, busy = sum(place.free for place in cluster.places), sum(place.busy for place in cluster.places)
    total = sum(place.total for place in cluster.places)
    properties = {"state": state_of(free, busy), "free": free, "total": total, "sites": len(cluster.places)}
    return _feature(f"cluster-{cluster.key}", cluster.longitude, cluster.latitude, properties)


def _feature(id: int | str, longitude: float, latitude: float, properties: dict[str, Any]) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [round(longitude, 6), round(latitude, 6)]}
    return {"type": "Feature", "id": id, "geometry": point, "properties": properties}


@cache_control(max_age=0, private=True)
def public_site_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """One site: its EVSEs with connectors, power and whether they are free."""
    site = public_site(request.user, pk)
    if site is None:
        raise Http404
    return render(request, "stations/_map_site.html", {"site": site, "evses": public_evses(request.user, site)})


def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers and tools ask for it here, whatever a page says."""
    return redirect(static("img/favicon.svg"))
