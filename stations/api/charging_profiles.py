"""/charging-profiles/, /applied-profiles/ and /stations/{identity}/composite-schedule/"""

from typing import Any

import orjson
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.api.problems import InvalidQuery
from drivers.domain.roles import Permission
from drivers.models import Organization
from drivers.permissions import Viewer, memberships_granting
from stations.api.base import ID, Resource, organization_for, unmoved
from stations.api.fields import VisibleField
from stations.domain.charging_profile import Kind, ProfileState, Purpose, Unit, purpose_of
from stations.domain.schedule import differences
from stations.models import AppliedProfile, ChargingProfile, CompositeSchedule
from stations.ocpp.protocols import InvalidCall, check_call
from stations.selectors import visible_stations
from stations.selectors.power import (
    LONGEST_S,
    expected_schedule,
    visible_applied_profiles,
    visible_charging_profiles,
)
from stations.services import charging_profiles
from stations.services.composite import slots_of, wire_of_slot


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    granted = memberships_granting(viewer, Permission.VIEW_NETWORK)
    return Organization.objects.filter(pk__in=granted.values("organization"))


_PURPOSES = [(purpose.value, purpose.name) for purpose in Purpose]
_KINDS = [(kind.value, kind.name) for kind in Kind]


class PurposeField(serializers.ChoiceField):
    """A purpose; the word of OCPP 1.6 for that of a whole station is understood too."""

    def to_internal_value(self, data: Any) -> str:
        return str(super().to_internal_value(purpose_of(data) if isinstance(data, str) else data))


@extend_schema_field({"type": "array", "items": {"type": "object"}})
class SchedulesField(serializers.Field[Any, Any, Any, Any]):
    """A list of `ChargingSchedule` (one to three) or `ChargingSchedulePeriod` as on the wire of OCPP 2.x, kept as JSON
    text with its member order."""

    def to_representation(self, value: str) -> Any:
        return orjson.loads(value)

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise serializers.ValidationError("This is a list of ChargingSchedule objects, as on the wire.")
        return data


@extend_schema_field({"type": "object"})
class ExtrasField(serializers.Field[Any, Any, Any, Any]):
    """Further members of a profile of OCPP 2.1 as on the wire, such as maxOfflineDuration."""

    def to_representation(self, value: str) -> Any:
        return orjson.loads(value or "{}")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("This is an object with further members of a profile.")
        return data


class ChargingProfileSerializer(serializers.ModelSerializer[ChargingProfile]):
    """`id` is the chargingProfileId on the wire."""

    organization = VisibleField(
        "slug", _organizations, required=False, help_text="Left out: yours, if you work for one only."
    )
    purpose = PurposeField(_PURPOSES)
    kind = serializers.ChoiceField(_KINDS)
    schedules = SchedulesField()
    extras = ExtrasField(required=False)

    class Meta:
        model = ChargingProfile
        fields = (
            "id",
            "organization",
            "description",
            "purpose",
            "kind",
            "recurrency",
            "stack_level",
            "valid_from",
            "valid_to",
            "schedules",
            "extras",
            "session",
            "created_at",
        )
        read_only_fields = ("session", "created_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Whatever else it is, it must be sayable in OCPP 2.1."""
        if "schedules" not in attrs:
            return attrs
        schedules = attrs["schedules"]
        if not all(isinstance(schedule, dict) for schedule in schedules):
            raise serializers.ValidationError({"schedules": "Each of these is a ChargingSchedule object."})
        try:
            check_call("ocpp2.1", action="SetChargingProfile", payload=_probe(schedules))
        except InvalidCall as error:
            raise serializers.ValidationError({"schedules": error.message}) from error
        return attrs


def _probe(schedules: list[dict[str, Any]]) -> dict[str, Any]:
    """A message with these schedules, to be held against its schema."""
    profile = {
        "id": 1,
        "stackLevel": 0,
        "chargingProfilePurpose": Purpose.TX.value,
        "chargingProfileKind": Kind.RELATIVE.value,
        "chargingSchedule": [{"id": number + 1} | schedule for number, schedule in enumerate(schedules)],
    }
    return {"evseId": 1, "chargingProfile": profile}


class ChargingProfileFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter("organization__slug")
    description = filters.CharFilter(lookup_expr="iexact")
    planned = filters.BooleanFilter("session", lookup_expr="isnull", exclude=True, label="Made for one session.")

    class Meta:
        model = ChargingProfile
        fields = ("organization", "description", "purpose", "kind", "stack_level", "session")


class ChargingProfileViewSet(Resource[ChargingProfile]):
    """Limits over time, kept to be sent to stations by the command `set_charging_profile`. Changing one changes nothing
    on stations until it is sent again."""

    queryset = ChargingProfile.objects.none()
    serializer_class = ChargingProfileSerializer
    filterset_class = ChargingProfileFilter
    search_fields = ("description",)
    ordering = ("-id",)
    ordering_fields = ("id", "description", "stack_level")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[ChargingProfile]:
        return visible_charging_profiles(self.viewer)

    def make(self, values: dict[str, Any]) -> ChargingProfile:
        organization = organization_for(self.viewer, Permission.MANAGE_NETWORK, values.pop("organization", None))
        return charging_profiles.create(organization=organization, **values)

    def change(self, row: ChargingProfile, changes: dict[str, Any]) -> None:
        organization_for(self.viewer, Permission.MANAGE_NETWORK, row.organization)
        charging_profiles.update(profile=row, **unmoved(changes, "organization", row.organization))

    def remove(self, row: ChargingProfile) -> None:
        organization_for(self.viewer, Permission.MANAGE_NETWORK, row.organization)
        charging_profiles.delete(profile=row)


class AppliedProfileSerializer(serializers.ModelSerializer[AppliedProfile]):
    """A profile on a station, whoever put it there. `profile` is its id on the wire."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")
    profile = serializers.IntegerField(source="wire_id", help_text="Id on the wire.")
    purpose = serializers.ChoiceField(_PURPOSES)
    kind = serializers.ChoiceField(_KINDS)
    description = serializers.CharField(source="profile.description", default="", help_text="Of the profile we keep.")
    evse = serializers.IntegerField(
        source="evse_number",
        allow_null=True,
        help_text="0: the station; null: where a remote start finds room.",
    )
    schedules = SchedulesField()

    class Meta:
        model = AppliedProfile
        fields = (
            "id",
            "station",
            "profile",
            "description",
            "evse",
            "state",
            "source",
            "purpose",
            "kind",
            "recurrency",
            "stack_level",
            "valid_from",
            "valid_to",
            "transaction_id",
            "schedules",
            "reason",
            "applied_at",
            "reported_at",
            "ended_at",
        )
        read_only_fields = fields


class AppliedProfileFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    evse = filters.NumberFilter("evse_number")
    profile = filters.NumberFilter("wire_id", label="Id on the wire.")
    in_force = filters.BooleanFilter(method="filter_in_force", label="What the station has now.")

    class Meta:
        model = AppliedProfile
        fields = ("station", "evse", "profile", "in_force", "state", "purpose", "source", "transaction_id")

    def filter_in_force(self, rows: QuerySet[AppliedProfile], name: str, value: bool) -> QuerySet[AppliedProfile]:
        accepted = rows.filter(state=ProfileState.ACCEPTED)
        return accepted if value else rows.exclude(state=ProfileState.ACCEPTED)


class AppliedProfileViewSet(viewsets.ReadOnlyModelViewSet[AppliedProfile]):
    """Charging profiles on stations: sent, taken, refused, replaced, cleared, reported. Newest first."""

    queryset = AppliedProfile.objects.none()
    serializer_class = AppliedProfileSerializer
    filterset_class = AppliedProfileFilter
    ordering = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[AppliedProfile]:
        return visible_applied_profiles(self.request.user)


class WindowSerializer(serializers.Serializer[Any]):
    """Which schedule is asked for."""

    evse = serializers.IntegerField(default=0, min_value=0, help_text="Number; 0: the station as a whole.")
    duration_s = serializers.IntegerField(default=86_400, min_value=1, max_value=LONGEST_S)
    unit = serializers.ChoiceField([unit.value for unit in Unit], default=Unit.WATT.value)


class DifferenceSerializer(serializers.Serializer[Any]):
    start_s = serializers.IntegerField(help_text="Seconds after the schedule's start.")
    expected = serializers.FloatField(source="ours", allow_null=True)
    station = serializers.FloatField(source="theirs", allow_null=True)


class StationSaysSerializer(serializers.ModelSerializer[CompositeSchedule]):
    """The station's last answer to GetCompositeSchedule, and where it was another than expected then."""

    periods = SchedulesField()
    expected = SchedulesField()
    differences = serializers.SerializerMethodField()

    class Meta:
        model = CompositeSchedule
        fields = ("received_at", "starts_at", "duration_s", "unit", "periods", "expected", "differences")
        read_only_fields = fields

    @extend_schema_field(DifferenceSerializer(many=True))
    def get_differences(self, row: CompositeSchedule) -> list[Any]:
        ours, theirs = (slots_of(row.unit, orjson.loads(text)) for text in (row.expected, row.periods))
        return list(DifferenceSerializer(differences(ours, theirs), many=True).data)


class CompositeScheduleSerializer(serializers.Serializer[Any]):
    """What all profiles in force allow together from now on; a period without a limit is not limited by any."""

    starts_at = serializers.DateTimeField()
    duration_s = serializers.IntegerField()
    unit = serializers.CharField()
    periods = serializers.JSONField(help_text="ChargingSchedulePeriod objects.")
    station_says = StationSaysSerializer(allow_null=True)


class CompositeScheduleView(APIView):
    @extend_schema(parameters=[WindowSerializer], responses=CompositeScheduleSerializer)
    def get(self, request: Request, identity: str) -> Response:
        """The composite schedule of an EVSE, computed here, with the station's own last word on it. The command
        `get_composite_schedule` asks the station for a new one."""
        station = get_object_or_404(visible_stations(request.user), identity=identity)
        query = WindowSerializer(data=request.query_params.dict())
        if not query.is_valid():
            raise InvalidQuery(query.errors)
        asked, now = query.validated_data, timezone.now()
        slots = expected_schedule(
            station, asked["evse"], at=now, duration_s=asked["duration_s"], unit=Unit(asked["unit"])
        )
        said = CompositeSchedule.objects.filter(station=station, evse_number=asked["evse"]).order_by("-id").first()
        found = {
            "starts_at": now,
            "duration_s": asked["duration_s"],
            "unit": asked["unit"],
            "periods": [wire_of_slot(slot) for slot in slots],
            "station_says": said,
        }
        return Response(CompositeScheduleSerializer(found).data)
