"""/playbooks/ and /repair-runs/: what self-repair is to do, and what it did."""

from datetime import timedelta
from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
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
from drivers.models import Organization, User
from drivers.permissions import Viewer
from monitoring.domain.playbooks import MOST_PER_DAY, STARTS, Mode, Planned, Playbook, Step
from monitoring.models import Playbook as PlaybookRow
from monitoring.models import RepairRun, RepairStep
from monitoring.selectors.incidents import visible_alerts
from monitoring.selectors.repair_runs import visible_runs
from monitoring.services import playbook_settings, repairs
from stations.api.base import ID, organization_for
from stations.api.fields import VisibleField
from stations.models import Site
from stations.permissions import organizations_granting, require
from stations.selectors import visible_sites

MODES = [(mode.value, mode.value) for mode in Mode]
STEPS = [(step.value, step.value) for step in Step]


class PlannedSerializer(serializers.Serializer[Any]):
    step = serializers.ChoiceField(STEPS)
    wait_s = serializers.IntegerField(min_value=0, help_text="How long its cure is waited for.")


class PlaybookSerializer(serializers.Serializer[Any]):
    """What counts at a place; `site` null: in the organization, where a site does not want it otherwise."""

    organization = serializers.CharField(help_text="Slug.")
    site = serializers.IntegerField(allow_null=True)
    mode = serializers.ChoiceField(MODES)
    rules = serializers.ListField(child=serializers.CharField())
    steps = PlannedSerializer(many=True)
    per_day = serializers.IntegerField(help_text="Restarts and unlocks of a station within 24 hours, at most.")


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    return organizations_granting(viewer, Permission.VIEW_NETWORK)


class PlaybookChangeSerializer(serializers.Serializer[Any]):
    """Null, or left out: as it is one level up."""

    organization = VisibleField("slug", _organizations, required=False, help_text="Left out: yours, or the site's.")
    site = VisibleField("id", visible_sites, required=False, allow_null=True)
    mode = serializers.ChoiceField(MODES, required=False, allow_null=True, default=None)
    rules = serializers.ListField(
        child=serializers.ChoiceField(sorted(STARTS)), required=False, allow_null=True, default=None
    )
    steps = PlannedSerializer(many=True, required=False, allow_null=True, default=None)
    per_day = serializers.IntegerField(
        min_value=0, max_value=MOST_PER_DAY, required=False, allow_null=True, default=None
    )


def _shown(organization: Organization, site: Site | None, playbook: Playbook) -> dict[str, Any]:
    return {
        "organization": organization.slug,
        "site": site.pk if site else None,
        "mode": playbook.mode.value,
        "rules": sorted(playbook.rules),
        "steps": playbook_settings.kept_steps(playbook.steps),
        "per_day": playbook.per_day,
    }


class PlaybookView(APIView):
    """The playbooks of your organizations, and of sites that want it otherwise."""

    @extend_schema(responses=PlaybookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What counts where."""
        viewer = cast(User, request.user)
        known = playbook_settings.settings()
        found = [_shown(one, None, known.at(one.pk, None)) for one in _organizations(viewer).order_by("slug")]
        own = PlaybookRow.objects.filter(site__in=visible_sites(viewer)).select_related("site__organization")
        for row in own.order_by("site"):
            site = cast(Site, row.site)
            found.append(_shown(site.organization, site, known.at(site.organization_id, site.pk)))
        return Response(found)

    @extend_schema(request=PlaybookChangeSerializer, responses=PlaybookSerializer)
    def put(self, request: Request) -> Response:
        """Set what counts in an organization, or at one site of it."""
        viewer = cast(User, request.user)
        asked = PlaybookChangeSerializer(data=request.data, context={"request": request})
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        site, named = values.pop("site", None), values.pop("organization", None)
        if site is not None:
            require(viewer, Permission.MANAGE_MONITORING, site)
            if named not in (None, site.organization):
                raise ValidationError({"site": "This site belongs to another organization."})
        organization = site.organization if site else organization_for(viewer, Permission.MANAGE_MONITORING, named)
        try:
            playbook_settings.change(
                organization_id=organization.pk,
                site=site,
                mode=Mode(values["mode"]) if values["mode"] else None,
                rules=values["rules"],
                steps=_steps(values["steps"]),
                per_day=values["per_day"],
                by=viewer,
            )
        except Refused as problem:
            raise ValidationError(cast(Any, problem.message_dict)) from problem
        known = playbook_settings.settings()
        return Response(_shown(organization, site, known.at(organization.pk, site.pk if site else None)))


def _steps(asked: list[dict[str, Any]] | None) -> list[Planned] | None:
    if asked is None:
        return None
    return [Planned(Step(one["step"]), timedelta(seconds=one["wait_s"])) for one in asked]


class RepairStepSerializer(serializers.ModelSerializer[RepairStep]):
    class Meta:
        model = RepairStep
        fields = ("step", "state", "why", "answer", "command", "began_at", "known_at")
        read_only_fields = fields


class RepairRunSerializer(serializers.ModelSerializer[RepairRun]):
    organization = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    station = serializers.CharField(source="station.identity", read_only=True)
    started_by = serializers.EmailField(source="started_by.email", read_only=True, allow_null=True, default=None)
    taken = RepairStepSerializer(many=True, read_only=True)

    class Meta:
        model = RepairRun
        fields = (
            *("id", "organization", "site", "station", "evse", "alert", "incident", "rule", "codes", "said"),
            *("vendor", "model", "firmware", "is_dry", "state", "cured_by", "waits_for"),
            *("began_at", "ended_at", "started_by", "note", "work_order", "taken"),
        )
        read_only_fields = fields


class RepairRunFilter(filters.FilterSet):  # type: ignore[misc]
    open = filters.BooleanFilter("ended_at", lookup_expr="isnull", label="Whether it goes on.")
    station = filters.CharFilter("station__identity", label="Identity.")
    began_after = filters.IsoDateTimeFilter("began_at", lookup_expr="gte")
    began_before = filters.IsoDateTimeFilter("began_at", lookup_expr="lt")

    class Meta:
        model = RepairRun
        fields = ("site", "state", "rule", "is_dry", "cured_by")


class StartSerializer(serializers.Serializer[Any]):
    alert = VisibleField("id", visible_alerts, help_text="What is to be mended: an open alert of a station.")
    is_dry = serializers.BooleanField(default=False, help_text="Send nothing: write down what would be done.")


class RepairRunViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[RepairRun]):
    """Runs of self-repair, newest first."""

    queryset = RepairRun.objects.none()
    serializer_class = RepairRunSerializer
    filterset_class = RepairRunFilter
    ordering = ("-id",)
    ordering_fields = ("id", "began_at")
    lookup_value_regex = ID

    @property
    def viewer(self) -> User:
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[RepairRun]:
        return visible_runs(self.viewer).select_related("organization").prefetch_related("taken")

    @extend_schema(request=StartSerializer, responses={201: RepairRunSerializer})
    def create(self, request: Request) -> Response:
        """Begin a run by hand, whatever the playbook's mode: a dry run makes way for it. Sessions are never touched."""
        asked = StartSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        alert = asked.validated_data["alert"]
        if alert.station is None:
            raise ValidationError({"alert": "This alert is about no station."})
        require(self.viewer, Permission.COMMAND, alert.station.site)
        try:
            run = repairs.start(alert=alert, is_dry=asked.validated_data["is_dry"], by=self.viewer)
        except Refused as problem:
            raise Conflict(" ".join(problem.messages)) from problem
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data, status=201)

    @extend_schema(request=None, responses=RepairRunSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, pk: str) -> Response:
        """Take no further step; what was sent already cannot be taken back. A second time changes nothing."""
        run = self.get_object()
        require(self.viewer, Permission.COMMAND, run.site)
        repairs.stop(run=run, by=self.viewer)
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data)
