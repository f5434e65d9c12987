"""/uptime/: figures of ports, sites and the network, and the ledgers behind them."""

from datetime import date, datetime, timedelta
from typing import Any, TypedDict, cast

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
from monitoring.domain.uptime.figures import UK_RAPID_W
from monitoring.domain.uptime.months import MONTHS
from monitoring.models import Port
from monitoring.selectors import uptime
from monitoring.selectors.uptime import GroupFigures, PortFigures, UkYear

# A ledger is read this far at a time, and those of so many ports at once.
LONGEST, MOST_AS_OF = timedelta(days=100), 2000
_AS_OF = "As the ledgers were known then. Left out: now."


class AskedSerializer(serializers.Serializer[Any]):
    month = serializers.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$", required=False, help_text="2026-11: its twelve months. Left out: this month by UTC."
    )
    year = serializers.IntegerField(
        required=False, min_value=2015, max_value=2100, help_text="Its months so far, instead of twelve up to `month`."
    )
    as_of = serializers.DateTimeField(required=False, help_text=_AS_OF)
    site = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    station = serializers.CharField(required=False, max_length=48, help_text="Identity.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "month" in attrs and "year" in attrs:
            raise serializers.ValidationError({"year": "Ask for a month, with the eleven before it, or for a year."})
        return attrs


class YearSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField(required=False, min_value=2015, max_value=2100, help_text="Left out: this one.")
    as_of = serializers.DateTimeField(required=False, help_text=_AS_OF)
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False, help_text="Only sites there. Left out: everywhere.")


class SpanSerializer(serializers.Serializer[Any]):
    since = serializers.DateTimeField(required=False, help_text="Left out: 30 days before `until`.")
    until = serializers.DateTimeField(required=False, help_text="Left out: now. At most 100 days.")
    as_of = serializers.DateTimeField(required=False, help_text=_AS_OF)


class NeviSerializer(serializers.Serializer[Nevi]):
    """23 CFR 680.116(b), over twelve months; of a year, over its months so far by the same denominator."""

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
    uk_reliability_percent = serializers.SerializerMethodField(help_text="Of the same months, in opening hours.")
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


class _Period(TypedDict):
    """What the selectors are asked for: so many months, of which `month` is the last."""

    month: date
    months: int
    as_of: datetime | None


def _period(asked: dict[str, Any]) -> _Period:
    as_of = asked.get("as_of")
    latest = month_of(min(as_of or timezone.now(), timezone.now()))
    if "year" in asked:
        month = min(date(asked["year"], 12, 1), max(latest, date(asked["year"], 1, 1)))
        return {"month": month, "months": month.month, "as_of": as_of}
    year, _dash, number = asked.get("month", f"{latest:%Y-%m}").partition("-")
    month = min(date(max(int(year), 2000), int(number), 1), latest)
    return {"month": month, "months": MONTHS, "as_of": as_of}


def _asked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    asked = serializer(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def _ports(asked: dict[str, Any]) -> QuerySet[Port] | None:
    """Those of the site or the station that is asked for; None: all that the viewer sees."""
    named = {"site": asked.get("site"), "identity": asked.get("station")}
    wanted = {name: value for name, value in named.items() if value is not None}
    return Port.objects.filter(**wanted) if wanted else None


def _few(viewer: User, asked: dict[str, Any], ports: QuerySet[Port] | None) -> None:
    """Raises ValidationError where too many ledgers would have to be read."""
    found = uptime.visible_ports(viewer) if ports is None else uptime.visible_ports(viewer).filter(pk__in=ports)
    if "as_of" in asked and found.count() > MOST_AS_OF:
        text = f"As of a date the ledgers themselves are read, of {MOST_AS_OF} ports at most. Name a site."
        raise serializers.ValidationError({"as_of": text})


class PortUptimeView(generics.ListAPIView[Port]):
    """Ports with their figures, in the order of their numbers."""

    queryset = Port.objects.none()
    # What is listed are ports, what is shown of each its figures.
    serializer_class: Any = PortUptimeSerializer
    filter_backends = ()
    ordering = "id"

    def get_queryset(self) -> QuerySet[Port]:
        asked = _asked(AskedSerializer, self.request)
        period = _period(asked)
        found = uptime.visible_ports(cast(User, self.request.user))
        found = uptime.measured(found, period["month"], period["months"])
        # Pages go by a column of this name, and a port has its EVSE's number for a key.
        found = found.annotate(id=F("evse")).order_by("id")
        chosen = _ports(asked)
        return found if chosen is None else found.filter(pk__in=chosen)

    @extend_schema(parameters=[AskedSerializer])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ports with their figures."""
        page = self.paginate_queryset(self.get_queryset()) or []
        ports = Port.objects.filter(pk__in=[port.pk for port in page])
        viewer, period = cast(User, request.user), _period(_asked(AskedSerializer, request))
        figures = {row.port.pk: row for row in uptime.port_figures(viewer, ports=ports, **period)}
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
        asked, viewer = _asked(AskedSerializer, request), cast(User, request.user)
        ports = _ports(asked)
        _few(viewer, asked, ports)
        rows: Any = uptime.site_figures(viewer, ports=ports, **_period(asked))
        return Response(GroupSerializer(rows, many=True).data)


class NetworkUptimeView(APIView):
    """All visible ports together, or those of a site or a station."""

    @extend_schema(parameters=[AskedSerializer], responses=GroupSerializer)
    def get(self, request: Request) -> Response:
        """The network's figures."""
        asked, viewer = _asked(AskedSerializer, request), cast(User, request.user)
        ports = _ports(asked)
        _few(viewer, asked, ports)
        return Response(GroupSerializer(uptime.network_figures(viewer, ports=ports, **_period(asked))).data)


class UkUptimeView(APIView):
    """The United Kingdom's figure."""

    @extend_schema(parameters=[YearSerializer], responses=UkSerializer)
    def get(self, request: Request) -> Response:
        """Reliability of the rapid charge points in a calendar year."""
        asked, viewer = _asked(YearSerializer, request), cast(User, request.user)
        _few(viewer, asked, Port.objects.filter(max_power_w__gte=UK_RAPID_W))
        as_of: datetime | None = asked.get("as_of")
        year = asked.get("year", (as_of or timezone.now()).year)
        found = uptime.uk_year(viewer, year=year, country=asked.get("country", ""), as_of=as_of)
        return Response(UkSerializer(found).data)
