"""/stations/"""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from drivers.domain.roles import Permission
from stations.api.base import Resource
from stations.api.equipment import AT_A_GLANCE, OutletSerializer
from stations.api.fields import VisibleField
from stations.domain.status import Availability, ConnectorStatus, station_availability
from stations.models import Station
from stations.models.station import IDENTITY
from stations.permissions import require
from stations.selectors import visible_sites, visible_stations, with_evses
from stations.selectors.glance import evse_glance
from stations.services import network, provisioning


class StationSerializer(serializers.ModelSerializer[Station]):
    site = VisibleField("id", visible_sites)
    # 40 is what OCPP can carry; at least 16 is recommended (OCPP 2.0.1 A00.FR.205), old chargers take less.
    password = serializers.CharField(
        write_only=True,
        required=False,
        min_length=8,
        max_length=40,
        trim_whitespace=False,
        help_text="Basic-auth password; security profiles 1 and 2 need one.",
    )
    security_profile = serializers.ChoiceField(
        Station.SecurityProfile.choices, help_text="0: none, 1: password, 2: TLS and password, 3: client certificate."
    )
    connected = serializers.BooleanField(read_only=True, help_text="Whether it has an open socket now.")
    status = serializers.SerializerMethodField(help_text="At a glance, from its EVSEs.")
    evses = OutletSerializer(many=True, read_only=True)

    class Meta:
        model = Station
        fields = (
            "id",
            "identity",
            "name",
            "site",
            "security_profile",
            "password",
            "connected",
            "status",
            "protocol",
            "vendor",
            "model",
            "serial_number",
            "firmware_version",
            "registration",
            "booted_at",
            "last_seen",
            "created_at",
            "evses",
        )
        read_only_fields = fields[8:]

    @extend_schema_field(AT_A_GLANCE)
    def get_status(self, station: Station) -> Availability:
        evses = [evse_glance(evse, connected=station.connected) for evse in station.evses.all()]
        faulted = station.status == ConnectorStatus.FAULTED
        return station_availability(evses, connected=station.connected, faulted=faulted)

    def validate_identity(self, value: str) -> str:
        if self.instance and value != self.instance.identity:
            raise serializers.ValidationError("An identity cannot be changed; make a new station.")
        return value


class StationFilter(filters.FilterSet):  # type: ignore[misc]
    connected = filters.BooleanFilter("connection", lookup_expr="isnull", exclude=True, label="Has an open socket now.")
    site = filters.ModelChoiceFilter(queryset=lambda request: visible_sites(request.user), label="Id of the site.")

    class Meta:
        model = Station
        fields = ("connected", "site", "protocol", "security_profile", "vendor", "model", "firmware_version")


class StationViewSet(Resource[Station]):
    """Charging stations, addressed by their identity (percent-encoded where a URL needs it)."""

    queryset = Station.objects.none()
    serializer_class = StationSerializer
    filterset_class = StationFilter
    search_fields = ("identity", "name", "serial_number", "vendor", "model", "site__name")
    ordering = ("identity",)
    ordering_fields = ("id", "identity", "created_at")
    lookup_field = "identity"
    lookup_value_regex = IDENTITY

    def get_queryset(self) -> QuerySet[Station]:
        return with_evses(visible_stations(self.viewer))

    def make(self, values: dict[str, Any]) -> Station:
        require(self.viewer, Permission.MANAGE_NETWORK, values["site"])
        return provisioning.create_station(**values)

    def change(self, row: Station, changes: dict[str, Any]) -> None:
        for site in {row.site, changes.get("site", row.site)}:
            require(self.viewer, Permission.MANAGE_NETWORK, site)
        changes.pop("identity", None)
        network.update_station(station=row, **changes)

    def remove(self, row: Station) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row.site)
        network.delete_station(station=row)
