"""/incidents/ and /alerts/"""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.api.problems import Conflict
from drivers.models import User
from monitoring.api.public_updates import PublicUpdateSerializer, published_id, updates_of
from monitoring.models import Alert, Incident, IncidentEntry, Severity
from monitoring.selectors import incidents as selectors
from monitoring.services import incidents, publication
from stations.api.base import ID

SEVERITIES = [(severity.name.lower(), severity.label) for severity in Severity]


class SeverityField(serializers.ChoiceField):
    """critical, major or minor."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=SEVERITIES, **kwargs)

    def to_representation(self, value: Any) -> str:
        return Severity(value).name.lower()


class Address(serializers.EmailField):
    """Of a person, if there is one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, allow_null=True, default=None, **kwargs)


class IncidentEntrySerializer(serializers.ModelSerializer[IncidentEntry]):
    by = Address(source="by.email")

    class Meta:
        model = IncidentEntry
        fields = ("id", "kind", "at", "by", "text", "data")
        read_only_fields = fields


class IncidentSerializer(serializers.ModelSerializer[Incident]):
    """One cause, however many alerts it has."""

    organization = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    severity = SeverityField(read_only=True)
    acknowledged_by = Address(source="acknowledged_by.email")
    assigned_to = Address(source="assigned_to.email")
    is_open = serializers.BooleanField(read_only=True)

    class Meta:
        model = Incident
        fields = (
            "id",
            "organization",
            "site",
            "title",
            "cause",
            "severity",
            "is_open",
            "opened_at",
            "acknowledged_at",
            "acknowledged_by",
            "assigned_to",
            "snoozed_until",
            "resolved_at",
        )
        read_only_fields = fields


class IncidentFilter(filters.FilterSet):  # type: ignore[misc]
    open = filters.BooleanFilter("resolved_at", lookup_expr="isnull", label="Whether it is not resolved.")
    severity = filters.ChoiceFilter(choices=SEVERITIES, method="by_severity")
    station = filters.CharFilter(method="by_station", label="Identity of a station it has an alert of.")
    opened_after = filters.IsoDateTimeFilter("opened_at", lookup_expr="gte")
    opened_before = filters.IsoDateTimeFilter("opened_at", lookup_expr="lt")

    class Meta:
        model = Incident
        fields = ("site", "cause")

    def by_severity(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        return rows.filter(severity=Severity[value.upper()])

    def by_station(self, rows: QuerySet[Incident], name: str, value: str) -> QuerySet[Incident]:
        return rows.filter(pk__in=Alert.objects.filter(station__identity=value).values("incident"))


class AssignSerializer(serializers.Serializer[Any]):
    to = serializers.EmailField(allow_null=True, help_text="Of a member who may respond there; null: nobody.")


class TextSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000)


class SnoozeSerializer(serializers.Serializer[Any]):
    until = serializers.DateTimeField(allow_null=True, help_text="Null ends the snooze.")


class IncidentViewSet(viewsets.ReadOnlyModelViewSet[Incident]):
    """What is wrong, newest first. They open and resolve by themselves; people acknowledge, assign and comment."""

    queryset = Incident.objects.none()
    serializer_class = IncidentSerializer
    filterset_class = IncidentFilter
    ordering = ("-id",)
    ordering_fields = ("id", "opened_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Incident]:
        return selectors.visible_incidents(self.request.user)

    def _do(self, verb: Callable[[Incident, User], object]) -> Response:
        """Raises PermissionDenied, and Conflict for what cannot be done with it as it is."""
        incident = self.get_object()
        user = cast(User, self.request.user)
        if not selectors.may_respond(user, incident):
            raise PermissionDenied("Your role does not include taking care of incidents there.")
        try:
            verb(incident, user)
        except Refused as error:
            raise Conflict(" ".join(error.messages)) from error
        return Response(self.get_serializer(self.get_object()).data)

    def _read(self, form: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
        read = form(data=request.data)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    @extend_schema(request=None, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that you take care of it; a second one changes nothing."""
        return self._do(lambda incident, by: incidents.acknowledge(incident_id=incident.pk, by=by))

    @extend_schema(request=AssignSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Hand it to somebody."""
        email = self._read(AssignSerializer, request)["to"]

        def verb(incident: Incident, by: User) -> None:
            known = {person.email.lower(): person for person in selectors.people_for(incident)}
            if email is not None and email.lower() not in known:
                raise ValidationError({"to": "Nobody with this address may respond there."})
            incidents.assign(incident_id=incident.pk, to=known[email.lower()] if email else None, by=by)

        return self._do(verb)

    @extend_schema(request=TextSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def comment(self, request: Request, pk: str) -> Response:
        """Leave a word in its timeline."""
        text = self._read(TextSerializer, request)["text"]
        return self._do(lambda incident, by: incidents.comment(incident_id=incident.pk, text=text, by=by))

    @extend_schema(request=SnoozeSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Have nothing said of it until a moment."""
        until = self._read(SnoozeSerializer, request)["until"]
        return self._do(lambda incident, by: incidents.snooze(incident_id=incident.pk, until=until, by=by))

    @extend_schema(request=TextSerializer, responses=IncidentSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Close it by hand, with a word on what it was."""
        text = self._read(TextSerializer, request)["text"]
        return self._do(lambda incident, by: incidents.resolve(incident_id=incident.pk, text=text, by=by))

    @extend_schema(responses=IncidentEntrySerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def entries(self, request: Request, pk: str) -> Response:
        """Its timeline, the last thousand lines in their order."""
        lines = self.get_object().entries.select_related("by").order_by("-at", "-id")[:1000]
        return Response(IncidentEntrySerializer(list(reversed(lines)), many=True).data)

    @extend_schema(responses=PublicUpdateSerializer(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def updates(self, request: Request, pk: str) -> Response:
        """What the public is told of it on the status page, in order; nothing where it is not published."""
        return Response(PublicUpdateSerializer(updates_of(self.get_object().pk), many=True).data)

    @extend_schema(request=PublicUpdateSerializer, responses={201: PublicUpdateSerializer})
    @updates.mapping.post
    def add_update(self, request: Request, pk: str) -> Response:
        """Publish it on the status page, or tell how it goes on. Whoever subscribed gets a letter."""
        form = PublicUpdateSerializer(data=request.data)
        form.is_valid(raise_exception=True)

        def verb(incident: Incident, by: User) -> None:
            known = published_id(incident.pk)
            if known is None:
                publication.publish(incident_id=incident.pk, word=form.word(), by=by)
            else:
                publication.add_update(published_id=known, word=form.word(), by=by)

        self._do(verb)
        return Response(PublicUpdateSerializer(updates_of(int(pk))[-1]).data, status=201)


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """What one rule finds wrong with one thing."""

    station = serializers.CharField(source="station.identity", read_only=True, allow_null=True, default=None)
    severity = SeverityField(read_only=True)
    flapping = serializers.BooleanField(
        source="is_flapping", read_only=True, help_text="It comes and goes, and stays open until it is quiet."
    )

    class Meta:
        model = Alert
        fields = (
            "id",
            "incident",
            "rule",
            "subject",
            "site",
            "station",
            "evse",
            "severity",
            "said",
            "evidence",
            "flapping",
            "began_at",
            "raised_at",
            "cleared_at",
            "resolved_at",
        )
        read_only_fields = fields


class AlertFilter(filters.FilterSet):  # type: ignore[misc]
    open = filters.BooleanFilter("resolved_at", lookup_expr="isnull", label="Whether it is not resolved.")
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    raised_after = filters.IsoDateTimeFilter("raised_at", lookup_expr="gte")
    raised_before = filters.IsoDateTimeFilter("raised_at", lookup_expr="lt")

    class Meta:
        model = Alert
        fields = ("incident", "rule", "subject", "site", "evse")


class AlertViewSet(viewsets.ReadOnlyModelViewSet[Alert]):
    """Raised alerts, newest first."""

    queryset = Alert.objects.none()
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    ordering = ("-id",)
    ordering_fields = ("id", "raised_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Alert]:
        return selectors.visible_alerts(self.request.user)
