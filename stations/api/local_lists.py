"""/local-lists/"""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from drivers.domain.apikeys import Scope
from stations.api.base import Resource, unmoved
from stations.api.fields import VisibleField
from stations.domain.commands import CommandKind
from stations.domain.token_parameters import LIST_STATUSES
from stations.models import LocalList, LocalListEntry
from stations.models.station import IDENTITY
from stations.permissions import require_command
from stations.selectors import visible_stations
from stations.selectors.tokens import visible_local_lists
from stations.services import local_lists


def _chosen(entries: list[dict[str, Any]] | None) -> list[local_lists.Chosen] | None:
    return None if entries is None else [local_lists.Chosen(**entry) for entry in entries]


# Above what any station holds; one of OCPP 1.6 has room for a few hundred.
MOST_ENTRIES = 20_000


class LocalListEntrySerializer(serializers.ModelSerializer[LocalListEntry]):
    """A chosen token. What the organization knows of a token of this value goes before what stands here."""

    type = serializers.CharField(max_length=20, required=False, help_text="OCPP 2.x type, such as ISO14443.")
    status = serializers.ChoiceField([(status, status) for status in LIST_STATUSES], required=False)

    class Meta:
        model = LocalListEntry
        fields = ("id_token", "type", "status", "expires_at", "group_id_token")


class HeldSerializer(serializers.Serializer[Any]):
    """A token in the list as the station accepted it."""

    id_token = serializers.CharField()
    type = serializers.CharField(default="")
    status = serializers.CharField(default="Accepted")
    expires_at = serializers.CharField(default="")
    group_id_token = serializers.CharField(source="group", default="")


class LocalListSerializer(serializers.ModelSerializer[LocalList]):
    """What a station's list should hold, and what it holds."""

    station = VisibleField("identity", visible_stations, help_text="Identity.")
    entries = LocalListEntrySerializer(many=True, required=False, help_text="For `covers` = chosen.")
    held_count = serializers.SerializerMethodField(help_text="How many tokens the station accepted.")
    in_sync = serializers.BooleanField(read_only=True, help_text="Whether the station has all that it should.")

    class Meta:
        model = LocalList
        fields: tuple[str, ...] = (
            "station",
            "covers",
            "entries",
            "version",
            "reported_version",
            "reported_at",
            "is_supported",
            "in_sync",
            "held_count",
            "answer",
            "answered_at",
            "problem",
        )
        read_only_fields: tuple[str, ...] = fields[3:]

    def get_held_count(self, row: LocalList) -> int:
        return len(row.held)

    def validate_entries(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len(value) > MOST_ENTRIES:
            raise serializers.ValidationError(f"No more than {MOST_ENTRIES} entries.")
        return value


class LocalListDetailSerializer(LocalListSerializer):
    """The same with the entries that the station holds."""

    held = serializers.SerializerMethodField(help_text="As the station accepted them.")

    class Meta(LocalListSerializer.Meta):
        fields = (*LocalListSerializer.Meta.fields, "held")
        read_only_fields = fields[3:]

    @extend_schema_field(HeldSerializer(many=True))
    def get_held(self, row: LocalList) -> list[dict[str, Any]]:
        return [dict(HeldSerializer(values).data) for values in row.held.values()]


class LocalListFilter(filters.FilterSet):  # type: ignore[misc]
    station = filters.CharFilter("station__identity", label="Identity of the station.")

    class Meta:
        model = LocalList
        fields = ("station", "covers", "reported_version", "is_supported")


class LocalListViewSet(Resource[LocalList]):
    """Local authorization lists, one for a station, addressed by its identity. What a list lacks is sent by itself."""

    queryset = LocalList.objects.none()
    serializer_class = LocalListSerializer
    filterset_class = LocalListFilter
    ordering = ("id",)
    ordering_fields = ("id",)
    lookup_field = "station__identity"
    lookup_url_kwarg = "identity"
    scope = Scope.COMMAND
    lookup_value_regex = IDENTITY

    def get_queryset(self) -> QuerySet[LocalList]:
        return visible_local_lists(self.viewer).prefetch_related("entries")

    def get_serializer_class(self) -> type[LocalListSerializer]:
        return LocalListSerializer if self.action == "list" else LocalListDetailSerializer

    def make(self, values: dict[str, Any]) -> LocalList:
        require_command(self.viewer, CommandKind.SEND_LOCAL_LIST, values["station"].site)
        covers = values.get("covers", LocalList.Covers.CHOSEN)
        return local_lists.configure(station=values["station"], covers=covers, chosen=_chosen(values.get("entries")))

    def change(self, row: LocalList, changes: dict[str, Any]) -> None:
        require_command(self.viewer, CommandKind.SEND_LOCAL_LIST, row.station.site)
        rest = unmoved(changes, "station", row.station)
        chosen = _chosen(rest.get("entries"))
        local_lists.configure(station=row.station, covers=rest.get("covers", row.covers), chosen=chosen)
        row.refresh_from_db()

    def remove(self, row: LocalList) -> None:
        """The station keeps what it holds; from now on nobody looks after it."""
        require_command(self.viewer, CommandKind.SEND_LOCAL_LIST, row.station.site)
        local_lists.configure(station=row.station, covers=LocalList.Covers.NOTHING, chosen=[])
