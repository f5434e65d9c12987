"""Admin pages of the network for support staff: to look, and to mend what no other page mends."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from drivers.admin import ReadOnlyAdmin
from stations.models import (
    Command,
    Connection,
    Connector,
    Delivery,
    EdgeProcess,
    Evse,
    Fact,
    RefusedAttempt,
    Session,
    Site,
    SiteScope,
    Station,
)


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    list_display = ("name", "organization", "city", "country", "access", "is_public")
    list_filter = ("access", "is_public", "organization")
    list_select_related = ("organization",)
    search_fields = ("name", "city", "address")
    raw_id_fields = ("organization",)
    readonly_fields = ("created_at",)


@admin.register(SiteScope)
class SiteScopeAdmin(admin.ModelAdmin):
    list_display = ("membership", "site")
    list_select_related = ("membership__user", "membership__organization", "site")
    raw_id_fields = ("membership", "site")
    search_fields = ("membership__user__email", "site__name")


@admin.register(Station)
class StationAdmin(admin.ModelAdmin):
    """Changes only what people decide. New stations come from the console or the API, which hash the password."""

    list_display = ("identity", "name", "site", "protocol", "connected", "vendor", "model", "last_seen")
    list_filter = ("protocol", "security_profile", "registration")
    list_select_related = ("site",)
    search_fields = ("identity", "name", "serial_number", "vendor", "model")
    raw_id_fields = ("site",)
    fields = ("site", "identity", "name", "security_profile", "registration", "vendor", "model", "serial_number")
    readonly_fields = ("identity", "vendor", "model", "serial_number")

    def save_model(self, request: HttpRequest, obj: Station, form: Any, change: bool) -> None:
        # Only what the form changed: the edge writes the live columns meanwhile.
        obj.save(update_fields=form.changed_data)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Station | None = None) -> bool:
        # The service remembers what must not be forgotten with it.
        return False

    @admin.display(boolean=True)
    def connected(self, station: Station) -> bool:
        return station.connected


@admin.register(Evse)
class EvseAdmin(ReadOnlyAdmin):
    list_display = ("station", "number", "max_power_w")
    list_select_related = ("station",)
    search_fields = ("station__identity",)


@admin.register(Connector)
class ConnectorAdmin(ReadOnlyAdmin):
    list_display = ("station", "evse", "number", "ocpp16_id", "type", "status", "error_code", "status_at")
    list_filter = ("status", "type")
    list_select_related = ("station", "evse__station")
    search_fields = ("station__identity",)


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    list_display = ("station", "transaction_id", "id_token", "started_at", "ended_at", "energy_wh", "is_flagged")
    list_filter = ("is_flagged", "phase", "protocol")
    list_select_related = ("station",)
    search_fields = ("station__identity", "transaction_id", "id_token")


@admin.register(Command)
class CommandAdmin(ReadOnlyAdmin):
    list_display = ("station", "kind", "action", "state", "requested_by", "requested_at", "finished_at")
    list_filter = ("state", "kind")
    list_select_related = ("station", "requested_by")
    search_fields = ("station__identity", "action", "message_id")
    exclude = ("sealed",)


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    list_display = ("station", "protocol", "remote_address", "opened_at", "last_seen", "closed_at", "close_reason")
    list_select_related = ("station",)
    search_fields = ("station__identity", "remote_address")


@admin.register(EdgeProcess)
class EdgeProcessAdmin(ReadOnlyAdmin):
    list_display = ("id", "host", "started_at", "lease_until")


@admin.register(RefusedAttempt)
class RefusedAttemptAdmin(ReadOnlyAdmin):
    list_display = ("identity", "reason", "remote_address", "count", "first_at", "last_at")
    list_filter = ("reason",)
    search_fields = ("identity", "remote_address")


@admin.register(Fact)
class FactAdmin(ReadOnlyAdmin):
    list_display = ("kind", "subject_type", "subject_id", "at", "settled_at")
    list_filter = ("kind",)
    search_fields = ("subject_id",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    """A delivery given up stays here with its last error."""

    list_display = ("fact", "subscriber", "done_at", "attempts", "next_attempt_at", "error")
    list_filter = ("subscriber", ("done_at", admin.EmptyFieldListFilter))
    list_select_related = ("fact",)
