"""Links of chargers (/connectivity/), lost connections, and network tests (/network-tests/)."""

from collections.abc import Mapping
from typing import Any, cast

from django.core.exceptions import ValidationError as Invalid
from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer
from monitoring.domain.network_test import Change
from monitoring.models import Drop, LinkDay, NetworkTestResult, NetworkTestRun, StationLink
from monitoring.selectors.links import visible_drops, visible_links
from monitoring.selectors.network_tests import compared, visible_results, visible_runs, with_counts
from monitoring.services import network_tests
from stations.api.base import organization_for
from stations.api.fields import VisibleField
from stations.permissions import organizations_granting
from stations.selectors import visible_sites, visible_stations


class LinkSerializer(serializers.ModelSerializer[StationLink]):
    """The last seven days. Times in milliseconds, shares 0 to 1; null: never measured."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")
    site = serializers.IntegerField(source="station.site_id")
    ping_ms = serializers.FloatField(source="rtt_ms", allow_null=True)
    pings_lost = serializers.FloatField(source="lost")

    class Meta:
        model = StationLink
        fields = (
            *("station", "site", "score", "connected", "drops", "ping_ms", "pings_lost", "answer_ms", "delay_ms"),
            *("signal_dbm", "provider", "address", "computed_at"),
        )
        read_only_fields = fields


class LinkListView(generics.ListAPIView[StationLink]):
    """Chargers by the score of their link, worst first; those without one last."""

    queryset = StationLink.objects.none()
    serializer_class = LinkSerializer
    filterset_fields = {"provider": ["exact"], "station__site": ["exact"], "score": ["lt", "gte"]}
    ordering = ("rank", "id")

    def get_queryset(self) -> QuerySet[StationLink]:
        # Pages go on from an id, and this row has its station's.
        return visible_links(self.request.user).annotate(id=F("station_id"))


class DropSerializer(serializers.ModelSerializer[Drop]):
    """`culprit`: us, asked, power, router, provider, charger or unclear; blank until it is judged. `lost` and `stood`:
    of the group that decided."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")
    site = serializers.IntegerField(source="station.site_id")
    reason = serializers.CharField(source="parting", help_text="How the socket ended.")

    class Meta:
        model = Drop
        fields = (
            *("id", "station", "site", "at", "heard_at", "opened_at", "back_at", "address", "provider", "reason"),
            *("code", "boot_reason", "culprit", "cause", "lost", "stood"),
        )
        read_only_fields = fields


class DropListView(generics.ListAPIView[Drop]):
    """Lost connections and whose fault they were, newest first."""

    queryset = Drop.objects.none()
    serializer_class = DropSerializer
    filterset_fields = {"station__identity": ["exact"], "culprit": ["exact"], "cause": ["exact"], "at": ["gte", "lt"]}
    ordering = "-at"

    def get_queryset(self) -> QuerySet[Drop]:
        return visible_drops(self.request.user)


class LinkDaySerializer(serializers.ModelSerializer[LinkDay]):
    """A day (UTC) of a charger's link."""

    ping_ms = serializers.FloatField(source="rtt_ms", allow_null=True)
    ping_max_ms = serializers.FloatField(source="rtt_max_ms", allow_null=True)
    pings_lost = serializers.IntegerField(source="lost")

    class Meta:
        model = LinkDay
        fields = (
            *("day", "score", "connected", "drops", "drops_ours", "pings", "pings_lost", "ping_ms", "ping_max_ms"),
            *("messages", "delay_ms", "queued", "answers", "timeouts", "answer_ms", "signal_dbm"),
        )
        read_only_fields = fields


class LinkDayListView(generics.ListAPIView[LinkDay]):
    """The days of a charger's link, newest first."""

    queryset = LinkDay.objects.none()
    serializer_class = LinkDaySerializer
    filterset_fields = {"day": ["gte", "lte"]}
    ordering = "-day"

    def get_queryset(self) -> QuerySet[LinkDay]:
        station = get_object_or_404(visible_stations(self.request.user), identity=self.kwargs["identity"])
        return LinkDay.objects.filter(station=station)


def _organizations(viewer: Viewer) -> QuerySet[Organization]:
    return organizations_granting(viewer, Permission.COMMAND)


class NetworkTestSerializer(serializers.ModelSerializer[NetworkTestRun]):
    """A test of N chargers. `site`, `provider`, `vendor`, `model`, `protocol` choose them; none of these: all."""

    organization = VisibleField("slug", _organizations, required=False, help_text="Needed where you have several.")
    site = VisibleField("id", visible_sites, required=False, write_only=True)
    provider = serializers.CharField(max_length=80, required=False, write_only=True)
    vendor = serializers.CharField(max_length=50, required=False, write_only=True)
    model = serializers.CharField(max_length=50, required=False, write_only=True)
    protocol = serializers.CharField(max_length=10, required=False, write_only=True)
    total = serializers.IntegerField(read_only=True)
    left = serializers.IntegerField(read_only=True, help_text="Chargers that are not done yet.")
    passed = serializers.IntegerField(read_only=True)
    failed = serializers.IntegerField(read_only=True)
    offline = serializers.IntegerField(read_only=True)

    class Meta:
        model = NetworkTestRun
        fields = (
            *("id", "organization", "name", "site", "provider", "vendor", "model", "protocol", "selection", "previous"),
            *("started_at", "finished_at", "cancelled_at", "total", "left", "passed", "failed", "offline"),
        )
        read_only_fields = ("id", "selection", "previous", "started_at", "finished_at", "cancelled_at")


class NetworkTestListView(generics.ListCreateAPIView[NetworkTestRun]):
    """Tests, newest first; POST begins one."""

    queryset = NetworkTestRun.objects.none()
    serializer_class = NetworkTestSerializer
    ordering = "-id"

    def get_queryset(self) -> QuerySet[NetworkTestRun]:
        return with_counts(self.request.user, visible_runs(self.request.user))

    @extend_schema(responses={201: NetworkTestSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        told = self.get_serializer(data=request.data)
        told.is_valid(raise_exception=True)
        values = dict(told.validated_data)
        viewer = cast(User, request.user)
        organization = organization_for(viewer, Permission.COMMAND, values.pop("organization", None))
        name, site = values.pop("name"), values.pop("site", None)
        selection = {**values, "site": site.pk if site else None}
        try:
            run = network_tests.start(
                organization=organization, name=name, selection=selection, by=viewer, now=timezone.now()
            )
        except Invalid as problem:
            raise ValidationError({"detail": problem.messages}) from problem
        return Response(self.get_serializer(self.get_queryset().get(pk=run.pk)).data, status=status.HTTP_201_CREATED)


class NetworkTestView(generics.RetrieveAPIView[NetworkTestRun]):
    """One test, and how far it is."""

    queryset = NetworkTestRun.objects.none()
    serializer_class = NetworkTestSerializer

    def get_queryset(self) -> QuerySet[NetworkTestRun]:
        return with_counts(self.request.user, visible_runs(self.request.user))


class NetworkTestResultSerializer(serializers.ModelSerializer[NetworkTestResult]):
    """One charger in a test. `change`: against the test before."""

    station = serializers.CharField(source="station.identity", help_text="Identity.")
    change = serializers.SerializerMethodField()

    class Meta:
        model = NetworkTestResult
        fields = (
            *("station", "state", "change", "problems", "protocol", "is_secure", "tls_version", "ping_ms", "answer_ms"),
            *("arrival_ms", "answer_bytes", "bytes_per_s", "download_bytes_per_s", "clock_offset_s", "had_session"),
            *("began_at", "ended_at"),
        )
        read_only_fields = fields

    def get_change(self, result: NetworkTestResult) -> str:
        found = self.context["changes"].get(result.pk)
        return found.value if found else ""


class NetworkTestResultListView(generics.ListAPIView[NetworkTestResult]):
    """What a test found, charger by charger."""

    queryset = NetworkTestResult.objects.none()
    serializer_class = NetworkTestResultSerializer
    filterset_fields = ("state",)
    ordering = "id"
    changes: Mapping[int, Change | None] = {}

    def get_queryset(self) -> QuerySet[NetworkTestResult]:
        run = get_object_or_404(visible_runs(self.request.user), pk=self.kwargs["pk"])
        return visible_results(self.request.user, run).select_related("run", "station__site").order_by("id")

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset) or []
        # Those of the test before are read once for the page.
        found = compared(page[0].run, page) if page else []
        self.changes = {row.result.pk: row.change for row in found}
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "changes": self.changes}
