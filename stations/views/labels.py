"""Labels with QR codes for EVSEs, to be printed; and where their codes lead."""

from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import segno
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import mark_safe

from stations.domain.public_codes import typed
from stations.models import Evse, Station
from stations.selectors import visible_evses, visible_sites
from stations.selectors.labels import Label, labelled_stations, labels_of
from stations.services.labels import give_codes
from stations.views.label_sheet import sheet
from stations.views.pages import ConsoleRequest, console, render_page
from stations.views.paging import Page, paginate_found
from stations.views.station_page import header, station_of

# Stations on a page to look at, and in a file to print.
SHOWN, PRINTED = 24, 120


def code(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code on a charger leads: to its site on the public map."""
    evse = get_object_or_404(Evse.objects.select_related("station__site"), public_code=typed(code))
    site = evse.station.site
    if not site.is_public or evse.station.quarantined_at is not None:
        raise Http404
    return redirect(f"{reverse('stations:map')}?{urlencode({'site': site.pk, 'charger': evse.public_code})}")


@console
def station_labels(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The labels of one station."""
    found = station_of(request, identity)
    labels = _labels(request, labelled_stations(request.user, None).filter(pk=found.pk))
    context = {**header(request, found, "labels"), **_shown(request, labels)}
    return render_page(request, "stations/station_labels.html", context)


@console
def station_labels_pdf(request: ConsoleRequest, identity: str) -> HttpResponse:
    """The same as a PDF."""
    found = station_of(request, identity)
    return _pdf(_labels(request, labelled_stations(request.user, None).filter(pk=found.pk)), identity)


@console
def label_list(request: ConsoleRequest) -> HttpResponse:
    """The labels of all stations, or of a site's: `?site=`."""
    page, site = _page(request, SHOWN)
    context = {"page": page, "site": site, "query": request.GET.urlencode(), "printed": PRINTED}
    return render_page(request, "stations/labels.html", context | _shown(request, _labels(request, page.items)))


@console
def label_list_pdf(request: ConsoleRequest) -> HttpResponse:
    """The same as a PDF, as many as one file holds from the same place on."""
    page, site = _page(request, PRINTED)
    return _pdf(_labels(request, page.items), site.name if site else "")


def _page(request: ConsoleRequest, size: int) -> tuple[Page, Any]:
    number = request.GET.get("site", "")
    site = None
    if number:
        site = get_object_or_404(visible_sites(request.user), pk=number if number.isascii() and number.isdigit() else 0)
    stations = labelled_stations(request.user, site)

    def beyond(key: str, backwards: bool) -> Any:
        rows = stations.reverse() if backwards else stations
        if key:
            rows = rows.filter(**{"identity__lt" if backwards else "identity__gt": key})
        return rows[: size + 1]

    return paginate_found(beyond, lambda station: str(station.identity), request.GET, size=size), site


def _labels(request: ConsoleRequest, stations: Any) -> list[Label]:
    found: list[Station] = list(stations)
    give_codes(evses=[evse for station in found for evse in station.evses.all()])
    return labels_of(found, request.build_absolute_uri(reverse("stations:code", args=["X"]))[:-1])


def _shown(request: ConsoleRequest, labels: list[Label]) -> dict[str, Any]:
    return {
        "labels": [(label, mark_safe(_svg(label.address))) for label in labels],  # noqa: S308 - segno's own, of ours
        "leads_to": request.build_absolute_uri("/"),
    }


def _svg(address: str) -> str:
    return segno.make_qr(address, error="m").svg_inline(border=0, omitsize=True)


@console
def label_svg(request: ConsoleRequest, code: str) -> HttpResponse:
    """One QR code as a file, for labels of one's own making."""
    evse = get_object_or_404(visible_evses(request.user), public_code=typed(code))
    out = BytesIO()
    address = request.build_absolute_uri(reverse("stations:code", args=[evse.public_code]))
    segno.make_qr(address, error="m").save(out, kind="svg", scale=10, border=4)
    response = HttpResponse(out.getvalue(), content_type="image/svg+xml")
    response["Content-Disposition"] = f'attachment; filename="{evse.public_code}.svg"'
    return response


def _pdf(labels: list[Label], name: str) -> HttpResponse:
    response = HttpResponse(sheet(labels), content_type="application/pdf")
    plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name) or "all"
    response["Content-Disposition"] = f'attachment; filename="labels-{plain}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
