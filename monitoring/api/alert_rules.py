"""/alert-rules/: what each rule watches, and what an organization or a site of it wants otherwise."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer
from monitoring.api.incidents import SeverityField
from monitoring.models import Alert
from monitoring.rules.base import Rule, rules
from monitoring.services import rule_settings
from monitoring.services.rule_settings import Settings, settings_of
from stations.api.base import organization_for
from stations.api.fields import VisibleField
from stations.models import Site
from stations.permissions import may, organizations_granting
from stations.selectors import visible_sites


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    return organizations_granting(viewer, Permission.VIEW_NETWORK).order_by("name")


class PlaceSerializer(serializers.Serializer[Any]):
    """Where settings count: at a site, else in an organization."""

    site = VisibleField("id", visible_sites, required=False, help_text="Id of a site: what counts there.")
    organization = VisibleField(
        "slug",
        _organizations,
        required=False,
        help_text="Slug: what counts in it. Left out: yours, if there is one only.",
    )


@dataclass(frozen=True, slots=True)
class RuleAt:
    """A rule with what counts at a place; without an organization it is as it comes."""

    rule: Rule
    settings: Settings
    organization_id: int | None
    site_id: int | None

    def value(self, name: str) -> Decimal:
        return self.settings.value(name, self.organization_id, self.site_id)


class ThresholdSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label: Any = serializers.CharField()
    about = serializers.CharField()
    unit = serializers.CharField()
    default: Any = serializers.DecimalField(max_digits=12, decimal_places=3)
    least = serializers.DecimalField(max_digits=12, decimal_places=3)
    most = serializers.DecimalField(max_digits=12, decimal_places=3)
    value = serializers.DecimalField(max_digits=12, decimal_places=3, help_text="What counts at the place asked for.")


class RuleSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(source="rule.name")
    title = serializers.CharField(source="rule.title")
    about = serializers.CharField(source="rule.about")
    severity = SeverityField(source="rule.severity")
    is_on = serializers.SerializerMethodField(help_text="Whether it watches the place asked for.")
    raise_after_s = serializers.SerializerMethodField()
    clear_after_s = serializers.SerializerMethodField()
    thresholds = serializers.SerializerMethodField()

    def get_is_on(self, at: RuleAt) -> bool:
        return at.settings.is_on(at.organization_id, at.site_id)

    def get_raise_after_s(self, at: RuleAt) -> int:
        return int(at.settings.hysteresis(at.organization_id, at.site_id).raise_after.total_seconds())

    def get_clear_after_s(self, at: RuleAt) -> int:
        return int(at.settings.hysteresis(at.organization_id, at.site_id).clear_after.total_seconds())

    @extend_schema_field(ThresholdSerializer(many=True))
    def get_thresholds(self, at: RuleAt) -> list[dict[str, Any]]:
        names = ("name", "label", "about", "unit", "default", "least", "most")
        rows = [{n: getattr(t, n) for n in names} | {"value": at.value(t.name)} for t in at.rule.settable]
        return cast(list[dict[str, Any]], ThresholdSerializer(rows, many=True).data)


class RuleChangeSerializer(PlaceSerializer):
    """What is left out stays as it is; null: as it is one level up (of a site: its organization)."""

    is_on = serializers.BooleanField(required=False, allow_null=True)
    values = serializers.DictField(
        child=serializers.DecimalField(max_digits=12, decimal_places=3, allow_null=True),
        required=False,
        help_text="By the names of thresholds.",
    )


class RuleViewSet(viewsets.ViewSet):
    """The rules, with what counts in an organization or at a site; both may want it otherwise."""

    queryset = Alert.objects.none()
    serializer_class = RuleSerializer
    lookup_url_kwarg = "name"
    lookup_value_regex = "[a-z_]+"

    def _read(self, form: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
        read = form(data=data, context={"request": self.request})
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def _seen_at(self, place: dict[str, Any]) -> tuple[int | None, int | None]:
        """Ids of organization and site."""
        if site := place.get("site"):
            return site.organization_id, site.pk
        mine = [place["organization"]] if "organization" in place else list(_organizations(self.request.user)[:2])
        return (mine[0].pk, None) if len(mine) == 1 else (None, None)

    @extend_schema(parameters=[PlaceSerializer], responses=RuleSerializer(many=True))
    def list(self, request: Request) -> Response:
        """All rules with what counts at a place; in no place named by one who works for several: as they come."""
        place = self._seen_at(self._read(PlaceSerializer, request.query_params))
        settings = settings_of(list(rules().values()))
        rows = [RuleAt(rule, settings[rule.name], *place) for rule in rules().values()]
        return Response(RuleSerializer(rows, many=True).data)

    @extend_schema(request=RuleChangeSerializer, responses=RuleSerializer)
    def partial_update(self, request: Request, name: str) -> Response:
        """Set what the rule is to do in an organization, or at a site of it. It counts from its next look on."""
        rule = rules().get(name)
        if rule is None:
            raise NotFound
        said = self._read(RuleChangeSerializer, request.data)
        organization_id, site = self._managed(said)
        settings = settings_of([rule])[rule.name]
        own = settings.own(organization_id, site.pk if site else None)
        before = {key: Decimal(value) for key, value in own.values.items()} if own else {}
        try:
            rule_settings.change(
                organization_id=organization_id,
                site=site,
                rule=rule,
                is_on=said.get("is_on", own.is_on if own else None),
                values=before | said.get("values", {}),
                by=cast(User, request.user),
            )
        except Refused as problem:
            raise ValidationError(problem.message_dict) from problem
        at = RuleAt(rule, settings_of([rule])[rule.name], organization_id, site.pk if site else None)
        return Response(RuleSerializer(at).data)

    def _managed(self, place: dict[str, Any]) -> tuple[int, Site | None]:
        """Raises PermissionDenied where the viewer does not set up monitoring."""
        site = cast(Site | None, place.get("site"))
        if site is None:
            chosen = organization_for(self.request.user, Permission.MANAGE_MONITORING, place.get("organization"))
            return chosen.pk, None
        if not may(self.request.user, Permission.MANAGE_MONITORING, site):
            raise PermissionDenied("Your role does not include changing the rules there.")
        return site.organization_id, site
