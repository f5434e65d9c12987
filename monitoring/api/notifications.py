"""/notification-channels/, /rotas/, /on-call/ and /notifications/"""

from datetime import timedelta
from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from drivers.api.problems import Conflict
from drivers.domain.roles import Permission
from drivers.models import User
from monitoring.models import Channel, Notification, Rota, RotaOverride, Severity
from monitoring.selectors.notifications import managed, sites_to_choose, visible_channels, visible_notifications
from monitoring.selectors.rota import duties, visible_rotas
from monitoring.services import channels, rotas
from stations.api.base import ID, organization_for
from stations.api.fields import VisibleField

MOST_DAYS = 92
SEVERITIES = [(severity.name.lower(), severity.label) for severity in Severity]


class GravityField(serializers.ChoiceField):
    """critical, major or minor."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=SEVERITIES, **kwargs)

    def to_representation(self, value: Any) -> str:
        return Severity(value).name.lower()

    def to_internal_value(self, data: Any) -> Any:
        return int(Severity[str(super().to_internal_value(data)).upper()])


class NotificationChannelSerializer(serializers.ModelSerializer[Channel]):
    """Where it leads and what signs is never shown again; `hint` is as much of it as may be."""

    organization = VisibleField("slug", managed, required=False, help_text="Left out: yours, if you manage one only.")
    least_severity = GravityField(required=False, help_text="Of what is less grave nothing is told here.")
    url = serializers.CharField(write_only=True, required=False, max_length=2000, help_text="Of all but email.")
    sites = VisibleField(
        "id",
        lambda viewer: sites_to_choose(viewer, Permission.MANAGE_MONITORING),
        many=True,
        required=False,
        help_text="None: all of them.",
    )
    secret = serializers.SerializerMethodField(help_text="What signs a new webhook, in the answer to its making only.")

    class Meta:
        model = Channel
        fields = (
            *("id", "organization", "kind", "name", "addresses", "url", "hint", "least_severity", "sites"),
            *("is_subscribed", "is_active", "most", "last_sent_at", "problem", "secret"),
        )
        read_only_fields = ("hint", "last_sent_at", "problem")

    def get_secret(self, channel: Channel) -> str | None:
        return getattr(channel, "new_secret", "") or None


class ChannelViewSet(viewsets.ModelViewSet[Channel]):
    """By what organizations are told of incidents: email lists, signed webhooks, chat, SMS and paging services."""

    queryset = Channel.objects.none()
    serializer_class = NotificationChannelSerializer
    lookup_value_regex = ID
    ordering_fields = ("name", "id")

    def get_queryset(self) -> QuerySet[Channel]:
        viewer = cast(User, self.request.user)
        found = visible_channels(viewer).filter(organization__isnull=False)
        return found.prefetch_related("sites").order_by("id")

    def perform_create(self, serializer: serializers.BaseSerializer[Channel]) -> None:
        values = dict(serializer.validated_data)
        viewer = cast(User, self.request.user)
        organization = organization_for(viewer, Permission.MANAGE_MONITORING, values.pop("organization", None))
        serializer.instance = _store(Channel(organization=organization, kind=values.pop("kind")), values)

    def perform_update(self, serializer: serializers.BaseSerializer[Channel]) -> None:
        channel = cast(Channel, serializer.instance)
        values = dict(serializer.validated_data)
        if values.pop("organization", channel.organization) != channel.organization:
            raise ValidationError({"organization": "A channel stays with its organization."})
        if values.pop("kind", channel.kind) != channel.kind:
            raise ValidationError({"kind": "A channel stays what it is."})
        values.setdefault("sites", list(channel.sites.all()))
        _store(channel, values)

    @extend_schema(request=None, responses={200: None})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send a test; answers with what became of it, as /notifications/ shows it."""
        channel = self.get_object()
        person = cast(User, request.user)
        row = channels.try_out(organization=cast(Any, channel.organization), person=person, channel=channel)
        return Response(NotificationSerializer(row).data)


def _store(channel: Channel, values: dict[str, Any]) -> Channel:
    url, sites = values.pop("url", ""), values.pop("sites", [])
    try:
        secret = channels.save(channel=channel, values=values, url=url, sites=sites)
    except Refused as problem:
        raise ValidationError(problem.message_dict) from problem
    channel.new_secret = secret  # type: ignore[attr-defined]
    return channel


class ShiftSerializer(serializers.Serializer[Any]):
    """`person` is null in a gap: nobody is on call."""

    starts_at = serializers.DateTimeField(source="shift.start")
    ends_at = serializers.DateTimeField(source="shift.end")
    person = serializers.EmailField(source="person.email", allow_null=True, default=None)


class RotaSerializer(serializers.ModelSerializer[Rota]):
    organization = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Rota
        fields = ("id", "organization", "name", "timezone")


class OnCallSerializer(serializers.Serializer[Any]):
    """Who is on call in a rota now, and until when at least."""

    rota = RotaSerializer()
    now = ShiftSerializer()


class Span(serializers.Serializer[Any]):
    """A span of at most a quarter of a year."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not 0 < (attrs["until"] - attrs["since"]).days + 1 <= MOST_DAYS:
            raise ValidationError({"until": f"Between now and {MOST_DAYS} days after since."})
        return attrs


class OverrideSerializer(serializers.ModelSerializer[RotaOverride]):
    """Somebody takes over for a while."""

    person = serializers.EmailField(source="person.email")

    class Meta:
        model = RotaOverride
        fields = ("id", "person", "starts_at", "ends_at", "note")


class RotaViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Rota]):
    """On-call rotas; they are set up in the console."""

    queryset = Rota.objects.none()
    serializer_class = RotaSerializer
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Rota]:
        return visible_rotas(cast(User, self.request.user)).order_by("id")

    @extend_schema(parameters=[Span], responses=ShiftSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def shifts(self, request: Request, pk: str) -> Response:
        """Who is on call from `since` to `until`, gaps among them."""
        rota = self.get_object()
        span = Span(data=request.query_params)
        span.is_valid(raise_exception=True)
        values = span.validated_data
        return Response(ShiftSerializer(duties(rota, values["since"], values["until"]), many=True).data)

    @extend_schema(request=OverrideSerializer, responses={201: OverrideSerializer})
    @action(detail=True, methods=["post"])
    def overrides(self, request: Request, pk: str) -> Response:
        """Have somebody take over for a while."""
        rota = self.get_object()
        organization_for(cast(User, request.user), Permission.MANAGE_MONITORING, rota.organization)
        given = OverrideSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        email = values.pop("person")["email"]
        person = User.objects.filter(email__iexact=email, memberships__organization=rota.organization_id).first()
        if person is None:
            raise ValidationError({"person": "Nobody of the organization has this address."})
        row = RotaOverride(rota=rota, person=person, created_by=cast(User, request.user), **values)
        try:
            rotas.take_over(override=row)
        except Refused as problem:
            raise Conflict("; ".join(problem.messages)) from problem
        return Response(OverrideSerializer(row).data, status=201)


class OnCallView(APIView):
    """Who is on call now, by rota."""

    @extend_schema(responses=OnCallSerializer(many=True), operation_id="on_call_list")
    def get(self, request: Request) -> Response:
        now = timezone.now()
        found = [
            {"rota": rota, "now": duties(rota, now, now + timedelta(days=28))[0]}
            for rota in visible_rotas(cast(User, request.user))
        ]
        return Response(OnCallSerializer(found, many=True).data)


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    """A message to a person or a channel, and what became of it."""

    severity = GravityField(read_only=True)
    person = serializers.EmailField(source="person.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Notification
        fields = (
            *("id", "incident", "change", "severity", "person", "channel", "reason", "state"),
            *("created_at", "sent_at", "attempts", "problem", "digest"),
        )
        read_only_fields = fields


class NotificationFilter(filters.FilterSet):  # type: ignore[misc]
    class Meta:
        model = Notification
        fields = ("incident", "channel", "state", "change")


class NotificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Notification]):
    """The delivery log: messages about sites you manage, and those to you."""

    queryset = Notification.objects.none()
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter
    lookup_value_regex = ID
    ordering = "-id"
    ordering_fields = ("id",)

    def get_queryset(self) -> QuerySet[Notification]:
        return visible_notifications(cast(User, self.request.user)).order_by("-id")
