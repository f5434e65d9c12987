"""/sites/"""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from drivers.domain.roles import Permission
from drivers.models import Organization
from drivers.permissions import Viewer, memberships_granting
from stations.api.base import ID, Resource, organization_for, unmoved
from stations.api.fields import VisibleField
from stations.domain.opening_hours import Unreadable, from_json, to_json
from stations.models import Site, SiteContact
from stations.permissions import require
from stations.selectors import visible_sites
from stations.selectors.opening_hours_words import why
from stations.services import network


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    granted = memberships_granting(viewer, Permission.MANAGE_NETWORK)
    return Organization.objects.filter(pk__in=granted.values("organization"))


class Degrees(serializers.FloatField):
    """A coordinate: a JSON number, stored to the sixth decimal (a tenth of a metre)."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return round(Decimal(value), 6) if isinstance(value, float) else value


class PeriodSerializer(serializers.Serializer[Any]):
    period_begin = serializers.CharField(help_text="On the site's clock, such as 08:00.")
    period_end = serializers.CharField(help_text="If it is not later than the beginning: on the next day.")


class RegularHoursSerializer(PeriodSerializer):
    weekday = serializers.IntegerField(min_value=1, max_value=7, help_text="1 is Monday.")


class SpecialDaySerializer(serializers.Serializer[Any]):
    day = serializers.DateField()
    hours = PeriodSerializer(many=True, required=False, help_text="Instead of its weekday's; none: closed.")
    reason = serializers.CharField(required=False, allow_blank=True, max_length=80)


class OpeningHoursSerializer(serializers.Serializer[Any]):
    """In the words of OCPI 2.2.1; days that are different are days of the site's clock."""

    twentyfourseven = serializers.BooleanField(default=False)
    regular_hours = RegularHoursSerializer(many=True, required=False)
    special_days = SpecialDaySerializer(many=True, required=False)


@extend_schema_field(OpeningHoursSerializer)
class OpeningHoursField(serializers.JSONField):
    """Read by stations.domain.opening_hours, and stored as that writes it."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return to_json(from_json(super().to_internal_value(data)))
        except Unreadable as error:
            raise serializers.ValidationError(why(error)) from error


class SiteContactSerializer(serializers.ModelSerializer[SiteContact]):
    class Meta:
        model = SiteContact
        fields = ("name", "role", "phone", "email", "note", "is_public")


class SiteSerializer(serializers.ModelSerializer[Site]):
    organization = VisibleField(
        "slug", _organizations, required=False, help_text="Left out: yours, if you work for one only."
    )
    latitude = Degrees(min_value=-90, max_value=90)
    longitude = Degrees(min_value=-180, max_value=180)
    opening_hours = OpeningHoursField(required=False, allow_null=True, help_text="null: not stated.")
    open_now = serializers.SerializerMethodField(help_text="null where nobody said when it is open.")
    contacts = SiteContactSerializer(
        many=True, required=False, help_text="When given, they take the place of all there were."
    )
    country = serializers.RegexField("^[A-Za-z]{2}$", required=False, allow_blank=True, help_text="ISO 3166-1 alpha-2.")

    class Meta:
        model = Site
        fields = (
            "id",
            "organization",
            "name",
            "address",
            "city",
            "country",
            "latitude",
            "longitude",
            "timezone",
            "access",
            "one_session_per_token",
            "is_public",
            "is_active",
            "description",
            "opening_hours",
            "open_now",
            "directions",
            "staff_note",
            "contacts",
            "created_at",
        )
        # A name given twice is the service's to refuse: the organization may be left out here.
        validators: list[Any] = []

    def get_open_now(self, site: Site) -> bool | None:
        return None if site.hours is None else site.hours.is_open(timezone.now(), site.zone)

    def validate_timezone(self, value: str) -> str:
        if value not in available_timezones():
            raise serializers.ValidationError("This is no IANA time zone, such as Europe/Berlin.")
        return value

    def validate_country(self, value: str) -> str:
        return value.upper()


class SiteFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter("organization__slug")

    class Meta:
        model = Site
        fields = ("organization", "city", "country", "access", "is_public", "is_active")


class SiteViewSet(Resource[Site]):
    """Places with stations."""

    queryset = Site.objects.none()
    serializer_class = SiteSerializer
    filterset_class = SiteFilter
    search_fields = ("name", "address", "city")
    ordering = ("name",)
    ordering_fields = ("id", "name", "created_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Site]:
        return visible_sites(self.viewer).select_related("organization").prefetch_related("contacts")

    def make(self, values: dict[str, Any]) -> Site:
        organization = organization_for(self.viewer, Permission.MANAGE_NETWORK, values.pop("organization", None))
        return network.create_site(organization=organization, **values)

    def change(self, row: Site, changes: dict[str, Any]) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row)
        network.update_site(site=row, **unmoved(changes, "organization", row.organization))

    def remove(self, row: Site) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row)
        network.delete_site(site=row)
