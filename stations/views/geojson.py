"""Maps: what part of the world is asked for, and points in it."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from stations.domain.clusters import MAX_ZOOM, WORLD, Box, box_of


def asked(request: HttpRequest) -> tuple[Box, int] | None:
    """`?bbox=west,south,east,north` (else the world) and `?zoom=` (else 3); None for nonsense."""
    box = box_of(request.GET["bbox"]) if "bbox" in request.GET else WORLD
    zoom = request.GET.get("zoom", "3")
    if box is None or not (zoom.isascii() and zoom.isdigit()):
        return None
    return box, min(int(zoom[:3]), MAX_ZOOM)


def refusal() -> JsonResponse:
    """The answer to nonsense."""
    return JsonResponse({"detail": _("bbox is west,south,east,north in degrees, zoom a whole number.")}, status=400)


def feature(id: int | str, longitude: float, latitude: float, properties: dict[str, Any]) -> dict[str, Any]:
    """A point (RFC 7946 3.2)."""
    point = {"type": "Point", "coordinates": [round(longitude, 6), round(latitude, 6)]}
    return {"type": "Feature", "id": id, "geometry": point, "properties": properties}


def collection(features: list[dict[str, Any]]) -> JsonResponse:
    """The answer with all of them."""
    return JsonResponse({"type": "FeatureCollection", "features": features}, content_type="application/geo+json")
