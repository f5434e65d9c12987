"""/maintenance-windows/ and /maintenance-plans/"""

from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.api.problems import Conflict
from drivers.domain.roles import Permission
from drivers.models import User
from monitoring.models import MaintenancePlan, MaintenanceWindow, PlanStation, WindowStation
from monitoring.selectors.inspections import visible_plans
from monitoring.selectors.windows import visible_windows
from monitoring.services import windows
from stations.api.base import ID
from stations.api.fields import VisibleField
from stations.permissions import require, where_granted
from stations.selectors import visible_sites, visible_stations


class WindowSerializer(serializers.ModelSerializer[MaintenanceWindow]):
    """`title` is told to drivers, `note` is for staff. `stations` empty: the whole site."""

    stations = serializers.SlugRelatedField[Any](slug_field="identity", many=True, read_only=True)
    created_by = serializers.EmailField(source="created_by.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = MaintenanceWindow
        fields = (
            *("id", "site", "stations", "title", "note", "starts_at", "ends_at", "takes_out_of_service"),
            *("created_by", "created_at", "cancelled_at", "ended_at"),
        )
        read_only_fields = fields


class AnnouncementSerializer(serializers.Serializer[Any]):
    site = VisibleField("id", visible_sites)
    stations = VisibleField("identity", visible_stations, many=True, required=False, help_text="None: the whole site.")
    title = serializers.CharField(max_length=120, help_text="Told to drivers.")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, help_text="For staff.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    takes_out_of_service = serializers.BooleanField(required=False, default=True)


class ChangedWindowSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=120, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)


class WindowEvseSerializer(serializers.ModelSerializer[WindowStation]):
    """What became of an EVSE; `evse` null: of a station as a whole."""

    station = serializers.CharField(source="station.identity", read_only=True)

    class Meta:
        model = WindowStation
        fields = ("station", "evse", "state", "problem", "attempts", "out_at", "back_at")
        read_only_fields = fields


class WindowFilter(filters.FilterSet):  # type: ignore[misc]
    over = filters.BooleanFilter(method="by_over", label="Whether it has ended or was called off.")
    station = filters.CharFilter(method="by_station", label="Identity of a station it concerns.")
    starts_before = filters.IsoDateTimeFilter("starts_at", lookup_expr="lt")
    ends_after = filters.IsoDateTimeFilter("ends_at", lookup_expr="gt")

    class Meta:
        model = MaintenanceWindow
        fields = ("site",)

    def by_over(self, rows: QuerySet[MaintenanceWindow], name: str, value: bool) -> QuerySet[MaintenanceWindow]:
        over = Q(ends_at__lte=timezone.now()) | Q(cancelled_at__isnull=False) | Q(ended_at__isnull=False)
        return rows.filter(over) if value else rows.exclude(over)

    def by_station(self, rows: QuerySet[MaintenanceWindow], name: str, value: str) -> QuerySet[MaintenanceWindow]:
        whole = Q(stations=None, site__stations__identity=value)
        return rows.filter(whole | Q(stations__identity=value)).distinct()


class WindowViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[MaintenanceWindow]):
    """Times announced for work, newest first."""

    queryset = MaintenanceWindow.objects.none()
    serializer_class = WindowSerializer
    filterset_class = WindowFilter
    ordering = ("-id",)
    ordering_fields = ("id", "starts_at")
    lookup_value_regex = ID

    @property
    def viewer(self) -> User:
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[MaintenanceWindow]:
        return visible_windows(self.viewer).prefetch_related("stations")

    def _own(self) -> MaintenanceWindow:
        """The one of the address, if the viewer may maintain its site. Raises PermissionDenied."""
        window = self.get_object()
        require(self.viewer, Permission.MAINTAIN, window.site)
        return window

    def _answer(self, window: MaintenanceWindow, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=window.pk)).data, status=code)

    @extend_schema(request=AnnouncementSerializer, responses={201: WindowSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Announce one."""
        asked = AnnouncementSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        require(self.viewer, Permission.MAINTAIN, asked.validated_data["site"])
        return self._answer(windows.announce(**asked.validated_data, by=self.viewer), status.HTTP_201_CREATED)

    @extend_schema(request=ChangedWindowSerializer, responses=WindowSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change it; of one that has begun only the end moves."""
        window, asked = self._own(), ChangedWindowSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        kept = {name: getattr(window, name) for name in ("title", "note", "starts_at", "ends_at")}
        try:
            return self._answer(windows.change(window=window, **{**kept, **asked.validated_data}))
        except Refused as problem:
            if hasattr(problem, "error_dict"):
                raise
            raise Conflict(" ".join(problem.messages)) from problem

    @extend_schema(request=None, responses=WindowSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """End it now, or call it off where it has not begun; a second time changes nothing."""
        return self._answer(windows.end(window=self._own()))

    @extend_schema(responses=WindowEvseSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], filterset_class=None, ordering=("id",))
    def evses(self, request: Request, pk: str) -> Response:
        """What became of each EVSE; empty before the window begins."""
        rows: Any = self.get_object().rows.select_related("station")
        page: Any = self.paginate_queryset(rows)
        return self.get_paginated_response(WindowEvseSerializer(page, many=True).data)


class PlanSerializer(serializers.ModelSerializer[MaintenancePlan]):
    """Without site, stations, vendor or model: for all of the network. `every`: in months, kWh, sessions or hours."""

    organization = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    stations = serializers.SlugRelatedField[Any](slug_field="identity", many=True, read_only=True)

    class Meta:
        model = MaintenancePlan
        fields = (
            *("id", "organization", "title", "description", "measure", "every", "lead_days", "site", "stations"),
            *("vendor", "model", "checklist", "counted_from", "is_active", "created_at"),
        )
        read_only_fields = fields


class PlanStationSerializer(serializers.ModelSerializer[PlanStation]):
    """`share`: of the way to due, 1 is due. `expected_at`: when it comes due as it goes now."""

    station = serializers.CharField(source="station.identity", read_only=True)

    class Meta:
        model = PlanStation
        fields = ("station", "counted_from", "done_at", "used", "share", "expected_at", "reckoned_at")
        read_only_fields = fields


class PlanViewSet(viewsets.ReadOnlyModelViewSet[MaintenancePlan]):
    """What comes due again and again. Plans are made in the console."""

    queryset = MaintenancePlan.objects.none()
    serializer_class = PlanSerializer
    filterset_fields = ("site", "measure", "is_active")
    ordering = ("id",)
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[MaintenancePlan]:
        seen = visible_stations(self.request.user)
        return (
            visible_plans(self.request.user).select_related("organization").prefetch_related(Prefetch("stations", seen))
        )

    @extend_schema(responses=PlanStationSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], filter_backends=(), ordering=("-share", "-id"))
    def stations(self, request: Request, pk: str) -> Response:
        """How far each station is from due, the nearest first."""
        seen = where_granted(request.user, Permission.VIEW_NETWORK)
        rows: Any = self.get_object().rows.filter(station__site__in=seen).select_related("station")
        page: Any = self.paginate_queryset(rows)
        return self.get_paginated_response(PlanStationSerializer(page, many=True).data)
