"""What stations tell of power, prices and batteries, to read: needs, schedules, limits, DER, tariffs, swaps."""

from typing import Any, TypeVar

import orjson
from django.db.models import Model, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, viewsets

from drivers.domain.roles import Permission
from stations.api.base import ID
from stations.models import (
    BatterySwap,
    ChargingLimit,
    ChargingNeeds,
    DerAlarm,
    DerControl,
    EvSchedule,
    ReportedCost,
    StationTariff,
)
from stations.selectors.power import at_stations

Row = TypeVar("Row", bound=Model)


@extend_schema_field({})
class WireField(serializers.Field[str, Any, Any, Any]):
    """JSON text as on the wire, member order kept."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: str) -> Any:
        return orjson.loads(value)


def _station() -> serializers.CharField:
    return serializers.CharField(source="station.identity", read_only=True, help_text="Identity.")


def _evse() -> serializers.IntegerField:
    return serializers.IntegerField(source="evse_number", read_only=True, help_text="Number; 0: the station.")


def _station_filter() -> Any:
    return filters.CharFilter("station__identity", label="Identity of the station.")


class StationRows(viewsets.ReadOnlyModelViewSet[Row]):
    """Rows of stations, newest first. `permission`: who sees them."""

    permission = Permission.VIEW_NETWORK
    ordering: tuple[str, ...] = ("-id",)
    ordering_fields = ("id",)
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Row]:
        rows: QuerySet[Row] = super().get_queryset()
        return at_stations(self.request.user, rows, self.permission)


class ChargingNeedsSerializer(serializers.ModelSerializer[ChargingNeeds]):
    """What a vehicle said it needs, and what it was answered."""

    station, evse, needs = _station(), _evse(), WireField(source="payload")

    class Meta:
        model = ChargingNeeds
        fields = (
            *("id", "station", "evse", "session", "received_at", "told_at", "transfer", "control_mode"),
            *("departure_at", "energy_wh", "max_tuples", "needs", "answer", "renegotiations"),
        )
        read_only_fields = fields


class ChargingNeedsFilter(filters.FilterSet):  # type: ignore[misc]
    station = _station_filter()

    class Meta:
        model = ChargingNeeds
        fields = ("station", "session", "answer")


class ChargingNeedsViewSet(StationRows[ChargingNeeds]):
    """What vehicles need (NotifyEVChargingNeeds); a schedule was sent for those that were accepted."""

    permission = Permission.VIEW_SESSIONS
    queryset = ChargingNeeds.objects.all()
    serializer_class = ChargingNeedsSerializer
    filterset_class = ChargingNeedsFilter


class EvScheduleSerializer(serializers.ModelSerializer[EvSchedule]):
    """What a vehicle means to take."""

    station, evse, schedule = _station(), _evse(), WireField()

    class Meta:
        model = EvSchedule
        fields = (
            *("id", "station", "evse", "session", "received_at", "time_base", "schedule"),
            *("chosen_schedule_id", "accepted"),
        )
        read_only_fields = fields


class EvScheduleFilter(filters.FilterSet):  # type: ignore[misc]
    station = _station_filter()

    class Meta:
        model = EvSchedule
        fields = ("station", "session", "accepted")


class EvScheduleViewSet(StationRows[EvSchedule]):
    """What vehicles mean to take (NotifyEVChargingSchedule); not accepted where it is more than they were offered."""

    permission = Permission.VIEW_SESSIONS
    queryset = EvSchedule.objects.all()
    serializer_class = EvScheduleSerializer
    filterset_class = EvScheduleFilter


class ChargingLimitSerializer(serializers.ModelSerializer[ChargingLimit]):
    station, evse, schedules = _station(), _evse(), WireField()

    class Meta:
        model = ChargingLimit
        fields = (
            *("id", "station", "evse", "source", "is_grid_critical", "is_local_generation", "schedules"),
            *("imposed_at", "released_at"),
        )
        read_only_fields = fields


class ChargingLimitFilter(filters.FilterSet):  # type: ignore[misc]
    station = _station_filter()
    released = filters.BooleanFilter("released_at", lookup_expr="isnull", exclude=True, label="No longer in force.")

    class Meta:
        model = ChargingLimit
        fields = ("station", "source", "released")


class ChargingLimitViewSet(StationRows[ChargingLimit]):
    """Limits that others, such as an energy management system, impose on stations."""

    queryset = ChargingLimit.objects.all()
    serializer_class = ChargingLimitSerializer
    filterset_class = ChargingLimitFilter


class DerControlSerializer(serializers.ModelSerializer[DerControl]):
    station, content = _station(), WireField()

    class Meta:
        model = DerControl
        fields = (
            *("id", "station", "control_id", "control_type", "is_default", "content", "state"),
            *("is_active", "active_since", "set_at", "reported_at"),
        )
        read_only_fields = fields


class DerControlFilter(filters.FilterSet):  # type: ignore[misc]
    station = _station_filter()

    class Meta:
        model = DerControl
        fields = ("station", "control_id", "control_type", "is_default", "state", "is_active")


class DerControlViewSet(StationRows[DerControl]):
    """DER controls on stations (OCPP 2.1 R)."""

    queryset = DerControl.objects.all()
    serializer_class = DerControlSerializer
    filterset_class = DerControlFilter


class DerAlarmSerializer(serializers.ModelSerializer[DerAlarm]):
    station = _station()

    class Meta:
        model = DerAlarm
        fields = ("id", "station", "control_type", "fault", "has_ended", "at", "received_at", "info")
        read_only_fields = fields


class DerAlarmFilter(filters.FilterSet):  # type: ignore[misc]
    station = _station_filter()

    class Meta:
        model = DerAlarm
        fields = ("station", "control_type", "fault", "has_ended")


class DerAlarmViewSet(StationRows[DerAlarm]):
    """Grid events that stations acted on, and their ends."""

    queryset = DerAlarm.objects.all()
    serializer_class = DerAlarmSerializer
    filterset_class = DerAlarmFilter


class StationTariffSerializer(serializers.ModelSerializer[StationTariff]):
    station, evse, tariff = _station(), _evse(), WireField(source="content")

    class Meta:
        model = StationTariff
        fields = (
            *("id", "station", "evse", "tariff_id", "kind", "valid_from", "tariff", "state", "reason"),
            *("set_at", "reported_at"),
        )
        read_only_fields = fields


class StationTariffFilter(filters.FilterSet):  # type: ignore[misc]
    station = _station_filter()

    class Meta:
        model = StationTariff
        fields = ("station", "tariff_id", "kind", "state")


class StationTariffViewSet(StationRows[StationTariff]):
    """Tariffs that stations hold to calculate costs themselves (OCPP 2.1)."""

    queryset = StationTariff.objects.all()
    serializer_class = StationTariffSerializer
    filterset_class = StationTariffFilter


class ReportedCostSerializer(serializers.ModelSerializer[ReportedCost]):
    station = serializers.CharField(source="session.station.identity", read_only=True, help_text="Identity.")
    details = WireField()

    class Meta:
        model = ReportedCost
        fields = (
            *("id", "station", "session", "tariff_id", "currency", "total", "total_without_tax"),
            *("details", "failure", "reported_at"),
        )
        read_only_fields = fields


class ReportedCostFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("session__station__identity", label="Identity of the station.")

    class Meta:
        model = ReportedCost
        fields = ("station", "session", "tariff_id")


class ReportedCostViewSet(StationRows[ReportedCost]):
    """What stations calculated sessions to cost (OCPP 2.1)."""

    permission = Permission.VIEW_SESSIONS
    queryset = ReportedCost.objects.all()
    serializer_class = ReportedCostSerializer
    filterset_class = ReportedCostFilter

    def get_queryset(self) -> QuerySet[ReportedCost]:
        return at_stations(self.request.user, ReportedCost.objects.all(), self.permission, path="session__station")


class BatterySwapSerializer(serializers.ModelSerializer[BatterySwap]):
    station, evse = _station(), _evse()

    class Meta:
        model = BatterySwap
        fields = (
            *("id", "station", "evse", "request_id", "event", "id_token", "serial_number"),
            *("soc_percent", "soh_percent", "production_date", "vendor_info", "received_at"),
        )
        read_only_fields = fields


class BatterySwapFilter(filters.FilterSet):  # type: ignore[misc]
    station = _station_filter()

    class Meta:
        model = BatterySwap
        fields = ("station", "request_id", "event", "serial_number")


class BatterySwapViewSet(StationRows[BatterySwap]):
    """Batteries that went in and out of swap stations (OCPP 2.1)."""

    permission = Permission.VIEW_SESSIONS
    queryset = BatterySwap.objects.all()
    serializer_class = BatterySwapSerializer
    filterset_class = BatterySwapFilter
