"""/sessions/"""

from typing import Any, TypedDict, cast

import orjson
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.domain.roles import Permission
from drivers.models import User
from stations.api.base import ID
from stations.models import MeterSample, Session
from stations.permissions import require
from stations.selectors import visible_sessions
from stations.services import sessions


class Cost(TypedDict):
    amount_minor: int
    currency: str


class SessionSerializer(serializers.ModelSerializer[Session]):
    transaction_id = serializers.CharField(help_text="As on the wire.")
    station = serializers.CharField(source="station.identity", help_text="Identity.")
    evse = serializers.IntegerField(source="evse.number", allow_null=True, default=None, help_text="Number.")
    connector = serializers.IntegerField(
        source="connector.number", allow_null=True, default=None, help_text="Number within the EVSE."
    )
    cost = serializers.SerializerMethodField(help_text="Null until the session is rated.")
    flagged = serializers.BooleanField(source="is_flagged", help_text="The charger contradicted itself.")

    class Meta:
        model = Session
        fields = (
            "id",
            "transaction_id",
            "station",
            "evse",
            "connector",
            "protocol",
            "id_token",
            "started_at",
            "ended_at",
            "stop_reason",
            "phase",
            "energy_wh",
            "power_w",
            "soc_percent",
            "cost",
            "flagged",
        )
        read_only_fields = fields

    def get_cost(self, session: Session) -> Cost | None:
        if session.cost_minor is None:
            return None
        return {"amount_minor": session.cost_minor, "currency": session.currency}


class SampleSerializer(serializers.ModelSerializer[MeterSample]):
    """A meter value; `energy_wh` is the meter's register, `values` what the charger sent."""

    values = serializers.SerializerMethodField()

    class Meta:
        model = MeterSample
        fields = (
            "at",
            "received_at",
            "context",
            "energy_wh",
            "power_w",
            "current_a",
            "voltage_v",
            "soc_percent",
            "values",
        )
        read_only_fields = fields

    def get_values(self, sample: MeterSample) -> list[dict[str, Any]]:
        return orjson.loads(sample.values) if sample.values else []


class SessionFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    id_token = filters.CharFilter(lookup_expr="iexact", label="Upper and lower case count as the same.")
    open = filters.BooleanFilter("ended_at", lookup_expr="isnull", label="Not ended yet.")
    started_after = filters.IsoDateTimeFilter("started_at", lookup_expr="gte")
    started_before = filters.IsoDateTimeFilter("started_at", lookup_expr="lt")

    class Meta:
        model = Session
        fields = ("station", "id_token", "open", "transaction_id")


class SessionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Session]):
    """Charging sessions (OCPP: transactions)."""

    queryset = Session.objects.none()
    serializer_class = SessionSerializer
    filterset_class = SessionFilter
    ordering = ("-started_at",)
    ordering_fields = ("id", "started_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Session]:
        return visible_sessions(self.request.user)

    @extend_schema(request=None, responses=SessionSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """End the session here, without a word to the charger; one that has ended stays as it is."""
        session = self.get_object()
        require(request.user, Permission.MANAGE_SESSIONS, session.station.site)
        closed = sessions.close_administratively(session=session, by=cast(User, request.user))
        return Response(self.get_serializer(closed).data)


class SampleListView(generics.ListAPIView[MeterSample]):
    """A session's meter values, oldest first."""

    queryset = MeterSample.objects.none()
    serializer_class = SampleSerializer
    filter_backends = ()
    ordering = "at"

    def get_queryset(self) -> QuerySet[MeterSample]:
        session = get_object_or_404(visible_sessions(self.request.user), pk=self.kwargs["id"])
        return session.samples.all()
