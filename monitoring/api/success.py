"""/charging-success/: whether drivers could charge, broken down; counts by day; attempts; ports that fail now."""

from datetime import timedelta
from typing import Any, cast

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.models import User
from monitoring.domain.success import Rate
from monitoring.models import Attempt, FailedStreak, SuccessDay
from monitoring.selectors import success
from monitoring.selectors.success import By, Figures, Line
from stations.selectors import visible_sites, visible_stations

MOST_LINES = 1000
_USUAL_DAYS = 30


class RateSerializer(serializers.Serializer[Rate]):
    good = serializers.IntegerField()
    total = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True, help_text="0 to 1; null where there is nothing.")
    low = serializers.FloatField(help_text="The true share lies above, with 95 % (Wilson).")
    high = serializers.FloatField(help_text="And below.")


class FiguresSerializer(serializers.Serializer[Figures]):
    start = RateSerializer(help_text="Attempts after which energy flowed (0.1 kWh).")
    first_try = RateSerializer(source="first", help_text="Visits whose first attempt charged.")
    visit = RateSerializer(help_text="Visits in which somebody charged in the end.")
    end = RateSerializer(help_text="Charges that ended as wished, of those whose end is known.")
    no_energy = serializers.IntegerField(help_text="Sessions without energy.")
    not_started = serializers.IntegerField(help_text="Attempts without a session.")
    refused = serializers.IntegerField(help_text="Id tokens turned away; not counted.")
    left_out = serializers.IntegerField(help_text="Other attempts that are not counted.")
    mean_wait_s = serializers.FloatField(allow_null=True, help_text="From plugging in, or the start, to energy.")
    median_authorize_s = serializers.FloatField(
        allow_null=True, help_text="From the first message with an id token to our answer."
    )
    p95_authorize_s = serializers.FloatField(allow_null=True)


class LineSerializer(serializers.Serializer[Line]):
    """What is not broken down by is null."""

    organization = serializers.SerializerMethodField()
    site = serializers.SerializerMethodField()
    station = serializers.SerializerMethodField(help_text="Identity.")
    evse = serializers.SerializerMethodField(help_text="Number.")
    vendor = serializers.SerializerMethodField()
    model = serializers.SerializerMethodField()
    firmware_version = serializers.SerializerMethodField()
    differs = serializers.BooleanField(
        allow_null=True,
        help_text="By firmware: whether it differs from other versions by more than chance.",
    )
    figures = FiguresSerializer()

    def get_organization(self, line: Line) -> int | None:
        return cast(int | None, line.key.get("site__organization"))

    def get_site(self, line: Line) -> int | None:
        return cast(int | None, line.key.get("site"))

    def get_station(self, line: Line) -> str | None:
        return cast(str | None, line.key.get("evse__station__identity"))

    def get_evse(self, line: Line) -> int | None:
        return cast(int | None, line.key.get("evse__number"))

    def get_vendor(self, line: Line) -> str | None:
        return cast(str | None, line.key.get("vendor"))

    def get_model(self, line: Line) -> str | None:
        return cast(str | None, line.key.get("model"))

    def get_firmware_version(self, line: Line) -> str | None:
        return cast(str | None, line.key.get("firmware_version"))


class AskedSerializer(serializers.Serializer[Any]):
    by = serializers.ChoiceField(
        [by.value for by in By], default=By.EVSE.value, help_text="What it is broken down by; left out: evse."
    )
    since = serializers.DateField(required=False, help_text="First day by UTC; left out: 30 days until `until`.")
    until = serializers.DateField(required=False, help_text="Last day; left out: today.")
    site = serializers.IntegerField(required=False)
    station = serializers.CharField(required=False, max_length=48, help_text="Identity.")
    vendor = serializers.CharField(required=False, max_length=50)
    model = serializers.CharField(required=False, max_length=50)
    firmware_version = serializers.CharField(required=False, max_length=50)
    least = serializers.IntegerField(default=1, min_value=1, help_text="What had fewer attempts is left out.")
    limit = serializers.IntegerField(default=100, min_value=1, max_value=MOST_LINES, help_text="Lines, worst first.")


class BreakdownSerializer(serializers.Serializer[Any]):
    since = serializers.DateField()
    until = serializers.DateField()
    figures = FiguresSerializer(help_text="All of it together.")
    lines = LineSerializer(many=True)


class ChargingSuccessView(APIView):
    """Whether those who tried to charge could: session start, session end and first-try success, worst first."""

    @extend_schema(parameters=[AskedSerializer], responses=BreakdownSerializer)
    def get(self, request: Request) -> Response:
        asked = AskedSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        values, viewer = asked.validated_data, cast(User, request.user)
        until = values.get("until") or timezone.now().date()
        since = values.get("since") or until - timedelta(days=_USUAL_DAYS - 1)
        of: dict[str, Any] = {
            "vendor": values.get("vendor", ""),
            "model": values.get("model", ""),
            "firmware": values.get("firmware_version", ""),
        }
        if "site" in values:
            of["site"] = generics.get_object_or_404(visible_sites(viewer), pk=values["site"])
        if "station" in values:
            of["station"] = generics.get_object_or_404(visible_stations(viewer), identity=values["station"])
        days = success.find_days(viewer, since=since, until=until, **of)
        lines = success.breakdown(days, By(values["by"]), least=values["least"])[: values["limit"]]
        told = {"since": since, "until": until, "figures": success.figures(days), "lines": lines}
        return Response(BreakdownSerializer(told).data)


class SuccessDaySerializer(serializers.ModelSerializer[SuccessDay]):
    station = serializers.CharField(source="evse.station.identity", help_text="Identity.")
    evse = serializers.IntegerField(source="evse.number", help_text="Number.")

    class Meta:
        model = SuccessDay
        fields = (
            *("id", "day", "site", "station", "evse", "vendor", "model", "firmware_version"),
            *("attempts", "charged", "well", "cut_off", "no_energy", "not_started", "refused", "left_out"),
            *("visits", "first_try", "visits_charged", "waits", "wait_s"),
            *SuccessDay.AUTHORIZED,
        )
        read_only_fields = fields


class SuccessDayFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("evse__station__identity", label="Identity of the station.")
    since = filters.DateFilter("day", lookup_expr="gte", label="First day.")
    until = filters.DateFilter("day", lookup_expr="lte", label="Last day.")

    class Meta:
        model = SuccessDay
        fields = ("site", "station", "day")


class SuccessDayListView(generics.ListAPIView[SuccessDay]):
    """The counts of each EVSE, day (UTC) and firmware, latest first; about ten seconds behind."""

    queryset = SuccessDay.objects.none()
    serializer_class = SuccessDaySerializer
    filterset_class = SuccessDayFilter
    ordering = ("-day", "-id")

    def get_queryset(self) -> QuerySet[SuccessDay]:
        return success.visible_days(self.request.user).select_related("evse__station")


class AttemptSerializer(serializers.ModelSerializer[Attempt]):
    station = serializers.CharField(source="evse.station.identity", help_text="Identity.")
    evse = serializers.IntegerField(source="evse.number", help_text="Number.")
    id_token = serializers.CharField(source="who", help_text="In lower case.")

    class Meta:
        model = Attempt
        fields = (
            *("id", "site", "station", "evse", "kind", "session", "command", "id_token", "began_at", "ended_at"),
            *("outcome", "energy_wh", "wait_s", "authorize_s", "peak_power_w", "asked_power_w"),
            *("vendor", "model", "firmware_version"),
        )
        read_only_fields = fields


class AttemptFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("evse__station__identity", label="Identity of the station.")
    began_after = filters.IsoDateTimeFilter("began_at", lookup_expr="gte")
    began_before = filters.IsoDateTimeFilter("began_at", lookup_expr="lt")

    class Meta:
        model = Attempt
        fields = ("site", "station", "outcome", "kind", "firmware_version")


class AttemptListView(generics.ListAPIView[Attempt]):
    """Each time somebody tried to charge, newest first."""

    queryset = Attempt.objects.none()
    serializer_class = AttemptSerializer
    filterset_class = AttemptFilter
    ordering = ("-began_at", "-id")

    def get_queryset(self) -> QuerySet[Attempt]:
        return success.visible_attempts(self.request.user)


class StreakSerializer(serializers.ModelSerializer[FailedStreak]):
    station = serializers.CharField(source="evse.station.identity", help_text="Identity.")
    evse = serializers.IntegerField(source="evse.number", help_text="Number.")

    class Meta:
        model = FailedStreak
        fields = ("id", "station", "evse", "since", "ended_at", "attempts", "people", "is_zero_energy")
        read_only_fields = fields


class StreakFilter(filters.FilterSet):  # type: ignore[misc]
    open = filters.BooleanFilter("ended_at", lookup_expr="isnull", label="Whether it goes on.")


class StreakListView(generics.ListAPIView[FailedStreak]):
    """Ports that failed one driver after the other, and counted as down from then until somebody charged again."""

    queryset = FailedStreak.objects.none()
    serializer_class = StreakSerializer
    filterset_class = StreakFilter
    ordering = ("-since", "-id")

    def get_queryset(self) -> QuerySet[FailedStreak]:
        return success.visible_streaks(self.request.user).filter(is_serious=True)
