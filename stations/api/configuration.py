"""/configuration-templates/, and of one station: /variables/, /reports/, /configuration/"""

from typing import Any, cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.domain.apikeys import Scope
from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer, memberships_granting
from stations.api.base import ID, Resource, organization_for, unmoved
from stations.api.commands import CommandSerializer
from stations.api.fields import VisibleField
from stations.domain.commands import CommandKind
from stations.domain.configuration import Drift
from stations.models import ConfigurationEntry, ConfigurationTemplate, Report, Station, Variable
from stations.models.variable import PLACE
from stations.permissions import require_command
from stations.selectors import visible_sites, visible_stations
from stations.selectors.configuration import Item, drift_of, key_of, visible_reports, visible_templates
from stations.services import configuration

DRIFT = serializers.ChoiceField([(drift.value, drift.name) for drift in Drift])
ATTRIBUTES = ("Actual", "Target", "MinSet", "MaxSet")


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    granted = memberships_granting(viewer, Permission.MANAGE_NETWORK)
    return Organization.objects.filter(pk__in=granted.values("organization"))


class DesiredValueSerializer(serializers.ModelSerializer[ConfigurationEntry]):
    """One value of a template; OCPP 1.6 keys have no component. A secret is shown as its mask, which keeps it."""

    attribute = serializers.ChoiceField(ATTRIBUTES, default="Actual")

    class Meta:
        model = ConfigurationEntry
        fields = (*PLACE, "attribute", "value")


class TemplateSerializer(serializers.ModelSerializer[ConfigurationTemplate]):
    organization = VisibleField(
        "slug", _organizations, required=False, help_text="Left out: yours, if you work for one only."
    )
    site = VisibleField("id", visible_sites, required=False, allow_null=True)
    entries = DesiredValueSerializer(many=True, required=False)

    class Meta:
        model = ConfigurationTemplate
        fields = (
            "id",
            "organization",
            "name",
            "site",
            "vendor",
            "model",
            "protocol",
            "is_enforced",
            "changed_at",
            "entries",
        )
        read_only_fields = ("changed_at",)
        # A name given twice is the service's to refuse: the organization may be left out here.
        validators: list[Any] = []


class TemplateFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter("organization__slug")

    class Meta:
        model = ConfigurationTemplate
        fields = ("organization", "vendor", "model", "protocol", "is_enforced")


class TemplateViewSet(Resource[ConfigurationTemplate]):
    """Which values which stations should have. The more specific template wins: site over model over vendor."""

    queryset = ConfigurationTemplate.objects.none()
    serializer_class = TemplateSerializer
    filterset_class = TemplateFilter
    search_fields = ("name", "vendor", "model")
    ordering = ("name",)
    ordering_fields = ("id", "name", "changed_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[ConfigurationTemplate]:
        return visible_templates(self.viewer).prefetch_related("entries")

    def make(self, values: dict[str, Any]) -> ConfigurationTemplate:
        organization = organization_for(self.viewer, Permission.MANAGE_NETWORK, values.pop("organization", None))
        entries = values.pop("entries", [])
        template = ConfigurationTemplate(organization=organization)
        return configuration.save_template(template=template, entries=entries, **values)

    def change(self, row: ConfigurationTemplate, changes: dict[str, Any]) -> None:
        organization_for(self.viewer, Permission.MANAGE_NETWORK, row.organization)
        configuration.save_template(template=row, **unmoved(changes, "organization", row.organization))

    def remove(self, row: ConfigurationTemplate) -> None:
        organization_for(self.viewer, Permission.MANAGE_NETWORK, row.organization)
        configuration.delete_template(template=row)


class VariableSerializer(serializers.ModelSerializer[Variable]):
    """What a station told of a variable, what came of our last change, and what the value should be."""

    desired = serializers.SerializerMethodField(help_text="Null where no template says.")
    drift = serializers.SerializerMethodField(help_text="How the two compare; null where no template says.")

    class Meta:
        model = Variable
        fields = (
            *PLACE,
            "attribute",
            "value",
            "desired",
            "drift",
            "mutability",
            "persistent",
            "constant",
            "data_type",
            "unit",
            "min_limit",
            "max_limit",
            "max_elements",
            "values_list",
            "supports_monitoring",
            "reported_at",
            "refusal",
            "refusal_reason",
            "change_status",
            "change_reason",
            "changed_at",
        )
        read_only_fields = fields

    def _item(self, variable: Variable) -> Item | None:
        items: dict[Any, Item] = self.context["desired"]
        return items.get(key_of(variable))

    def get_desired(self, variable: Variable) -> str | None:
        item = self._item(variable)
        return item.wanted.value if item else None

    @extend_schema_field(serializers.ChoiceField([(drift.value, drift.name) for drift in Drift], allow_null=True))
    def get_drift(self, variable: Variable) -> str | None:
        item = self._item(variable)
        return item.drift.value if item else None


class VariableFilter(filters.FilterSet):  # type: ignore[misc]
    evse = filters.NumberFilter("evse_number", label="Number of the EVSE; 0: the station as a whole.")

    class Meta:
        model = Variable
        fields = ("component", "name", "instance", "attribute", "mutability")


class VariableListView(generics.ListAPIView[Variable]):
    """What a station told of its configuration. `?drift=true`: only what differs from what it should be."""

    queryset = Variable.objects.none()
    serializer_class = VariableSerializer
    filterset_class = VariableFilter
    search_fields = ("component", "name")
    ordering = ("component", "name", "id")
    ordering_fields = ("id", "reported_at")

    def get_queryset(self) -> QuerySet[Variable]:
        self.station = get_object_or_404(visible_stations(self.request.user), identity=self.kwargs["identity"])
        self.items = drift_of(self.station)
        variables = Variable.objects.filter(station=self.station)
        if self.request.query_params.get("drift") == "true":
            differing = [i.variable.pk for i in self.items if i.variable is not None and i.drift is not Drift.SAME]
            variables = variables.filter(pk__in=differing)
        return variables

    def get_serializer_context(self) -> dict[str, Any]:
        desired = {item.key: item for item in getattr(self, "items", [])}
        return {**super().get_serializer_context(), "desired": desired}

    @extend_schema(
        parameters=[OpenApiParameter("drift", bool, description="Only what differs from what it should be.")]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ReportSerializer(serializers.ModelSerializer[Report]):
    """A report a station sends in parts."""

    class Meta:
        model = Report
        fields = (
            "id",
            "kind",
            "request_id",
            "command",
            "status",
            "reason",
            "asked_at",
            "parts",
            "is_complete",
            "generated_at",
            "updated_at",
        )
        read_only_fields = fields


class ReportFilter(filters.FilterSet):  # type: ignore[misc]
    class Meta:
        model = Report
        fields = ("kind", "request_id", "command", "is_complete")


class ReportListView(generics.ListAPIView[Report]):
    """The reports a station was asked for, or sent by itself, newest first."""

    queryset = Report.objects.none()
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    ordering = ("-id",)
    ordering_fields = ("id",)

    def get_queryset(self) -> QuerySet[Report]:
        station = get_object_or_404(visible_stations(self.request.user), identity=self.kwargs["identity"])
        return visible_reports(self.request.user).filter(station=station)


class ItemSerializer(serializers.Serializer[Item]):
    """A desired value beside what the station has. Secrets are masked."""

    component = serializers.CharField(source="key.component")
    component_instance = serializers.CharField(source="key.component_instance")
    evse_number = serializers.IntegerField(source="key.evse_number")
    connector_number = serializers.IntegerField(source="key.connector_number")
    name = serializers.CharField(source="key.name")
    instance = serializers.CharField(source="key.instance")  # type: ignore[assignment]
    attribute = serializers.CharField(source="key.attribute")
    desired = serializers.CharField(source="wanted.value")
    reported = serializers.CharField(source="variable.value", allow_null=True, default=None)
    drift = serializers.ChoiceField([(drift.value, drift.name) for drift in Drift])
    change_status = serializers.CharField(source="variable.change_status", allow_null=True, default=None)
    change_reason = serializers.CharField(source="variable.change_reason", allow_null=True, default=None)
    template = serializers.CharField(source="template.name")
    is_enforced = serializers.BooleanField(source="wanted.is_enforced")


class ConfigurationSerializer(serializers.Serializer[Any]):
    """All desired values of a station."""

    differs = serializers.BooleanField(help_text="Whether anything is not as it should be.")
    needs_reboot = serializers.BooleanField(help_text="Whether it took values that take effect when it restarts.")
    items = ItemSerializer(many=True)


class RepairSerializer(serializers.Serializer[Any]):
    include_refused = serializers.BooleanField(
        default=False, help_text="Try again what the station refused before, or sets back each time."
    )


class RepairedSerializer(serializers.Serializer[Any]):
    command = CommandSerializer(allow_null=True, help_text="The first of the commands that set it; null: all is well.")


def _station(request: Request, identity: str) -> Station:
    return get_object_or_404(visible_stations(request.user), identity=identity)


class StationConfigurationView(APIView):
    @extend_schema(responses=ConfigurationSerializer)
    def get(self, request: Request, identity: str) -> Response:
        """What the station's configuration should be by the templates that fit it, beside what it told."""
        items = drift_of(_station(request, identity))
        shown = {
            "differs": any(item.drift is not Drift.SAME for item in items),
            "needs_reboot": any(item.drift is Drift.AFTER_REBOOT for item in items),
            "items": items,
        }
        return Response(ConfigurationSerializer(shown).data)


class StationRepairView(APIView):
    scope = Scope.COMMAND

    @extend_schema(request=RepairSerializer, responses=RepairedSerializer)
    def post(self, request: Request, identity: str) -> Response:
        """Set what differs from what it should be."""
        station = _station(request, identity)
        require_command(request.user, CommandKind.SET_VARIABLES, station.site)
        body = RepairSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        by = cast(User, request.user)
        command = configuration.repair(station=station, requested_by=by, **body.validated_data)
        return Response(RepairedSerializer({"command": command}).data)
