"""/evses/ and /connectors/"""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from drivers.domain.roles import Permission
from stations.api.base import ID, Resource, unmoved
from stations.api.fields import VisibleField
from stations.domain.status import Availability, ConnectorStatus
from stations.models import Connector, Evse
from stations.permissions import require
from stations.selectors import visible_connectors, visible_evses, visible_stations, with_use
from stations.selectors.glance import evse_glance
from stations.services import network

AT_A_GLANCE = serializers.ChoiceField([(word.value, word.name) for word in Availability])


class PlugSerializer(serializers.ModelSerializer[Connector]):
    """A connector within its EVSE; `status` is what the charger said last."""

    status = serializers.ChoiceField([(status.value, status.name) for status in ConnectorStatus], read_only=True)

    class Meta:
        model = Connector
        fields: tuple[str, ...] = ("id", "number", "ocpp16_id", "type", "status", "error_code", "status_at")
        read_only_fields = fields


class OutletSerializer(serializers.ModelSerializer[Evse]):
    """An EVSE within its station."""

    status = serializers.SerializerMethodField(help_text="At a glance, from its connectors and sessions.")
    connectors = PlugSerializer(many=True, read_only=True)

    class Meta:
        model = Evse
        fields: tuple[str, ...] = ("id", "number", "max_power_w", "status", "connectors")

    @extend_schema_field(AT_A_GLANCE)
    def get_status(self, evse: Evse) -> Availability:
        return evse_glance(evse, connected=evse.station.connected)


class EvseSerializer(OutletSerializer):
    """An EVSE; `number` is its id on the wire of OCPP 2.x."""

    station = VisibleField("identity", visible_stations)

    class Meta(OutletSerializer.Meta):
        fields = ("id", "station", "number", "max_power_w", "status", "connectors")
        # Numbers given twice are the service's to refuse.
        validators: list[Any] = []
        extra_kwargs = {"number": {"min_value": 1}}


class EvseFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")

    class Meta:
        model = Evse
        fields = ("station", "number")


class EvseViewSet(Resource[Evse]):
    """EVSEs appear from what the charger reports; they can be made before as well."""

    queryset = Evse.objects.none()
    serializer_class = EvseSerializer
    filterset_class = EvseFilter
    ordering = ("id",)
    ordering_fields = ("id", "number")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Evse]:
        return with_use(visible_evses(self.viewer))

    def make(self, values: dict[str, Any]) -> Evse:
        require(self.viewer, Permission.MANAGE_NETWORK, values["station"].site)
        return network.save_evse(evse=Evse(**values))

    def change(self, row: Evse, changes: dict[str, Any]) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row.station.site)
        network.save_evse(evse=row, **unmoved(changes, "station", row.station))

    def remove(self, row: Evse) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row.station.site)
        network.delete_evse(evse=row)


class ConnectorSerializer(PlugSerializer):
    """A plug. `evse` is the EVSE's number in its station, `number` counts within the EVSE (OCPP 2.x) and
    `ocpp16_id` within the station (OCPP 1.6)."""

    station = VisibleField("identity", visible_stations)
    evse = serializers.IntegerField(source="evse.number", min_value=1)

    class Meta(PlugSerializer.Meta):
        fields = (
            "id",
            "station",
            "evse",
            "number",
            "ocpp16_id",
            "type",
            "status",
            "error_code",
            "vendor_error_code",
            "info",
            "status_at",
            "status_received_at",
        )
        read_only_fields = fields[6:]
        validators: list[Any] = []
        extra_kwargs = {"number": {"min_value": 1}, "ocpp16_id": {"min_value": 1}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        station = self.instance.station if self.instance else attrs["station"]
        if "evse" in attrs:
            attrs["evse"] = Evse.objects.filter(station=station, number=attrs["evse"]["number"]).first()
            if attrs["evse"] is None:
                raise serializers.ValidationError({"evse": "This station has no such EVSE."})
        return attrs


class ConnectorFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    evse = filters.NumberFilter("evse__number", label="Number of the EVSE in its station.")

    class Meta:
        model = Connector
        fields = ("station", "evse", "status", "type")


class ConnectorViewSet(Resource[Connector]):
    """Connectors appear from what the charger reports; they can be made before as well."""

    queryset = Connector.objects.none()
    serializer_class = ConnectorSerializer
    filterset_class = ConnectorFilter
    ordering = ("id",)
    ordering_fields = ("id", "number", "ocpp16_id")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Connector]:
        return visible_connectors(self.viewer)

    def make(self, values: dict[str, Any]) -> Connector:
        require(self.viewer, Permission.MANAGE_NETWORK, values["station"].site)
        return network.save_connector(connector=Connector(**values))

    def change(self, row: Connector, changes: dict[str, Any]) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row.station.site)
        network.save_connector(connector=row, **unmoved(changes, "station", row.station))

    def remove(self, row: Connector) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row.station.site)
        network.delete_connector(connector=row)
