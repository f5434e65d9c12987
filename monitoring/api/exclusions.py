"""/exclusions/: claims that outage was outside of the operator's control, and their review."""

from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import ValidationError as Refused
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.models import User
from monitoring.models import Exclusion
from monitoring.selectors.exclusions import visible_exclusions
from monitoring.services import exclusions
from monitoring.services.evidence import NotEvidence
from stations.api.base import ID
from stations.api.fields import VisibleField
from stations.selectors import visible_evses, visible_sites, visible_stations


class ExclusionSerializer(serializers.ModelSerializer[Exclusion]):
    """`station` and `evse` null: the whole site; `evse` null: the whole station. It counts while `state` is approved
    and no approved exclusion `withdraws` it."""

    station = serializers.CharField(source="station.identity", read_only=True, allow_null=True, default=None)
    author = serializers.EmailField(source="author.email", read_only=True, allow_null=True, default=None)
    reviewed_by = serializers.EmailField(source="reviewed_by.email", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Exclusion
        fields = (
            "id",
            "site",
            "station",
            "evse",
            "starts_at",
            "ends_at",
            "reason",
            "evidence",
            "file_name",
            "window",
            "author",
            "created_at",
            "state",
            "reviewed_by",
            "reviewed_at",
            "review_note",
            "withdraws",
        )
        read_only_fields = fields


class ProposalSerializer(serializers.Serializer[Any]):
    site = VisibleField("id", visible_sites)
    station = VisibleField("identity", visible_stations, required=False, allow_null=True, help_text="Identity.")
    evse = VisibleField("id", visible_evses, required=False, allow_null=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    reason = serializers.ChoiceField(Exclusion.Reason.choices)
    text = serializers.CharField(max_length=4000, help_text="What shows that the port would otherwise have worked.")
    file = serializers.FileField(help_text="PDF, JPEG, PNG, WebP or text, up to 10 MB.")


class ReviewSerializer(serializers.Serializer[Any]):
    approve = serializers.BooleanField()
    note = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=500, help_text="Needed for a rejection."
    )


class WithdrawalSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000, help_text="Why it should not count.")


class ExclusionFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity.")
    ends_after = filters.IsoDateTimeFilter("ends_at", lookup_expr="gt")
    starts_before = filters.IsoDateTimeFilter("starts_at", lookup_expr="lt")

    class Meta:
        model = Exclusion
        fields = ("state", "reason", "site", "evse")


class ExclusionViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[Exclusion]):
    """Newest first. One is proposed with evidence, judged by somebody else, and never changed afterwards."""

    queryset = Exclusion.objects.none()
    serializer_class = ExclusionSerializer
    filterset_class = ExclusionFilter
    ordering = ("-id",)
    ordering_fields = ("id", "starts_at")
    lookup_value_regex = ID

    @property
    def viewer(self) -> User:
        return cast(User, self.request.user)

    def get_queryset(self) -> QuerySet[Exclusion]:
        return visible_exclusions(self.viewer)

    @extend_schema(request={"multipart/form-data": ProposalSerializer}, responses={201: ExclusionSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Propose an exclusion, as multipart/form-data."""
        asked = ProposalSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return self._answer(lambda: exclusions.propose(by=self.viewer, **asked.validated_data), 201)

    def get_parsers(self) -> list[Any]:
        # A file comes with a proposal only.
        is_proposal = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if is_proposal else super().get_parsers()

    @extend_schema(request=ReviewSerializer, responses=ExclusionSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: str) -> Response:
        """Approve or reject, as somebody else than its author."""
        row, asked = self.get_object(), ReviewSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._answer(lambda: exclusions.review(exclusion=row, by=self.viewer, **asked.validated_data))

    @extend_schema(request=WithdrawalSerializer, responses={201: ExclusionSerializer})
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Propose that an approved one should not count: a new exclusion, which somebody else judges."""
        row, asked = self.get_object(), WithdrawalSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return self._answer(lambda: exclusions.withdraw(exclusion=row, by=self.viewer, **asked.validated_data), 201)

    def _answer(self, service: Callable[[], Exclusion], status: int = 200) -> Response:
        try:
            row = service()
        except Refused as problem:
            told: Any = problem.message_dict if hasattr(problem, "error_dict") else problem.messages
            raise ValidationError(told) from problem
        except NotEvidence as problem:
            raise ValidationError({"file": [str(problem)]}) from problem
        return Response(ExclusionSerializer(row, context=self.get_serializer_context()).data, status=status)
