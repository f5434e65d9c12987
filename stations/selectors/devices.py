"""What stations told of themselves: monitors, events, streams, display messages, customers."""

from django.db.models import QuerySet

from drivers.domain.roles import Permission
from drivers.permissions import Viewer
from stations.models import (
    CustomerInformation,
    DeviceEvent,
    DisplayMessage,
    EventStream,
    Monitor,
    StreamValue,
)
from stations.permissions import sites_granting
from stations.selectors import visible_sites


def visible_monitors(viewer: Viewer) -> QuerySet[Monitor]:
    return Monitor.objects.filter(station__site__in=visible_sites(viewer)).select_related("station")


def visible_device_events(viewer: Viewer) -> QuerySet[DeviceEvent]:
    return DeviceEvent.objects.filter(station__site__in=visible_sites(viewer)).select_related("station")


def visible_event_streams(viewer: Viewer) -> QuerySet[EventStream]:
    return EventStream.objects.filter(station__site__in=visible_sites(viewer)).select_related("station")


def visible_stream_values(viewer: Viewer) -> QuerySet[StreamValue]:
    return StreamValue.objects.filter(stream__station__site__in=visible_sites(viewer))


def monitor_of(stream: EventStream) -> Monitor | None:
    """The monitor whose values a stream carries; None for one the station never told of (OCPP 2.1 N11.FR.08)."""
    if stream.monitor_number is None:
        return None
    return Monitor.objects.filter(station=stream.station_id, number=stream.monitor_number).first()


def visible_display_messages(viewer: Viewer) -> QuerySet[DisplayMessage]:
    return DisplayMessage.objects.filter(station__site__in=visible_sites(viewer)).select_related("station")


def visible_customer_information(viewer: Viewer) -> QuerySet[CustomerInformation]:
    """What stations store of customers: for those who may see id tokens."""
    sites = sites_granting(viewer, Permission.VIEW_TOKENS)
    return CustomerInformation.objects.filter(station__site__in=sites).select_related("station", "report")
