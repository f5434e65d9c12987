"""/sites/"""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from rest_framework import serializers

from drivers.domain.roles import Permission
from drivers.models import Organization
from drivers.permissions import Viewer, memberships_granting
from stations.api.base import ID, Resource, organization_for, unmoved
from stations.api.fields import VisibleField
from stations.models import Site
from stations.permissions import require
from stations.selectors import visible_sites
from stations.services import network


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    granted = memberships_granting(viewer, Permission.MANAGE_NETWORK)
    return Organization.objects.filter(pk__in=granted.values("organization"))


class Degrees(serializers.FloatField):
    """A coordinate: a JSON number, stored to the sixth decimal (a tenth of a metre)."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        value = super().run_validation(data)
        return round(Decimal(value), 6) if isinstance(value, float) else value


class SiteSerializer(serializers.ModelSerializer[Site]):
    organization = VisibleField(
        "slug", _organizations, required=False, help_text="Left out: yours, if you work for one only."
    )
    latitude = Degrees(min_value=-90, max_value=90)
    longitude = Degrees(min_value=-180, max_value=180)
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
            "created_at",
        )
        # A name given twice is the service's to refuse: the organization may be left out here.
        validators: list[Any] = []

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
        fields = ("organization", "city", "country", "access", "is_public")


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
        return visible_sites(self.viewer).select_related("organization")

    def make(self, values: dict[str, Any]) -> Site:
        organization = organization_for(self.viewer, Permission.MANAGE_NETWORK, values.pop("organization", None))
        return network.create_site(organization=organization, **values)

    def change(self, row: Site, changes: dict[str, Any]) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row)
        network.update_site(site=row, **unmoved(changes, "organization", row.organization))

    def remove(self, row: Site) -> None:
        require(self.viewer, Permission.MANAGE_NETWORK, row)
        network.delete_site(site=row)
