"""/settlements/ and /vat-checks/"""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from stations.api.base import ID
from stations.models import Settlement, VatCheck
from stations.selectors import visible_sessions
from stations.selectors.tokens import visible_settlements, visible_vat_checks


class SettlementSerializer(serializers.ModelSerializer[Settlement]):
    """What a station's payment terminal told of a payment (OCPP 2.1)."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")
    company = serializers.SerializerMethodField(help_text="Name and address for the receipt, as on the wire.")

    class Meta:
        model = Settlement
        fields = (
            "id",
            "station",
            "session",
            "transaction_id",
            "psp_ref",
            "status",
            "status_info",
            "amount",
            "settled_at",
            "receipt_id",
            "receipt_url",
            "vat_number",
            "company",
            "received_at",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_company(self, row: Settlement) -> dict[str, Any]:
        return dict(row.company)


class SettlementFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    session = filters.ModelChoiceFilter(queryset=lambda request: visible_sessions(request.user))
    settled_after = filters.IsoDateTimeFilter("settled_at", lookup_expr="gte")
    settled_before = filters.IsoDateTimeFilter("settled_at", lookup_expr="lt")

    class Meta:
        model = Settlement
        fields = ("station", "session", "transaction_id", "psp_ref", "status")


class SettlementViewSet(viewsets.ReadOnlyModelViewSet[Settlement]):
    """Ad hoc payments that stations settled or released, newest first."""

    queryset = Settlement.objects.none()
    serializer_class = SettlementSerializer
    filterset_class = SettlementFilter
    ordering = ("-id",)
    ordering_fields = ("id", "settled_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Settlement]:
        return visible_settlements(self.request.user)


class VatCheckSerializer(serializers.ModelSerializer[VatCheck]):
    """A VAT number that a driver gave at a station, and what we answered."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")
    evse = serializers.IntegerField(source="evse_number", allow_null=True, help_text="Number.")

    class Meta:
        model = VatCheck
        fields = ("id", "station", "evse", "vat_number", "is_accepted", "at")
        read_only_fields = fields


class VatCheckFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")

    class Meta:
        model = VatCheck
        fields = ("station", "vat_number", "is_accepted")


class VatCheckViewSet(viewsets.ReadOnlyModelViewSet[VatCheck]):
    """VAT numbers that stations asked about (OCPP 2.1), newest first."""

    queryset = VatCheck.objects.none()
    serializer_class = VatCheckSerializer
    filterset_class = VatCheckFilter
    ordering = ("-id",)
    ordering_fields = ("id", "at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[VatCheck]:
        return visible_vat_checks(self.request.user)
