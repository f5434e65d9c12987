"""/uptime/: figures of ports, sites and the network, and the ledgers behind them."""

from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.models import User
from monitoring.domain.uptime import Interval, Nevi, month_of, uk_reliability
from monitoring.models import Port
from monitoring.selectors import uptime
from monitoring.selectors.uptime import GroupFigures, PortFigures, UkYear

# A ledger is read this far at a time.
LONGEST = timedelta(days=100)


class AskedSerializer(serializers.Serializer[Any]):
    month = serializers.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$", required=False, help_text="2026-11: its twelve months. Left out: this month by UTC."
    )
    site = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    station = serializers.CharField(required=False, max_length=48, help_text="Identity.")


class YearSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField(required=False, min_value=2015, max_value=2100, help_text="Left out: this one.")
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="Only sites there. Left out: everywhere.")


class SpanSerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField(required=False, help_text="Left out: 30 days before `until`.")
    until = serializers.DateTimeField(required=False, help_text="Left out: now. At most 100 days.")
    as_of = serializers.DateTimeField(required=False, help_text="As the ledger was known then. Left out: now.")


class NeviSerializer(serializers.Serializer[Nevi]):
    """23 CFR 680.116(b), over twelve months."""

    uptime_percent = serializers.FloatField(source="uptime")
    outage_min = serializers.FloatField(source="outage")
    excluded_min = serializers.FloatField(source="all_excluded")
    excluded_by_reason = serializers.DictField(child=serializers.FloatField(), source="excluded", help_text="Minutes.")
    meets_target = serializers.BooleanField()


class PortUptimeSerializer(serializers.Serializer[PortFigures]):
    evse = serializers.IntegerField(source="port.pk")
    station = serializers.CharField(source="port.identity", help_text="Identity.")
    number = serializers.IntegerField(source="port.number")
    site = serializers.IntegerField(source="port.site_id", allow_null=True)
    state = serializers.CharField(source="port.state", help_text="up, down, unknown; empty: not measured yet.")
    month = serializers.DateField()
    through = serializers.DateTimeField(allow_null=True, help_text="Counted up to; null: nothing was measured.")
    nevi = NeviSerializer()
    uk_reliability_percent = serializers.SerializerMethodField(help_text="Of the twelve months, in opening hours.")
    availability_percent = serializers.FloatField(source="availability", allow_null=True)
    month_availability_percent = serializers.FloatField(source="month_availability", allow_null=True)

    def get_uk_reliability_percent(self, row: PortFigures) -> float | None:
        return uk_reliability(row.sums)


class GroupSerializer(serializers.Serializer[GroupFigures]):
    site = serializers.IntegerField(source="site_id", allow_null=True)
    name = serializers.CharField()
    ports = serializers.IntegerField()
    under_target = serializers.IntegerField()
    uptime_percent = serializers.FloatField(source="uptime", allow_null=True, help_text="Average of its ports' NEVI.")
    worst_percent = serializers.FloatField(source="worst", allow_null=True)
    availability_percent = serializers.FloatField(source="availability", allow_null=True)
    outage_min = serializers.FloatField(source="outage")
    excluded_min = serializers.FloatField(source="excluded")


class UkSerializer(serializers.Serializer[UkYear]):
    """SI 2023/1168 regulation 7: rapid charge points (50 kW or more) in a calendar year."""

    year = serializers.IntegerField()
    reliability_percent = serializers.FloatField(source="reliability", allow_null=True)
    charge_points = serializers.SerializerMethodField()

    def get_charge_points(self, row: UkYear) -> int:
        return len(row.points)


class IntervalSerializer(serializers.Serializer[Interval]):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    state = serializers.CharField()
    cause = serializers.CharField()
    detail = serializers.CharField(help_text="The charger's error code.")
    is_corrected = serializers.SerializerMethodField()

    def get_is_corrected(self, row: Interval) -> bool:
        return bool(row.correction)


def _month(asked: dict[str, Any]) -> date:
    this_month = month_of(timezone.now())
    if "month" not in asked:
        return this_month
    year, _dash, month = asked["month"].partition("-")
    return min(date(max(int(year), 2000), int(month), 1), this_month)


def _asked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = serializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


class PortUptimeView(generics.ListAPIView[Port]):
    """Ports with their figures, in the order of their numbers."""

    queryset = Port.objects.none()
    # What is listed are ports, what is shown of each its figures.
    serializer_class: Any = PortUptimeSerializer
    filter_backends = ()
    ordering = "id"

    def get_queryset(self) -> QuerySet[Port]:
        asked = _asked(AskedSerializer, self.request)
        found = uptime.measured(uptime.visible_ports(cast(User, self.request.user)), _month(asked))
        # Pages go by a column of this name, and a port has its EVSE's number for a key.
        found = found.annotate(id=F("evse")).order_by("id")
        if "site" in asked:
            found = found.filter(site=asked["site"])
        return found.filter(identity=asked["station"]) if "station" in asked else found

    @extend_schema(parameters=[AskedSerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ports with their figures."""
        page = self.paginate_queryset(self.get_queryset()) or []
        ports = Port.objects.filter(pk__in=[port.pk for port in page])
        viewer, month = cast(User, request.user), _month(_asked(AskedSerializer, request))
        figures = {row.port.pk: row for row in uptime.port_figures(viewer, month=month, ports=ports)}
        rows: Any = [figures[port.pk] for port in page if port.pk in figures]
        return self.get_paginated_response(PortUptimeSerializer(rows, many=True).data)


class PortLedgerView(APIView):
    """The ledger of a port."""

    @extend_schema(parameters=[SpanSerializer], responses=IntervalSerializer(many=True))
    def get(self, request: Request, id: str) -> Response:
        """Intervals without a gap, as they were known at `as_of`."""
        viewer = cast(User, request.user)
        port = get_object_or_404(uptime.visible_ports(viewer), pk=id)
        asked = _asked(SpanSerializer, request)
        until: datetime = min(asked.get("until", timezone.now()), timezone.now())
        since: datetime = max(asked.get("since", until - timedelta(days=30)), until - LONGEST)
        found: Any = uptime.ledger(viewer, port=port, since=since, until=until, as_of=asked.get("as_of"))
        return Response(IntervalSerializer(found, many=True).data)


class SiteUptimeView(APIView):
    """Sites, the lowest uptime first."""

    @extend_schema(parameters=[AskedSerializer], responses=GroupSerializer(many=True))
    def get(self, request: Request) -> Response:
        """All visible sites with a measured port."""
        asked = _asked(AskedSerializer, request)
        found = uptime.site_figures(cast(User, request.user), month=_month(asked))
        rows: Any = [row for row in found if asked.get("site") in (None, row.site_id)]
        return Response(GroupSerializer(rows, many=True).data)


class NetworkUptimeView(APIView):
    """All visible ports together."""

    @extend_schema(parameters=[AskedSerializer], responses=GroupSerializer)
    def get(self, request: Request) -> Response:
        """The network's figures."""
        month = _month(_asked(AskedSerializer, request))
        return Response(GroupSerializer(uptime.network_figures(cast(User, request.user), month=month)).data)


class UkUptimeView(APIView):
    """The United Kingdom's figure."""

    @extend_schema(parameters=[YearSerializer], responses=UkSerializer)
    def get(self, request: Request) -> Response:
        """Reliability of the rapid charge points in a calendar year."""
        asked = _asked(YearSerializer, request)
        year = asked.get("year", timezone.now().year)
        found = uptime.uk_year(cast(User, request.user), year=year, country=asked.get("country", ""))
        return Response(UkSerializer(found).data)
