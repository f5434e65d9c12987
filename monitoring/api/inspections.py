"""/checklists/ and /inspections/: what a technician's app reads, and what it sends once it has a connection."""

from typing import Any, cast

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from drivers.api.problems import Conflict
from drivers.domain.roles import Permission
from drivers.models import User
from monitoring.models import Checklist, Inspection, InspectionPhoto
from monitoring.selectors.inspections import visible_checklists, visible_inspections
from monitoring.services import inspections
from stations.api.base import ID
from stations.api.fields import VisibleField
from stations.permissions import require
from stations.selectors import visible_stations
from stations.services.pictures import NotAPhoto


class ChecklistSerializer(serializers.ModelSerializer[Checklist]):
    """`items`: `key`, `kind` (check, number, text, photo), `text`, `required`, `severity`, `unit`, `minimum`,
    `maximum`."""

    organization = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)

    class Meta:
        model = Checklist
        fields = ("id", "organization", "title", "description", "items", "version", "is_active", "changed_at")
        read_only_fields = fields


class ChecklistViewSet(viewsets.ReadOnlyModelViewSet[Checklist]):
    """What is looked at. Checklists are made in the console."""

    queryset = Checklist.objects.none()
    serializer_class = ChecklistSerializer
    filterset_fields = ("is_active",)
    ordering = ("id",)
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Checklist]:
        return visible_checklists(self.request.user).select_related("organization")


class InspectionPhotoSerializer(serializers.ModelSerializer[InspectionPhoto]):
    class Meta:
        model = InspectionPhoto
        fields = ("id", "client_id", "item")
        read_only_fields = fields


class InspectionSerializer(serializers.ModelSerializer[Inspection]):
    """`items` as they were asked then; `answers` by their keys, each with `value`, `note` and `verdict`."""

    station = serializers.CharField(source="station.identity", read_only=True)
    by = serializers.EmailField(source="by.email", read_only=True, allow_null=True, default=None)
    is_signed = serializers.SerializerMethodField()
    photos = InspectionPhotoSerializer(many=True, read_only=True)

    class Meta:
        model = Inspection
        fields = (
            *("id", "client_id", "site", "station", "checklist", "work_order", "repair", "title", "items", "answers"),
            *("failed", "severity", "note", "signed_name", "is_signed", "by", "begun_at", "finished_at"),
            *("received_at", "photos"),
        )
        read_only_fields = fields

    def get_is_signed(self, row: Inspection) -> bool:
        return bool(row.signature)


class SentSerializer(serializers.Serializer[Any]):
    """An inspection as it was filled in, with the questions as they were asked: they may read otherwise by now."""

    client_id = serializers.UUIDField(help_text="Made where it was filled in: the same again is the same inspection.")
    station = VisibleField("identity", visible_stations, help_text="Identity.")
    checklist = serializers.IntegerField(required=False, allow_null=True)
    order = serializers.IntegerField(required=False, allow_null=True, help_text="The work order it belongs to.")
    title = serializers.CharField(max_length=120)
    items: Any = serializers.ListField(child=serializers.DictField(), max_length=100)
    answers = serializers.DictField(child=serializers.DictField())
    photos = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, help_text="The item of each photo that will follow."
    )
    note = serializers.CharField(max_length=2000, default="", allow_blank=True)
    signed_name = serializers.CharField(max_length=80, default="", allow_blank=True)
    signature = serializers.CharField(default="", allow_blank=True, help_text="A PNG as a data: address.")
    begun_at = serializers.CharField(help_text="ISO 8601 with a zone.")
    finished_at = serializers.CharField(help_text="ISO 8601 with a zone.")


class SentPhotoSerializer(serializers.Serializer[Any]):
    client_id = serializers.UUIDField(help_text="Made where it was taken: the same again is the same photo.")
    item = serializers.CharField(max_length=40, default="", allow_blank=True, help_text="Key of the item.")
    photo = serializers.FileField(help_text="JPEG, PNG or WebP.")


class InspectionFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity.")
    has_failed = filters.BooleanFilter(method="by_failed", label="Whether an item failed.")
    finished_after = filters.IsoDateTimeFilter("finished_at", lookup_expr="gte")
    finished_before = filters.IsoDateTimeFilter("finished_at", lookup_expr="lt")

    class Meta:
        model = Inspection
        fields = ("site", "checklist", "work_order")

    def by_failed(self, rows: QuerySet[Inspection], name: str, value: bool) -> QuerySet[Inspection]:
        return rows.filter(failed__gt=0) if value else rows.filter(failed=0)


class InspectionViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[Inspection]):
    """Inspections, newest first. One never changes: another look is another inspection."""

    queryset = Inspection.objects.none()
    serializer_class = InspectionSerializer
    filterset_class = InspectionFilter
    ordering = ("-id",)
    ordering_fields = ("id", "finished_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[Inspection]:
        rows = visible_inspections(self.request.user).select_related("station", "site", "by")
        return rows.prefetch_related("photos")

    @extend_schema(request=SentSerializer, responses={200: InspectionSerializer, 201: InspectionSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send one: 201 where it is new, 200 where the same is known already, 409 where another one has its id."""
        asked = SentSerializer(data=request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        sent = dict(asked.validated_data)
        client_id, station = sent.pop("client_id"), sent.pop("station")
        viewer = cast(User, request.user)
        require(viewer, Permission.MAINTAIN, station.site)
        try:
            row, is_new = inspections.receive(station=station, by=viewer, client_id=client_id, sent=sent)
        except inspections.Conflict as problem:
            raise Conflict(str(problem)) from problem
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data, status=code)

    def get_parsers(self) -> list[Any]:
        # A file comes with a photo only.
        is_photo = getattr(self, "action_map", {}).get("post") == "photos"
        return [MultiPartParser()] if is_photo else super().get_parsers()

    @extend_schema(
        request={"multipart/form-data": SentPhotoSerializer}, responses={201: InspectionPhotoSerializer}, filters=False
    )
    @action(detail=True, methods=["post"], filterset_class=None)
    def photos(self, request: Request, pk: str) -> Response:
        """Send a photo of it, as who made it; the same again is the same photo."""
        row, asked = self.get_object(), SentPhotoSerializer(data=request.data)
        if row.by_id != cast(User, request.user).pk:
            raise PermissionDenied("Only who made an inspection adds its photos.")
        asked.is_valid(raise_exception=True)
        values = asked.validated_data
        try:
            photo = inspections.receive_photo(
                inspection=row, client_id=values["client_id"], item=values["item"], content=values["photo"]
            )
        except NotAPhoto as problem:
            raise ValidationError({"photo": [str(problem)]}) from problem
        except inspections.Conflict as problem:
            raise Conflict(str(problem)) from problem
        return Response(InspectionPhotoSerializer(photo).data, status=status.HTTP_201_CREATED)
