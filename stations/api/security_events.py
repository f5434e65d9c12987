"""/security-events/"""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets

from stations.api.base import ID
from stations.models import SecurityEvent
from stations.selectors import visible_security_events


class SecurityEventSerializer(serializers.ModelSerializer[SecurityEvent]):
    station = serializers.CharField(source="station.identity", help_text="Identity.")

    class Meta:
        model = SecurityEvent
        fields = ("id", "station", "type", "is_critical", "tech_info", "at", "received_at")
        read_only_fields = fields


class SecurityEventFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    received_after = filters.IsoDateTimeFilter("received_at", lookup_expr="gte")
    received_before = filters.IsoDateTimeFilter("received_at", lookup_expr="lt")

    class Meta:
        model = SecurityEvent
        fields = ("station", "type", "is_critical")


class SecurityEventViewSet(viewsets.ReadOnlyModelViewSet[SecurityEvent]):
    """What chargers reported of their security, newest first."""

    queryset = SecurityEvent.objects.none()
    serializer_class = SecurityEventSerializer
    filterset_class = SecurityEventFilter
    ordering = ("-id",)
    ordering_fields = ("id", "at", "received_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[SecurityEvent]:
        return visible_security_events(self.request.user)
