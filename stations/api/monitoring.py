"""/device-events/, /event-streams/, and of one station: /monitors/"""

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from rest_framework import generics, serializers, viewsets

from stations.api.base import ID
from stations.models import DeviceEvent, EventStream, Monitor, StreamValue
from stations.models.variable import PLACE
from stations.selectors import visible_stations
from stations.selectors.devices import (
    monitor_of,
    visible_device_events,
    visible_event_streams,
    visible_monitors,
    visible_stream_values,
)


class DeviceEventSerializer(serializers.ModelSerializer[DeviceEvent]):
    """What happened in a station; `number` is the event's id on the wire."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")

    class Meta:
        model = DeviceEvent
        fields = (
            "id",
            "station",
            "number",
            "at",
            "received_at",
            "trigger",
            "notification_type",
            *PLACE,
            "actual_value",
            "severity",
            "cleared",
            "cause",
            "monitor_number",
            "transaction_id",
            "tech_code",
            "tech_info",
        )
        read_only_fields = fields


class DeviceEventFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    severity_up_to = filters.NumberFilter("severity", lookup_expr="lte", label="0 (danger) to 9 (debug).")
    received_after = filters.IsoDateTimeFilter("received_at", lookup_expr="gte")
    received_before = filters.IsoDateTimeFilter("received_at", lookup_expr="lt")

    class Meta:
        model = DeviceEvent
        fields = ("station", "trigger", "component", "name", "cleared", "transaction_id", "monitor_number")


class DeviceEventViewSet(viewsets.ReadOnlyModelViewSet[DeviceEvent]):
    """Events of monitors and hardware (OCPP 2.x), newest first."""

    queryset = DeviceEvent.objects.none()
    serializer_class = DeviceEventSerializer
    filterset_class = DeviceEventFilter
    ordering = ("-id",)
    ordering_fields = ("id", "received_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[DeviceEvent]:
        return visible_device_events(self.request.user)


class MonitorSerializer(serializers.ModelSerializer[Monitor]):
    """A monitor on a variable; `number` is its id on the wire."""

    class Meta:
        model = Monitor
        fields = (
            "number",
            *PLACE,
            "type",
            "value",
            "severity",
            "in_transaction",
            "notification_type",
            "stream_interval_s",
            "stream_values",
            "reported_at",
        )
        read_only_fields = fields


class MonitorFilter(filters.FilterSet):  # type: ignore[misc]
    class Meta:
        model = Monitor
        fields = ("number", "component", "name", "type", "severity")


class MonitorListView(generics.ListAPIView[Monitor]):
    """The monitors of a station, as far as it told of them."""

    queryset = Monitor.objects.none()
    serializer_class = MonitorSerializer
    filterset_class = MonitorFilter
    ordering = ("number",)
    ordering_fields = ("number",)

    def get_queryset(self) -> QuerySet[Monitor]:
        station = get_object_or_404(visible_stations(self.request.user), identity=self.kwargs["identity"])
        return visible_monitors(self.request.user).filter(station=station)


class EventStreamSerializer(serializers.ModelSerializer[EventStream]):
    """A periodic event stream; `number` and `monitor_number` are ids on the wire."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")

    class Meta:
        model = EventStream
        fields = (
            "id",
            "station",
            "number",
            "monitor_number",
            "interval_s",
            "values_per_message",
            "opened_at",
            "closed_at",
            "pending",
            "last_value_at",
        )
        read_only_fields = fields


class EventStreamFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    open = filters.BooleanFilter("closed_at", lookup_expr="isnull", label="Not closed.")

    class Meta:
        model = EventStream
        fields = ("station", "number", "monitor_number", "open")


class EventStreamViewSet(viewsets.ReadOnlyModelViewSet[EventStream]):
    """Periodic event streams (OCPP 2.1), newest first."""

    queryset = EventStream.objects.none()
    serializer_class = EventStreamSerializer
    filterset_class = EventStreamFilter
    ordering = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[EventStream]:
        return visible_event_streams(self.request.user)


class StreamValueSerializer(serializers.ModelSerializer[StreamValue]):
    """A value, with what its stream's monitor tells of it, as a NotifyEvent would."""

    component = serializers.SerializerMethodField(help_text="Null where the monitor is unknown.")
    name = serializers.SerializerMethodField(help_text="Variable; null where the monitor is unknown.")
    severity = serializers.SerializerMethodField(help_text="Null where the monitor is unknown.")

    class Meta:
        model = StreamValue
        fields = ("at", "value", "component", "name", "severity")
        read_only_fields = ("at", "value")

    def _monitor(self) -> Monitor | None:
        return cast("Monitor | None", self.context["monitor"])

    def get_component(self, value: StreamValue) -> str | None:
        monitor = self._monitor()
        return monitor.component if monitor else None

    def get_name(self, value: StreamValue) -> str | None:
        monitor = self._monitor()
        return monitor.name if monitor else None

    def get_severity(self, value: StreamValue) -> int | None:
        monitor = self._monitor()
        return monitor.severity if monitor else None


class StreamValueListView(generics.ListAPIView[StreamValue]):
    """The values of a stream, oldest first."""

    queryset = StreamValue.objects.none()
    serializer_class = StreamValueSerializer
    filter_backends = ()
    ordering = "at"

    def get_queryset(self) -> QuerySet[StreamValue]:
        self.stream = get_object_or_404(visible_event_streams(self.request.user), pk=self.kwargs["id"])
        return visible_stream_values(self.request.user).filter(stream=self.stream)

    def get_serializer_context(self) -> dict[str, Any]:
        stream = getattr(self, "stream", None)
        return {**super().get_serializer_context(), "monitor": monitor_of(stream) if stream else None}
