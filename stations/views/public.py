"""The public map: anybody may look."""

from django.conf import settings
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control

from drivers.domain.roles import Permission
from drivers.permissions import memberships_granting
from stations.selectors.public import PublicSite, public_evses, public_site, public_sites

# The map shows every site; a list of all of a large network nobody reads.
LISTED = 100


@cache_control(max_age=0, private=True)
def public_map(request: HttpRequest) -> HttpResponse:
    """All public sites as map and list; `?q=` narrows the list, `?site=` opens one."""
    query = request.GET.get("q", "").strip()[:80]
    sites = [site for site in _sites(request) if _matches(site, query)]
    template = "stations/_map_list.html" if getattr(request, "htmx", False) else "stations/map.html"
    opened = request.GET.get("site", "")
    works_here = memberships_granting(request.user, Permission.VIEW_NETWORK).exists()
    context = {
        "sites": sites[:LISTED],
        "total": len(sites),
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
    """The same as GeoJSON, at most fifteen seconds old."""
    features = [
        {
            "type": "Feature",
            "id": site.id,
            "geometry": {"type": "Point", "coordinates": [float(site.longitude), float(site.latitude)]},
            "properties": {
                "name": site.name,
                "city": site.city,
                "state": site.state,
                "free": site.free,
                "total": site.total,
            },
        }
        for site in _sites(request)
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")


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


def _sites(request: HttpRequest) -> list[PublicSite]:
    """Everybody sees the same: computed at most every ten seconds, however many look."""
    sites: list[PublicSite] | None = cache.get_or_set("public.sites", lambda: public_sites(request.user), 10)
    return sites or []


def _matches(site: PublicSite, query: str) -> bool:
    return query.lower() in f"{site.name} {site.address} {site.city}".lower()
