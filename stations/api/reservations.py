"""/reservations/"""

from typing import Any, cast

from django.db.models import Case, QuerySet, Value, When
from django.http import Http404
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.api.problems import Conflict, InvalidQuery
from drivers.domain.apikeys import Scope
from drivers.models import User
from stations.api.base import ID
from stations.api.commands import LONGEST_WAIT_S
from stations.api.fields import VisibleField
from stations.api.waiting import Awaited
from stations.domain.commands import CommandKind
from stations.domain.parameters import InvalidParameters
from stations.domain.reservations import ReservationState
from stations.domain.times import render
from stations.models import Command, Reservation
from stations.permissions import require_command
from stations.selectors import visible_stations
from stations.selectors.tokens import visible_reservations
from stations.services import commands, reservations


class ReservationSerializer(serializers.ModelSerializer[Reservation]):
    """A place that a charger keeps for an id token; `id` is its number on the wire."""

    id = serializers.IntegerField(source="wire_id", read_only=True, help_text="On the wire.")
    station = VisibleField("identity", visible_stations, help_text="Identity.")
    evse = serializers.IntegerField(
        source="evse_number", required=False, allow_null=True, min_value=1, help_text="Number; null: any."
    )
    connector = serializers.IntegerField(
        source="connector_number", required=False, allow_null=True, min_value=1, help_text="Within the EVSE (1.6)."
    )
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Null where only the charger knows it.")
    requested_by = serializers.EmailField(source="requested_by.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Reservation
        fields = (
            "id",
            "station",
            "evse",
            "connector",
            "connector_type",
            "id_token",
            "id_token_type",
            "group_id_token",
            "expires_at",
            "state",
            "answer",
            "session",
            "command",
            "requested_by",
            "created_at",
            "answered_at",
            "ended_at",
        )
        read_only_fields = fields[9:]

    def validate_expires_at(self, value: Any) -> Any:
        if value is None:
            raise serializers.ValidationError("A reservation needs an end.")
        return value


class ReservationFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    evse = filters.NumberFilter("evse_number", label="Number of the EVSE.")
    id_token = filters.CharFilter(lookup_expr="iexact", label="Upper and lower case count as the same.")
    group_id_token = filters.CharFilter(lookup_expr="iexact")
    state = filters.MultipleChoiceFilter(choices=[(state.value, state.value) for state in ReservationState])
    expires_after = filters.IsoDateTimeFilter("expires_at", lookup_expr="gte")
    expires_before = filters.IsoDateTimeFilter("expires_at", lookup_expr="lt")

    class Meta:
        model = Reservation
        fields = ("station", "evse", "id_token", "group_id_token", "state", "command")


class WaitSerializer(serializers.Serializer[Any]):
    wait = serializers.FloatField(
        default=0, min_value=0, max_value=LONGEST_WAIT_S, help_text="Seconds to wait for the charger's answer."
    )


_STATION = OpenApiParameter(
    "station", str, description="Identity, where raw calls gave the same number at several stations."
)


class ReservationViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Reservation],
):
    """Reservations, whoever made them, newest first."""

    queryset = Reservation.objects.none()
    serializer_class = ReservationSerializer
    filterset_class = ReservationFilter
    ordering = ("-id",)
    ordering_fields = ("id", "expires_at")
    lookup_value_regex = ID
    scope = Scope.COMMAND

    def get_queryset(self) -> QuerySet[Reservation]:
        return visible_reservations(cast(User, self.request.user))

    def get_object(self) -> Reservation:
        """The newest of this number; one that we numbered goes first."""
        number = self.kwargs["pk"]
        if len(number) > 10:
            raise Http404
        found = self.get_queryset().filter(wire_id=int(number))
        if identity := self.request.query_params.get("station"):
            found = found.filter(station__identity=identity)
        ours_first = Case(When(pk=int(number), then=Value(0)), default=Value(1))
        row = found.order_by(ours_first, "-id").first()
        if row is None:
            raise Http404
        return row

    @extend_schema(parameters=[_STATION])
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        parameters=[WaitSerializer],
        responses={
            201: OpenApiResponse(ReservationSerializer, "The reservation, answered or not."),
        },
    )
    def create(self, request: Request) -> Response:
        """Ask a charger to keep a place. 409 if it is not connected."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        station = form.validated_data["station"]
        require_command(cast(User, request.user), CommandKind.RESERVE, station.site)
        wait_s = self._wait_s()
        try:
            row = reservations.reserve(
                station=station, values=_values(form.validated_data), requested_by=cast(User, request.user)
            )
        except InvalidParameters as error:
            raise ValidationError({name: str(text) for name, text in error.errors.items()}) from error
        except commands.NotConnected as error:
            raise Conflict(str(error)) from error
        return self._awaited(row, row.command, wait_s, status.HTTP_201_CREATED)

    @extend_schema(request=None, parameters=[WaitSerializer, _STATION], responses=ReservationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Ask the charger to give the place free; its answer changes the state."""
        wait_s = self._wait_s()
        row = self.get_object()
        return self._awaited(row, self._ask_to_cancel(row), wait_s, status.HTTP_200_OK)

    @extend_schema(parameters=[_STATION])
    def destroy(self, request: Request, pk: str) -> Response:
        """As `cancel/`. The reservation itself stays to be seen."""
        self._ask_to_cancel(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _ask_to_cancel(self, row: Reservation) -> Command | None:
        viewer = cast(User, self.request.user)
        require_command(viewer, CommandKind.CANCEL_RESERVATION, row.station.site)
        return reservations.cancel(reservation=row, requested_by=viewer)

    def _awaited(self, row: Reservation, command: Command | None, seconds: float, code: int) -> Awaited:
        def write() -> tuple[int, Any]:
            row.refresh_from_db()
            return code, self.get_serializer(row).data

        return Awaited(write, command=command, seconds=seconds)

    def _wait_s(self) -> float:
        query = WaitSerializer(data=self.request.query_params.dict())
        if not query.is_valid():
            raise InvalidQuery(query.errors)
        return float(query.validated_data["wait"])


_NAMES = {
    "id_token": "id_token",
    "id_token_type": "id_token_type",
    "group_id_token": "group_id_token",
    "evse_number": "evse",
    "connector_number": "connector",
    "connector_type": "connector_type",
}


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """The values of a `reserve` command; what is empty was not given."""
    values = {name: given[column] for column, name in _NAMES.items() if given.get(column) not in (None, "")}
    return values | {"expires_at": render(given["expires_at"])}
