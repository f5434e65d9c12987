"""/stations/"""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from drivers.domain.roles import Permission
from stations.api.access import ConnectionSerializer, ProfileUpgradeSerializer, SharedIdentitySerializer, part
from stations.api.base import Resource
from stations.api.equipment import AT_A_GLANCE, OutletSerializer
from stations.api.fields import VisibleField
from stations.domain.status import Availability
from stations.models import Station
from stations.models.station import IDENTITY
from stations.permissions import require
from stations.selectors import visible_sites, visible_stations, with_evses
from stations.selectors.glance import station_glance
from stations.services import network, onboarding, provisioning


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
        Station.SecurityProfile.choices,
        required=False,
        help_text="0: none, which lets in anybody who knows the identity; 1: password, 2: TLS and password, 3: client "
        "certificate. A new station has 1.",
    )
    is_insecure = serializers.SerializerMethodField(help_text="Whether it may connect without any credentials.")
    connection = part(ConnectionSerializer, "The open socket.")
    profile_upgrade = part(ProfileUpgradeSerializer, "The latest upgrade of its security profile.")
    shared_identity = part(SharedIdentitySerializer, "The latest time that two chargers came with its identity.")
    registration = serializers.ChoiceField(
        Station.Registration.choices,
        required=False,
        help_text="What its BootNotification is answered with; one that is connected and accepted boots at once.",
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
            "registration",
            "connected",
            "status",
            "protocol",
            "vendor",
            "model",
            "serial_number",
            "firmware_version",
            "quarantined_at",
            "booted_at",
            "last_seen",
            "created_at",
            "is_insecure",
            "connection",
            "profile_upgrade",
            "shared_identity",
            "evses",
        )
        read_only_fields = fields[7:]

    def get_is_insecure(self, station: Station) -> bool:
        return station.security_profile == Station.SecurityProfile.NONE

    @extend_schema_field(AT_A_GLANCE)
    def get_status(self, station: Station) -> Availability:
        return station_glance(station)

    def validate_identity(self, value: str) -> str:
        if self.instance and value != self.instance.identity:
            raise serializers.ValidationError("An identity cannot be changed; make a new station.")
        return value


class StationFilter(filters.FilterSet):  # type: ignore[misc]
    connected = filters.BooleanFilter("connection", lookup_expr="isnull", exclude=True, label="Has an open socket now.")
    site = filters.ModelChoiceFilter(queryset=lambda request: visible_sites(request.user), label="Id of the site.")
    quarantined = filters.BooleanFilter(
        "quarantined_at", lookup_expr="isnull", exclude=True, label="Came unannounced, and is not taken in."
    )

    class Meta:
        model = Station
        fields = (
            "connected",
            "site",
            "registration",
            "quarantined",
            "protocol",
            "security_profile",
            "vendor",
            "model",
            "firmware_version",
        )


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
        stations = visible_stations(self.viewer).select_related("connection", "profile_upgrade", "shared_identity")
        return with_evses(stations)

    def make(self, values: dict[str, Any]) -> Station:
        require(self.viewer, Permission.MANAGE_NETWORK, values["site"])
        registration = values.pop("registration", Station.Registration.ACCEPTED)
        station = provisioning.create_station(**values)
        if registration != station.registration:
            onboarding.set_registration(station=station, registration=registration, by=self.viewer)
        return station

    def change(self, row: Station, changes: dict[str, Any]) -> None:
        for site in {row.site, changes.get("site", row.site)}:
            require(self.viewer, Permission.MANAGE_NETWORK, site)
        changes.pop("identity", None)
        registration = changes.pop("registration", row.registration)
        network.update_station(station=row, **changes)
        if registration != row.registration:
            onboarding.set_registration(station=row, registration=registration, by=self.viewer)

    def remove(self, row: Station) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row.site)
        network.delete_station(station=row)
