"""How stations are connected."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from monitoring.selectors import connectivity
from stations.models import Station
from stations.views.pages import ConsoleRequest, console


@console
def station_connectivity(request: ConsoleRequest, identity: str) -> HttpResponse:
    """Whether a station is connected, since when, and how often it was not."""
    try:
        found = connectivity.connectivity_of(request.user, identity, now=timezone.now())
    except Station.DoesNotExist:
        raise Http404 from None
    return render(request, "monitoring/station_connectivity.html", {"connectivity": found, "station": found.station})
