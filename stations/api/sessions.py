"""/sessions/"""

from typing import Any, TypedDict, cast

import orjson
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.api.problems import Conflict
from drivers.domain.roles import Permission
from drivers.models import User
from stations.api.base import ID
from stations.domain import limits
from stations.domain.anomalies import Anomaly
from stations.models import MeterSample, Session
from stations.permissions import require
from stations.selectors import visible_sessions
from stations.selectors.samples import samples_of
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
    limit = serializers.SerializerMethodField(help_text="Where energy is to stop flowing (2.1), as on the wire.")
    details = serializers.SerializerMethodField(
        help_text="The latest the station told of it beside these fields (2.x), as on the wire."
    )
    flagged = serializers.BooleanField(source="is_flagged", help_text="It has anomalies.")
    anomalies = serializers.ListField(
        child=serializers.ChoiceField([code.value for code in Anomaly]), help_text="What is odd about it."
    )

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
            "started_at_said",
            "ended_at_said",
            "stop_reason",
            "phase",
            "energy_wh",
            "power_w",
            "soc_percent",
            "cost",
            "limit",
            "details",
            "flagged",
            "anomalies",
        )
        read_only_fields = fields

    def get_cost(self, session: Session) -> Cost | None:
        if session.cost_minor is None:
            return None
        return {"amount_minor": session.cost_minor, "currency": session.currency}

    def get_limit(self, session: Session) -> dict[str, float]:
        return orjson.loads(session.limit) if session.limit else {}

    def get_details(self, session: Session) -> dict[str, Any]:
        return orjson.loads(session.details) if session.details else {}


class LimitSerializer(serializers.Serializer[Any]):
    """Whichever is reached first; what is left out stays as it was."""

    max_energy_wh = serializers.FloatField(required=False)
    max_cost = serializers.FloatField(required=False, help_text="In the station's currency.")
    max_time_s = serializers.IntegerField(required=False, help_text="Since the session's start.")
    max_soc = serializers.IntegerField(required=False, min_value=0, max_value=100, help_text="Percent.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if not values:
            raise ValidationError("Give at least one limit.")
        return values


class SampleSerializer(serializers.ModelSerializer[MeterSample]):
    """A meter value; `energy_wh` is the meter's register, `values` what the charger sent."""

    values = serializers.SerializerMethodField()

    class Meta:
        model = MeterSample
        fields = (
            "at",
            "at_said",
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
    flagged = filters.BooleanFilter("is_flagged", label="Has anomalies.")
    anomaly = filters.ChoiceFilter(
        choices=[(code.value, code.value) for code in Anomaly], method="by_anomaly", label="An anomaly it has."
    )
    open = filters.BooleanFilter("ended_at", lookup_expr="isnull", label="Not ended yet.")
    started_after = filters.IsoDateTimeFilter("started_at", lookup_expr="gte")
    started_before = filters.IsoDateTimeFilter("started_at", lookup_expr="lt")

    class Meta:
        model = Session
        fields = ("station", "id_token", "open", "transaction_id")

    def by_anomaly(self, sessions: QuerySet[Session], name: str, code: str) -> QuerySet[Session]:
        # The index over those that are flagged leads there.
        return sessions.filter(is_flagged=True, anomalies__icontains=f'"{code}"')


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

    @extend_schema(request=LimitSerializer, responses=SessionSerializer)
    @action(detail=True, methods=["post"])
    def limit(self, request: Request, pk: str) -> Response:
        """Limit an open session (OCPP 2.1): the station is told with the answer to its next message."""
        session = self.get_object()
        require(request.user, Permission.MANAGE_SESSIONS, session.station.site)
        given = LimitSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            limited = sessions.set_limit(session=session, limit=limits.of_parameters(given.validated_data))
        except DjangoValidationError as error:
            raise Conflict(" ".join(error.messages)) from error
        return Response(self.get_serializer(limited).data)


class SampleListView(generics.ListAPIView[MeterSample]):
    """A session's meter values, oldest first."""

    queryset = MeterSample.objects.none()
    serializer_class = SampleSerializer
    filter_backends = ()
    ordering = "at"

    def get_queryset(self) -> QuerySet[MeterSample]:
        session = get_object_or_404(visible_sessions(self.request.user), pk=self.kwargs["id"])
        return samples_of(session)
