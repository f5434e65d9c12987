"""Public status pages of networks and sites: no account, and the same for everybody, so that caches may keep them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from monitoring.domain.status_page import Condition
from monitoring.selectors import status_page as selectors
from monitoring.selectors import status_words
from monitoring.selectors.status_page import Published, SiteStatus, Status
from monitoring.views import status_wording as wording
from monitoring.views.status_drawing import bars
from stations.views.costly import shared

P = ParamSpec("P")

# As old a page may be; caches between may keep it for as long again.
FRESH_S = 15
SITES_SHOWN = 50
_ORDER = {condition: number for number, condition in enumerate(Condition)}


def public(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that anybody may read and any cache may keep; `?lang=` says in which language. What a crowd asks for is
    written out once a second; what one searches for is not kept."""

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        with_language(request)
        if request.GET.keys() - {"lang"}:
            return view(request, *args, **kwargs)
        key = f"status.page.{translation.get_language()}.{request.get_host()}{request.get_full_path()}"
        return shared(key, lambda: view(request, *args, **kwargs))

    kept: Any = cache_control(public=True, max_age=FRESH_S)(conditional_page(require_safe(answered)))
    return kept  # type: ignore[no-any-return]


def with_language(request: HttpRequest) -> str:
    """Speak the language of `?lang=`, if it is one of ours; returns what links to other pages end with."""
    asked = request.GET.get("lang", "")
    if asked not in dict(settings.LANGUAGES):
        return ""
    translation.activate(asked)
    return f"?lang={asked}"


@public
def index(request: HttpRequest) -> HttpResponse:
    """The networks with a status page; the only one at once."""
    networks = list(selectors.published_networks())
    if len(networks) == 1:
        return redirect("monitoring:status-network", networks[0].slug)
    return render(request, "monitoring/status/index.html", {"networks": networks, **frame(request)})


def network_now(slug: str) -> Status:
    """What the page of a network says, at most `FRESH_S` old. Raises Http404."""
    page = selectors.page_of(slug)
    if page is None:
        raise Http404
    return shared(f"status.{page.pk}", lambda: selectors.network_status(page, now=timezone.now()), fresh_s=FRESH_S)


def site_now(slug: str, site: int) -> Status:
    """The same of a site. Raises Http404."""
    page = selectors.page_of(slug)
    found = selectors.shown_site(page, site) if page else None
    if page is None or found is None:
        raise Http404
    return shared(
        f"status.site.{found.pk}", lambda: selectors.site_status(page, found, now=timezone.now()), fresh_s=FRESH_S
    )


@public
def network(request: HttpRequest, slug: str) -> HttpResponse:
    """A network: how it is, what is wrong, what is planned, ninety days, its sites; `?q=` narrows their list."""
    status = network_now(slug)
    text = request.GET.get("q", "").strip()[:80]
    rows = [site for site in status.sites if text.lower() in f"{site.name} {site.city}".lower()]
    rows.sort(key=lambda site: (_ORDER[site.points.condition], site.name))
    page = Paginator(rows, SITES_SHOWN).get_page(request.GET.get("page"))
    context = {
        **_page(request, status),
        "rows": [(site, wording.SHORT[site.points.condition], _bars(site)) for site in page],
        "page": page,
        "query": text,
    }
    return render(request, "monitoring/status/page.html", context)


@public
def site(request: HttpRequest, slug: str, site: int) -> HttpResponse:
    """One site of a network."""
    return render(request, "monitoring/status/page.html", _page(request, site_now(slug, site)))


def _bars(site: SiteStatus) -> Any:
    return bars(site.days) if site.days else None


def _page(request: HttpRequest, status: Status) -> dict[str, Any]:
    return {
        "status": status,
        "condition": wording.CONDITIONS[status.points.condition],
        "bars": bars(status.days),
        "days": list(reversed(status.days)),
        "open": [_told(incident, status) for incident in status.open],
        "past": [_told(incident, status) for incident in status.past],
        **frame(request),
    }


def _told(incident: Published, status: Status) -> dict[str, Any]:
    return {
        "incident": incident,
        "title": status_words.title(incident, network=status.name),
        "state": wording.STATES[incident.state],
        "updates": [(update, wording.STATES[update.state], status_words.said(update)) for update in incident.updates],
    }


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of each page needs: this address, and the other languages."""
    current = translation.get_language()
    return {
        "here": request.get_full_path(),
        "lang": with_language(request),
        "languages": [code for code, _name in settings.LANGUAGES if code != current],
    }
