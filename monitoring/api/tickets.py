"""/tickets/"""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.api.problems import Conflict
from drivers.domain.roles import Permission
from drivers.models import User
from monitoring.api.incidents import Address, AssignSerializer, TextSerializer
from monitoring.models import Ticket, TicketMessage
from monitoring.selectors import tickets as selectors
from monitoring.services import tickets
from stations.models import Evse, Session, Site, Station
from stations.permissions import may, organizations_granting
from stations.selectors import visible_evses, visible_sessions, visible_sites, visible_stations

PRIORITIES = [(priority.name.lower(), priority.label) for priority in Ticket.Priority]
# What programs may say of where a ticket came from: the others are known by the way it came.
SOURCES = [(s.value, s.label) for s in (Ticket.Source.FORM, Ticket.Source.PHONE, Ticket.Source.CONSOLE)]


class PriorityField(serializers.ChoiceField):
    """urgent, high, normal or low."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=PRIORITIES, **kwargs)

    def to_representation(self, value: Any) -> str:
        return Ticket.Priority(value).name.lower()

    def to_internal_value(self, data: Any) -> Any:
        return Ticket.Priority[str(super().to_internal_value(data)).upper()]


class TicketMessageSerializer(serializers.ModelSerializer[TicketMessage]):
    by = Address(source="by.email")

    class Meta:
        model = TicketMessage
        fields = ("id", "author", "by", "is_internal", "body", "at", "letter", "sent_at")
        read_only_fields = fields


class TicketSerializer(serializers.ModelSerializer[Ticket]):
    """A driver's report. Due times are null while nothing is waited for; seconds are those of support hours."""

    organization = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    station = serializers.CharField(source="station.identity", read_only=True, allow_null=True, default=None)
    priority = PriorityField(read_only=True)
    assigned_to = Address(source="assigned_to.email")
    is_overdue = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields: tuple[str, ...] = (
            "reference",
            "organization",
            "subject",
            "state",
            "category",
            "priority",
            "source",
            "site",
            "station",
            "evse",
            "session",
            "incident",
            "contact_name",
            "contact_email",
            "contact_phone",
            "language",
            "assigned_to",
            "opened_at",
            "first_answer_due_at",
            "first_answered_at",
            "first_answer_s",
            "resolution_due_at",
            "resolved_at",
            "reopened",
            "is_overdue",
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(bool)
    def get_is_overdue(self, ticket: Ticket) -> bool:
        return ticket.is_overdue(timezone.now())


class TicketDetailSerializer(TicketSerializer):
    """With the conversation, and what the charger was like when it was opened."""

    messages = TicketMessageSerializer(many=True, read_only=True)
    snapshot = serializers.SerializerMethodField()

    class Meta(TicketSerializer.Meta):
        fields = (*TicketSerializer.Meta.fields, "messages", "snapshot")
        read_only_fields = fields

    @extend_schema_field({"type": "object", "nullable": True, "additionalProperties": True})
    def get_snapshot(self, ticket: Ticket) -> dict[str, Any] | None:
        found = getattr(ticket, "snapshot", None)
        return {"taken_at": found.taken_at, **found.data} if found else None


class NewTicketSerializer(serializers.Serializer[Any]):
    """A session names its EVSE, an EVSE its station, a station its site; without any, `organization` says whose it is.

    `key`: the same key a second time is the ticket from before.
    """

    organization = serializers.SlugField(required=False)
    subject = serializers.CharField(max_length=200)
    body = serializers.CharField(max_length=10_000)
    source: Any = serializers.ChoiceField(choices=SOURCES, default=Ticket.Source.CONSOLE)
    category = serializers.ChoiceField(choices=Ticket.Category.choices, default=Ticket.Category.OTHER)
    priority = PriorityField(default=Ticket.Priority.NORMAL)
    site = serializers.PrimaryKeyRelatedField[Site](queryset=Site.objects.none(), required=False)
    station = serializers.SlugRelatedField[Station](
        slug_field="identity", queryset=Station.objects.none(), required=False
    )
    evse = serializers.PrimaryKeyRelatedField[Evse](queryset=Evse.objects.none(), required=False)
    session = serializers.PrimaryKeyRelatedField[Session](queryset=Session.objects.none(), required=False)
    contact_name = serializers.CharField(max_length=120, required=False)
    contact_email = serializers.EmailField(max_length=254, required=False)
    contact_phone = serializers.CharField(max_length=40, required=False)
    language = serializers.CharField(max_length=8, required=False)
    key = serializers.CharField(max_length=120, required=False)

    def get_fields(self) -> dict[str, Any]:
        """What the caller does not see cannot be named."""
        found: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        if request is not None:
            found["site"].queryset = visible_sites(request.user)
            found["station"].queryset = visible_stations(request.user).select_related("site__organization")
            found["evse"].queryset = visible_evses(request.user).select_related("station__site__organization")
            found["session"].queryset = visible_sessions(request.user).select_related("station__site", "evse__station")
        return found


class AnswerSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=10_000)
    waits = serializers.BooleanField(default=True, help_text="It is the driver's turn now, and the clock stands.")


class ResolveTicketSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(
        max_length=10_000, required=False, default="", allow_blank=True, help_text="Told to the driver, if any."
    )


class TicketFilter(filters.FilterSet):  # type: ignore[misc]
    open = filters.BooleanFilter(method="by_open", label="Whether it is open or waits for the driver.")
    overdue = filters.BooleanFilter(method="by_overdue", label="Whether an answer or a solution is overdue.")
    priority = filters.ChoiceFilter(choices=PRIORITIES, method="by_priority")
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    assigned_to = filters.CharFilter("assigned_to__email", lookup_expr="iexact", label="Email address of whose it is.")
    opened_after = filters.IsoDateTimeFilter("opened_at", lookup_expr="gte")
    opened_before = filters.IsoDateTimeFilter("opened_at", lookup_expr="lt")

    class Meta:
        model = Ticket
        fields = ("state", "category", "source", "site", "session", "incident")

    def by_open(self, rows: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        found = Q(state__in=selectors.OPEN)
        return rows.filter(found if value else ~found)

    def by_overdue(self, rows: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        now = timezone.now()
        late = Q(first_answer_due_at__lt=now) | Q(resolution_due_at__lt=now)
        # Not ~late: a due time that is null makes that null, which is nobody's.
        ids = rows.filter(late).values("pk")
        return rows.filter(pk__in=ids) if value else rows.exclude(pk__in=ids)

    def by_priority(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return rows.filter(priority=Ticket.Priority[value.upper()])


class TicketViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Ticket]):
    """What drivers report, newest first."""

    queryset = Ticket.objects.none()
    serializer_class = TicketSerializer
    filterset_class = TicketFilter
    ordering = ("-id",)
    ordering_fields = ("id", "opened_at")
    lookup_field = "reference"
    lookup_value_regex = "T-[0-9A-Z]+"

    def get_queryset(self) -> QuerySet[Ticket]:
        rows = selectors.with_parts(selectors.visible_tickets(self.request.user))
        return rows if self.action == "list" else rows.select_related("snapshot").prefetch_related("messages__by")

    def get_serializer_class(self) -> type[TicketSerializer]:
        return TicketSerializer if self.action == "list" else TicketDetailSerializer

    @extend_schema(request=NewTicketSerializer, responses={201: TicketDetailSerializer})
    def create(self, request: Request) -> Response:
        """Open one; the charger's state, its last frames and the session are attached by themselves."""
        read = NewTicketSerializer(data=request.data, context={"request": request})
        read.is_valid(raise_exception=True)
        values = dict(read.validated_data)
        user = cast(User, request.user)
        site = _site_of(values)
        organizations = organizations_granting(user, Permission.RESPOND)
        slug = values.pop("organization", None)
        organization = site.organization if site else organizations.filter(slug=slug).first()
        if site is not None and not may(user, Permission.RESPOND, site):
            raise PermissionDenied("Your role does not include answering drivers there.")
        if organization is None:
            raise ValidationError({"organization": "Name one in which you answer drivers, or a site or charger."})
        try:
            made = tickets.open_ticket(organization=organization, by=user, **values)
        except Refused as error:
            raise ValidationError(getattr(error, "message_dict", None) or error.messages) from error
        return Response(TicketDetailSerializer(self.get_queryset().get(pk=made.pk)).data, status=201)

    def _do(
        self, form: type[serializers.Serializer[Any]], verb: Callable[[Ticket, User, dict[str, Any]], object]
    ) -> Response:
        """Raises PermissionDenied, and Conflict for what cannot be done with it as it is."""
        ticket, user = self.get_object(), cast(User, self.request.user)
        if not selectors.may_on(user, Permission.RESPOND, ticket):
            raise PermissionDenied("Your role does not include answering drivers there.")
        read = form(data=self.request.data)
        read.is_valid(raise_exception=True)
        try:
            verb(ticket, user, dict(read.validated_data))
        except Refused as error:
            raise Conflict(" ".join(error.messages)) from error
        return Response(TicketDetailSerializer(self.get_object()).data)

    @extend_schema(request=AnswerSerializer, responses=TicketDetailSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, reference: str) -> Response:
        """Write to the driver."""
        return self._do(AnswerSerializer, lambda ticket, by, data: tickets.answer(ticket=ticket, by=by, **data))

    @extend_schema(request=TextSerializer, responses=TicketDetailSerializer)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, reference: str) -> Response:
        """A note for staff alone."""
        return self._do(TextSerializer, lambda ticket, by, data: tickets.note(ticket=ticket, by=by, **data))

    @extend_schema(request=ResolveTicketSerializer, responses=TicketDetailSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, reference: str) -> Response:
        """Solved; a second time changes nothing."""
        return self._do(ResolveTicketSerializer, lambda ticket, by, data: tickets.resolve(ticket=ticket, by=by, **data))

    @extend_schema(request=AssignSerializer, responses=TicketDetailSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, reference: str) -> Response:
        """Hand it to somebody who may answer it; null: to nobody."""

        def verb(ticket: Ticket, by: User, data: dict[str, Any]) -> None:
            email = data["to"]
            to = selectors.people_for(ticket).filter(email__iexact=email).first() if email else None
            if email and to is None:
                raise ValidationError({"to": "Nobody with this address may answer it."})
            tickets.assign(ticket=ticket, to=to, by=by)

        return self._do(AssignSerializer, verb)


def _site_of(values: dict[str, Any]) -> Site | None:
    """Where it is by the most exact thing that is named."""
    if session := values.get("session"):
        return cast(Site, session.station.site)
    if evse := values.get("evse"):
        return cast(Site, evse.station.site)
    station = values.get("station")
    return cast(Site, station.site) if station else values.get("site")
