"""The map of the console: every site that somebody sees, public or not."""

from collections.abc import Collection
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stations.domain.clusters import clustered
from stations.domain.status import Availability
from stations.permissions import scope_key
from stations.selectors import site_map as selectors
from stations.selectors.glance import BROKEN
from stations.views import wording
from stations.views.costly import shared
from stations.views.geojson import asked, collection, feature, refusal
from stations.views.overview import words_of
from stations.views.pages import ConsoleRequest, console


@console
def sites_geojson(request: ConsoleRequest) -> JsonResponse:
    """All sites that the viewer sees; see `drawn`."""
    return drawn(request)


def drawn(request: ConsoleRequest, *, only: Collection[int] | None = None) -> JsonResponse:
    """Sites by their worst status, as of `words_of`; `?bbox=` and `?zoom=` as on the public map. Sites that would cover
    each other are one feature. `only`: ids of those that are asked for, of what the viewer sees."""
    if (view := asked(request)) is None:
        return refusal()
    viewer = request.user
    key = f"site-map.{scope_key(viewer)}"
    places = shared(key, lambda: selectors.spots(viewer, words_of(viewer)))
    if only is not None:
        places = [place for place in places if place.id in only]
    alone, clusters = clustered(places, *view)
    names = selectors.names(viewer, [place.id for place in alone])
    features = [
        feature(spot.id, spot.longitude, spot.latitude, _told(names[spot.id], spot.word, spot.affected, spot.total))
        for spot in alone
        if spot.id in names
    ]
    for cluster in clusters:
        count = len(cluster.places)
        name = ngettext("%(n)s site", "%(n)s sites", count) % {"n": count}
        told = _told(name, *selectors.together(cluster.places)) | {"sites": count}
        features.append(feature(f"cluster-{cluster.key}", cluster.longitude, cluster.latitude, told))
    answer = collection(features)
    answer["Cache-Control"] = "no-store"
    return answer


def _told(name: str, availability: Availability, affected: int, total: int) -> dict[str, Any]:
    word = wording.AVAILABILITY[availability]
    label = _("%(name)s: no stations") % {"name": name}
    if total:
        values = {"name": name, "status": word.label, "affected": affected, "total": total}
        label = ngettext(
            "%(name)s: %(status)s, %(affected)s of %(total)s station",
            "%(name)s: %(status)s, %(affected)s of %(total)s stations",
            total,
        )
        label %= values
    broken = affected if availability in BROKEN else 0
    return {"label": label, "tone": word.tone, "icon": word.icon, "broken": broken, "sites": 1}
