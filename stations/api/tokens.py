"""/id-tokens/"""

from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from drivers.domain.roles import Permission
from drivers.domain.tokens import TokenStatus
from drivers.models import IdToken, Organization, User
from drivers.permissions import Viewer, memberships_granting
from stations.api.base import ID, Resource, organization_for, unmoved
from stations.api.fields import VisibleField
from stations.ocpp import protocols
from stations.selectors import visible_id_tokens
from stations.selectors.drivers import tokens_named
from stations.services import tokens

# Of RFC 5321.
LONGEST_EMAIL = 254


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    granted = memberships_granting(viewer, Permission.VIEW_TOKENS)
    return Organization.objects.filter(pk__in=granted.values("organization"))


def _known_people(viewer: Viewer) -> QuerySet[User]:
    """Members of the viewer's organizations and drivers of their tokens."""
    organizations = _organizations(viewer)
    known = Q(id_tokens__organization__in=organizations) | Q(memberships__organization__in=organizations)
    return User.objects.filter(known).distinct()


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "format": "email"}]})
class DriverField(serializers.Field[User, "int | str", "int | None", IdToken]):
    """A person: shown by id, written by id or email address."""

    def to_representation(self, value: User) -> int:
        return value.pk

    def to_internal_value(self, data: Any) -> User:
        if isinstance(data, str):
            # A database refuses to look for what is longer than any address.
            found = User.objects.filter(email__iexact=data[: LONGEST_EMAIL + 1])
        elif isinstance(data, int) and not isinstance(data, bool):
            # An id can be guessed, an address is known: by id only those that the viewer's network knows already.
            found = _known_people(self.context["request"].user).filter(pk=data)
        else:
            raise serializers.ValidationError("Give an email address or an id.")
        driver = found.first()
        if driver is None:
            raise serializers.ValidationError("There is no such person.")
        return driver


@extend_schema_field({"type": ["object", "null"]})
class TariffField(serializers.Field[str, "dict[str, Any] | None", "dict[str, Any] | None", IdToken]):
    """A `TariffType`, kept as it was written."""

    def to_representation(self, value: str) -> dict[str, Any] | None:
        return orjson.loads(value) if value else None

    def to_internal_value(self, data: Any) -> str:
        return orjson.dumps(data).decode()


class IdTokenSerializer(serializers.ModelSerializer[IdToken]):
    organization = VisibleField(
        "slug", _organizations, required=False, help_text="Left out: yours, if you work for one only."
    )
    type = serializers.CharField(max_length=20, required=False, help_text="OCPP 2.x type, such as ISO14443.")
    status = serializers.ChoiceField([(status.value, status.name) for status in TokenStatus], required=False)
    energy_transfer = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        help_text="Ways in which energy may flow for it, such as DC_BPT (OCPP 2.1); empty: as the station does.",
    )
    tariff = TariffField(required=False, allow_null=True, help_text="The driver's own tariff (OCPP 2.1 TariffType).")
    driver = DriverField(required=False, allow_null=True)
    driver_email = serializers.EmailField(source="driver.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = IdToken
        fields = (
            "id",
            "organization",
            "value",
            "type",
            "status",
            "expires_at",
            "parent",
            "language",
            "message",
            "charging_priority",
            "prepaid_balance",
            "energy_transfer",
            "tariff",
            "driver",
            "driver_email",
            "label",
            "created_at",
        )
        # A value given twice is the service's to refuse: the organization may be left out here.
        validators: list[Any] = []

    def validate_tariff(self, value: str | None) -> str:
        if value:
            _check_terms("tariff", orjson.loads(value))
        return value or ""

    def validate_energy_transfer(self, value: list[str]) -> list[str]:
        if value:
            _check_terms("allowedEnergyTransfer", value)
        return value


def _check_terms(member: str, value: Any) -> None:
    """Refuse what an answer to a 2.1 station could not carry."""
    try:
        protocols.check_answer("ocpp2.1", "Authorize", {"idTokenInfo": {"status": "Accepted"}, member: value})
    except protocols.InvalidCall as error:
        raise serializers.ValidationError(error.message) from error


class IdTokenFilter(filters.FilterSet):  # type: ignore[misc]
    organization = filters.CharFilter("organization__slug")
    value = filters.CharFilter(method="by_value", label="Upper and lower case count as the same.")
    parent = filters.CharFilter(lookup_expr="iexact")
    driver = filters.ModelChoiceFilter(queryset=lambda request: _known_people(request.user))

    class Meta:
        model = IdToken
        fields = ("organization", "value", "type", "status", "parent", "driver")

    def by_value(self, tokens: QuerySet[IdToken], name: str, value: str) -> QuerySet[IdToken]:
        # As the constraint has them: its index leads there.
        return tokens.filter(Exact(Lower("value"), value.lower()))


class IdTokenViewSet(Resource[IdToken]):
    """Cards, apps and contracts that drivers show to chargers."""

    queryset = IdToken.objects.none()
    serializer_class = IdTokenSerializer
    filterset_class = IdTokenFilter
    search_fields = ("value", "label", "driver__email", "driver__name")
    ordering = ("id",)
    ordering_fields = ("id", "value", "created_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[IdToken]:
        return visible_id_tokens(self.viewer).select_related("organization", "driver")

    def named(self, text: str) -> Q:
        """See `tokens_named`: the middle of a value is not looked for."""
        return tokens_named(self.viewer, text)

    def make(self, values: dict[str, Any]) -> IdToken:
        organization = organization_for(self.viewer, Permission.MANAGE_TOKENS, values.pop("organization", None))
        return tokens.create(organization=organization, **values)

    def change(self, row: IdToken, changes: dict[str, Any]) -> None:
        organization_for(self.viewer, Permission.MANAGE_TOKENS, row.organization)
        tokens.update(token=row, **unmoved(changes, "organization", row.organization))

    def remove(self, row: IdToken) -> None:
        organization_for(self.viewer, Permission.MANAGE_TOKENS, row.organization)
        tokens.delete(token=row)
