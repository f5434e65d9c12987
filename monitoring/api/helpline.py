"""/helpline-contacts/: drivers who turned to the helpline (SI 2023/1168 regulation 9)."""

from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer
from monitoring.models import HelplineContact, Ticket
from monitoring.models.helpline import LONGEST_MINUTES
from monitoring.selectors.helpline import visible_contacts
from monitoring.services import helpline
from stations.api.base import ID, organization_for
from stations.api.fields import VisibleField
from stations.permissions import organizations_granting, sites_granting
from stations.selectors import visible_stations


class HelplineContactSerializer(serializers.ModelSerializer[HelplineContact]):
    """`at`: when the driver was answered, after `waited_s` seconds (null: unknown); from then on it took `minutes`."""

    organization: Any = serializers.SlugRelatedField("slug", read_only=True)
    ticket = serializers.CharField(
        source="ticket.reference", read_only=True, allow_null=True, default=None, help_text="Reference."
    )
    station = serializers.CharField(source="station.identity", read_only=True, allow_null=True, default=None)
    taken_by = serializers.EmailField(source="taken_by.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = HelplineContact
        fields = (
            *("id", "organization", "site", "station", "at", "waited_s", "minutes", "channel", "category", "outcome"),
            *("note", "ticket", "taken_by", "created_at"),
        )
        read_only_fields = fields


def _answering(viewer: Viewer) -> QuerySet[Organization]:
    return organizations_granting(viewer, Permission.RESPOND)


def _sites(viewer: Viewer) -> QuerySet[Any]:
    return sites_granting(viewer, Permission.RESPOND)


class NewContactSerializer(serializers.Serializer[Any]):
    organization = VisibleField(
        "slug", _answering, required=False, allow_null=True, help_text="Needed where you work for several."
    )
    site = VisibleField("id", _sites, required=False, allow_null=True, default=None)
    station = VisibleField(
        "identity", visible_stations, required=False, allow_null=True, default=None, help_text="Identity."
    )
    at = serializers.DateTimeField()
    waited_s = serializers.IntegerField(
        min_value=0, max_value=24 * 3600, required=False, allow_null=True, default=None, help_text="Seconds."
    )
    minutes = serializers.IntegerField(min_value=0, max_value=LONGEST_MINUTES)
    channel = serializers.ChoiceField(HelplineContact.Channel.choices, default=HelplineContact.Channel.PHONE)
    category = serializers.ChoiceField(Ticket.Category.choices)
    outcome = serializers.ChoiceField(HelplineContact.Outcome.choices)
    note = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    makes_ticket = serializers.BooleanField(default=False, help_text="Whether it becomes a ticket, to be followed up.")
    contact_phone = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    contact_email = serializers.EmailField(required=False, default="", allow_blank=True)


class HelplineContactFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity.")
    after = filters.IsoDateTimeFilter("at", lookup_expr="gte")
    before = filters.IsoDateTimeFilter("at", lookup_expr="lt")

    class Meta:
        model = HelplineContact
        fields = ("category", "channel", "outcome", "site")


class HelplineContactViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[HelplineContact]):
    """The latest first. A contact is written down once and stays as it is."""

    queryset = HelplineContact.objects.none()
    serializer_class = HelplineContactSerializer
    filterset_class = HelplineContactFilter
    ordering = ("-at", "-id")
    ordering_fields = ("id", "at")
    lookup_value_regex = ID

    @property
    def viewer(self) -> User:
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[HelplineContact]:
        return visible_contacts(self.viewer).select_related("organization", "site", "station", "ticket", "taken_by")

    @extend_schema(request=NewContactSerializer, responses={201: HelplineContactSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Write a contact down, such as from the telephone system."""
        asked = NewContactSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        named = values.pop("organization", None)
        place = values["station"].site if values["station"] else values["site"]
        whose = place.organization if place else organization_for(self.viewer, Permission.RESPOND, named)
        try:
            row = helpline.log_contact(organization=whose, by=self.viewer, **values)
        except Refused as problem:
            raise ValidationError(problem.message_dict) from problem
        return Response(HelplineContactSerializer(row, context=self.get_serializer_context()).data, status=201)
