"""/work-orders/: what technicians have to do, did, found and used."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.api.problems import Conflict
from drivers.domain.roles import Permission
from drivers.models import User
from monitoring.models import Incident, WorkOrder, WorkOrderEntry, WorkOrderPart
from monitoring.selectors.incidents import visible_incidents
from monitoring.selectors.work_orders import OPEN, visible_work_orders, workers
from monitoring.services import work_orders
from stations.api.base import ID
from stations.api.fields import VisibleField
from stations.models import Site
from stations.permissions import require
from stations.selectors import visible_evses, visible_sites, visible_stations

PRIORITIES = [(priority.name.lower(), priority.label) for priority in WorkOrder.Priority]
_OUTCOME = ("found", "cured", "report", "spent_minutes", "cost_minor", "currency")


class PriorityField(serializers.ChoiceField):
    """urgent, high, normal or low."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=PRIORITIES, **kwargs)

    def to_representation(self, value: Any) -> str:
        return WorkOrder.Priority(value).name.lower()

    def to_internal_value(self, data: Any) -> Any:
        return WorkOrder.Priority[super().to_internal_value(data).upper()]


class PartSerializer(serializers.ModelSerializer[WorkOrderPart]):
    class Meta:
        model = WorkOrderPart
        fields = ("id", "name", "number", "quantity")


class WorkOrderSerializer(serializers.ModelSerializer[WorkOrder]):
    """`cost_minor`: in minor units of `currency`, parts included. `evidence`: the figures it was made for."""

    station = serializers.CharField(source="station.identity", read_only=True, allow_null=True, default=None)
    priority = PriorityField(read_only=True)
    assigned_to = serializers.EmailField(source="assigned_to.email", read_only=True, allow_null=True, default=None)
    created_by = serializers.EmailField(source="created_by.email", read_only=True, allow_null=True, default=None)
    parts = PartSerializer(many=True, read_only=True)

    class Meta:
        model = WorkOrder
        fields = (
            *("id", "site", "station", "evse", "title", "description", "origin", "incident", "plan", "evidence"),
            *("priority", "state", "assigned_to", "due_at", "created_by", "created_at", "started_at", "finished_at"),
            *(*_OUTCOME, "parts"),
        )
        read_only_fields = fields


class NewWorkOrderSerializer(serializers.Serializer[Any]):
    site = VisibleField("id", visible_sites)
    station = VisibleField("identity", visible_stations, required=False, allow_null=True, help_text="Identity.")
    evse = VisibleField("id", visible_evses, required=False, allow_null=True)
    incident = VisibleField("id", visible_incidents, required=False, allow_null=True)
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    priority = PriorityField(required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    assigned_to = serializers.EmailField(required=False, allow_null=True, help_text="Of who may work there.")


class ChangedWorkOrderSerializer(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200, required=False)
    description = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    priority = PriorityField(required=False)
    due_at = serializers.DateTimeField(required=False, allow_null=True)


class OutcomeSerializer(serializers.ModelSerializer[WorkOrder]):
    """What was found, what helped, time and cost; what is left out stays as it is."""

    class Meta:
        model = WorkOrder
        fields = _OUTCOME
        extra_kwargs = {"cost_minor": {"min_value": 0}}


class WorkerSerializer(serializers.Serializer[Any]):
    to = serializers.EmailField(allow_null=True, help_text="Of who may work there; null: nobody any more.")


class NoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=4000, required=False, default="", allow_blank=True)


class WorkOrderEntrySerializer(serializers.ModelSerializer[WorkOrderEntry]):
    by = serializers.EmailField(source="by.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = WorkOrderEntry
        fields = ("id", "kind", "at", "by", "text")
        read_only_fields = fields


class WorkOrderFilter(filters.FilterSet):  # type: ignore[misc]
    open = filters.BooleanFilter(method="by_open", label="Whether it is neither done nor cancelled.")
    overdue = filters.BooleanFilter(method="by_overdue", label="Open, and due before now.")
    priority = filters.ChoiceFilter(choices=PRIORITIES, method="by_priority")
    station = filters.CharFilter("station__identity", label="Identity.")
    assigned_to = filters.CharFilter("assigned_to__email", lookup_expr="iexact", label="Address of whose it is.")
    unassigned = filters.BooleanFilter("assigned_to", lookup_expr="isnull", label="Whether it is nobody's.")
    created_after = filters.IsoDateTimeFilter("created_at", lookup_expr="gte")
    finished_after = filters.IsoDateTimeFilter("finished_at", lookup_expr="gte")
    finished_before = filters.IsoDateTimeFilter("finished_at", lookup_expr="lt")

    class Meta:
        model = WorkOrder
        fields = ("site", "state", "origin", "incident", "plan", "found", "cured")

    def by_open(self, rows: QuerySet[WorkOrder], name: str, value: bool) -> QuerySet[WorkOrder]:
        return rows.filter(state__in=OPEN) if value else rows.exclude(state__in=OPEN)

    def by_overdue(self, rows: QuerySet[WorkOrder], name: str, value: bool) -> QuerySet[WorkOrder]:
        late = {"state__in": OPEN, "due_at__lt": timezone.now()}
        return rows.filter(**late) if value else rows.exclude(**late)

    def by_priority(self, rows: QuerySet[WorkOrder], name: str, value: str) -> QuerySet[WorkOrder]:
        return rows.filter(priority=WorkOrder.Priority[value.upper()])


class WorkOrderViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[WorkOrder]):
    """Work orders, newest first. Nothing is deleted: every change is a line of the timeline."""

    queryset = WorkOrder.objects.none()
    serializer_class = WorkOrderSerializer
    filterset_class = WorkOrderFilter
    ordering = ("-id",)
    ordering_fields = ("id", "priority", "created_at")
    lookup_value_regex = ID

    @property
    def viewer(self) -> User:
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[WorkOrder]:
        rows = visible_work_orders(self.viewer).select_related("site", "station", "assigned_to", "created_by")
        return rows.prefetch_related(Prefetch("parts", WorkOrderPart.objects.order_by("id")))

    def _own(self) -> WorkOrder:
        """The one of the address, if the viewer may work on it. Raises PermissionDenied."""
        order = self.get_object()
        require(self.viewer, Permission.MAINTAIN, order.site)
        return order

    def _do(self, verb: Callable[[], object]) -> Response:
        """Raises Conflict for what cannot be done with it as it is, ValidationError for what names a field."""
        try:
            verb()
        except Refused as problem:
            if hasattr(problem, "error_dict"):
                raise ValidationError(problem.message_dict) from problem
            raise Conflict(" ".join(problem.messages)) from problem
        return Response(self.get_serializer(self.get_object()).data)

    def _read(self, form: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        asked = form(data=self.request.data, partial=form is OutcomeSerializer, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return dict(asked.validated_data)

    @extend_schema(request=NewWorkOrderSerializer, responses={201: WorkOrderSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make one."""
        values = self._read(NewWorkOrderSerializer)
        require(self.viewer, Permission.MAINTAIN, values["site"])
        values["assigned_to"] = _worker(values["site"], values.get("assigned_to"), "assigned_to")
        incident: Incident | None = values.get("incident")
        if incident is not None and incident.site_id not in (None, values["site"].pk):
            raise ValidationError({"incident": "This incident is about another site."})
        origin = WorkOrder.Origin.INCIDENT if incident else WorkOrder.Origin.PERSON
        order = work_orders.open_work_order(**values, origin=origin, by=self.viewer)
        row = self.get_queryset().get(pk=order.pk)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ChangedWorkOrderSerializer, responses=WorkOrderSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is asked, while it is open."""
        order, values = self._own(), self._read(ChangedWorkOrderSerializer)
        return self._do(lambda: work_orders.change(order=order, by=self.viewer, **values))

    @extend_schema(request=WorkerSerializer, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Give it to somebody; they get a letter."""
        order = self._own()
        to = _worker(order.site, self._read(WorkerSerializer)["to"], "to")
        return self._do(lambda: work_orders.assign(order=order, to=to, by=self.viewer))

    @extend_schema(request=None, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: str) -> Response:
        """You are at it; a second time changes nothing."""
        order = self._own()
        return self._do(lambda: work_orders.start(order=order, by=self.viewer))

    @extend_schema(request=OutcomeSerializer, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def outcome(self, request: Request, pk: str) -> Response:
        """Write down what was found and used so far, without being done."""
        order, values = self._own(), self._read(OutcomeSerializer)
        return self._do(lambda: work_orders.record_outcome(order=order, by=self.viewer, **values))

    @extend_schema(request=OutcomeSerializer, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """It is done; a second time changes nothing."""
        order, values = self._own(), self._read(OutcomeSerializer)
        return self._do(lambda: work_orders.finish(order=order, by=self.viewer, **values))

    @extend_schema(request=ReasonSerializer, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """It need not be done any more."""
        order, values = self._own(), self._read(ReasonSerializer)
        return self._do(lambda: work_orders.cancel(order=order, by=self.viewer, **values))

    @extend_schema(request=None, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """It was not done after all."""
        order = self._own()
        return self._do(lambda: work_orders.reopen(order=order, by=self.viewer))

    @extend_schema(request=NoteSerializer, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, pk: str) -> Response:
        """Leave a word in its timeline."""
        order, text = self._own(), self._read(NoteSerializer)["text"]
        return self._do(lambda: work_orders.note(order=order, by=self.viewer, text=text))

    @extend_schema(request=PartSerializer, responses=WorkOrderSerializer)
    @action(detail=True, methods=["post"])
    def parts(self, request: Request, pk: str) -> Response:
        """A part was used."""
        order, values = self._own(), self._read(PartSerializer)
        return self._do(lambda: work_orders.use_part(order=order, by=self.viewer, **values))

    @extend_schema(
        request=None,
        responses=WorkOrderSerializer,
        parameters=[OpenApiParameter("part", int, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["delete"], url_path=rf"parts/(?P<part>{ID})")
    def part(self, request: Request, pk: str, part: str) -> Response:
        """A part was not used after all."""
        order = self._own()
        row = get_object_or_404(WorkOrderPart.objects.select_related("work_order"), work_order=order, pk=part)
        return self._do(lambda: work_orders.put_back_part(part=row, by=self.viewer))

    @extend_schema(responses=WorkOrderEntrySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def entries(self, request: Request, pk: str) -> Response:
        """Its timeline, the last thousand lines in their order."""
        lines = self.get_object().entries.select_related("by").order_by("-at", "-id")[:1000]
        return Response(WorkOrderEntrySerializer(list(reversed(lines)), many=True).data)


def _worker(site: Site, email: str | None, field: str) -> User | None:
    """Who may work at `site` by their address. Raises ValidationError for anybody else."""
    if email is None:
        return None
    person = workers(site).filter(email__iexact=email).first()
    if person is None:
        raise ValidationError({field: "Nobody with this address may work on the stations there."})
    return person
