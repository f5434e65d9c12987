"""/display-messages/ and /customer-information/"""

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers, viewsets

from stations.api.base import ID
from stations.models import CustomerInformation, DisplayMessage
from stations.selectors.devices import visible_customer_information, visible_display_messages


class DisplayMessageSerializer(serializers.ModelSerializer[DisplayMessage]):
    """A message on a station's display; `number` is its id on the wire."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")

    class Meta:
        model = DisplayMessage
        fields = (
            "id",
            "station",
            "number",
            "state",
            "refusal",
            "refusal_reason",
            "priority",
            "shown_while",
            "starts_at",
            "ends_at",
            "transaction_id",
            "component",
            "component_instance",
            "evse_number",
            "format",
            "language",
            "content",
            "extras",
            "changed_at",
        )
        read_only_fields = fields


class DisplayMessageFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")

    class Meta:
        model = DisplayMessage
        fields = ("station", "number", "state", "priority", "transaction_id")


class DisplayMessageViewSet(viewsets.ReadOnlyModelViewSet[DisplayMessage]):
    """Messages on displays (OCPP 2.x), set, asked for and removed by commands."""

    queryset = DisplayMessage.objects.none()
    serializer_class = DisplayMessageSerializer
    filterset_class = DisplayMessageFilter
    ordering = ("-id",)
    ordering_fields = ("id", "changed_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[DisplayMessage]:
        return visible_display_messages(self.request.user)


class CustomerInformationSerializer(serializers.ModelSerializer[CustomerInformation]):
    """What a station told of a customer."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")
    request_id = serializers.IntegerField(source="report.request_id")
    status = serializers.CharField(source="report.status", help_text="The station's answer.")
    is_complete = serializers.BooleanField(source="report.is_complete", help_text="Whether all parts came.")
    asked_at = serializers.DateTimeField(source="report.asked_at")
    text = serializers.CharField(help_text="What came so far, in order.")

    class Meta:
        model = CustomerInformation
        fields = (
            "id",
            "station",
            "request_id",
            "status",
            "is_complete",
            "asked_at",
            "id_token",
            "id_token_type",
            "customer_identifier",
            "certificate_serial_number",
            "wants_report",
            "wants_clearing",
            "text",
        )
        read_only_fields = fields


class CustomerInformationFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    request_id = filters.NumberFilter("report__request_id")

    class Meta:
        model = CustomerInformation
        fields = ("station", "request_id", "id_token", "customer_identifier")


class CustomerInformationViewSet(viewsets.ReadOnlyModelViewSet[CustomerInformation]):
    """What stations told of customers (OCPP 2.x N09, N10), newest first; kept for a few days."""

    queryset = CustomerInformation.objects.none()
    serializer_class = CustomerInformationSerializer
    filterset_class = CustomerInformationFilter
    ordering = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[CustomerInformation]:
        return visible_customer_information(self.request.user)
