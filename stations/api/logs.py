"""/log-requests/ with the files that came, and /firmware-updates/"""

from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request

from drivers.domain.roles import Permission
from stations.api.base import ID
from stations.models import FirmwareUpdate, LogRequest
from stations.permissions import require
from stations.selectors import visible_firmware_updates, visible_log_requests
from stations.streaming import streamed


class LogRequestSerializer(serializers.ModelSerializer[LogRequest]):
    station = serializers.CharField(source="station.identity", help_text="Identity.")
    file_name = serializers.CharField(help_text="Of the file that came to us; empty where none did.")

    class Meta:
        model = LogRequest
        fields = (
            "id",
            "station",
            "command",
            "action",
            "request_id",
            "log",
            "location",
            "oldest",
            "latest",
            "requested_at",
            "state",
            "status",
            "status_at",
            "detail",
            "told_name",
            "file_name",
            "size",
            "received_at",
        )
        read_only_fields = fields


class LogRequestFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")
    received = filters.BooleanFilter("received_at", lookup_expr="isnull", exclude=True, label="Whether a file came.")

    class Meta:
        model = LogRequest
        fields = ("station", "log", "state", "request_id", "command", "received")


class LogRequestViewSet(viewsets.ReadOnlyModelViewSet[LogRequest]):
    """Logs asked of chargers by `get_log`, GetLog or GetDiagnostics, newest first."""

    queryset = LogRequest.objects.none()
    serializer_class = LogRequestSerializer
    filterset_class = LogRequestFilter
    ordering = ("-id",)
    ordering_fields = ("id", "requested_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[LogRequest]:
        return visible_log_requests(self.request.user)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> StreamingHttpResponse:
        """The file a charger uploaded here. 404 where none came."""
        row = self.get_object()
        # A log may tell of drivers and of how the charger is set up.
        require(request.user, Permission.COMMAND, row.station.site)
        name = str(row.file.name)
        if not row.file or not default_storage.exists(name):
            raise Http404
        content = default_storage.open(name)
        return streamed(
            request._request,
            iter(content.chunks()),
            content_type="application/octet-stream",
            file_name=row.file_name,
        )


class FirmwareUpdateSerializer(serializers.ModelSerializer[FirmwareUpdate]):
    station = serializers.CharField(source="station.identity", help_text="Identity.")
    history = serializers.SerializerMethodField(help_text="All the charger's words, oldest first.")

    class Meta:
        model = FirmwareUpdate
        fields = (
            "id",
            "station",
            "command",
            "action",
            "request_id",
            "location",
            "is_signed",
            "retrieve_at",
            "install_at",
            "checksum",
            "published_at_urls",
            "requested_at",
            "state",
            "status",
            "last_status_at",
            "detail",
            "history",
        )
        read_only_fields = fields

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "status": {"type": "string"},
                    "at": {"type": "string", "format": "date-time"},
                    "detail": {"type": "string"},
                },
                "required": ["status", "at"],
            },
        }
    )
    def get_history(self, update: FirmwareUpdate) -> list[dict[str, Any]]:
        return list(update.history)


class FirmwareUpdateFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")

    class Meta:
        model = FirmwareUpdate
        fields = ("station", "state", "status", "request_id", "command")


class FirmwareUpdateViewSet(viewsets.ReadOnlyModelViewSet[FirmwareUpdate]):
    """Firmware updates asked of chargers and how they went, newest first."""

    queryset = FirmwareUpdate.objects.none()
    serializer_class = FirmwareUpdateSerializer
    filterset_class = FirmwareUpdateFilter
    ordering = ("-id",)
    ordering_fields = ("id", "requested_at")
    lookup_value_regex = ID

    def get_queryset(self) -> QuerySet[FirmwareUpdate]:
        return visible_firmware_updates(self.request.user)
