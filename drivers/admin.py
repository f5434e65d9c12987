"""Admin pages of people for support staff."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest

from drivers.models import ApiKey, AuditEntry, IdToken, Membership, Organization, User


class ReadOnlyAdmin(admin.ModelAdmin):
    """What chargers and services write is not for hands."""

    # Large tables: counting them costs more than the number is worth.
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipInline(admin.TabularInline):
    model = Membership
    raw_id_fields = ("user", "organization")
    extra = 0


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ("name", "slug", "currency", "created_at")
    search_fields = ("name", "slug")
    readonly_fields = ("created_at",)
    inlines = (MembershipInline,)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """People sign in with their email address; passwords can be set and never be read."""

    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "language", "password")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)
    filter_horizontal = ("groups",)
    inlines = (MembershipInline,)


@admin.register(IdToken)
class IdTokenAdmin(ReadOnlyAdmin):
    """To look up; changes go through the console and the API, so that chargers hear of them."""

    list_display = ("value", "organization", "type", "status", "expires_at", "driver")
    list_filter = ("status", "type", "organization")
    list_select_related = ("organization", "driver")
    search_fields = ("value", "label", "parent", "driver__email")


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """To see who has keys and to revoke them; people make them in the console."""

    list_display = ("prefix", "user", "name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("prefix", "name", "user__email")
    fields = ("prefix", "user", "name", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at")
    readonly_fields = ("prefix", "user", "name", "scopes", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


# auditlog has registered a page of its own, which looks for names that our people do not have.
admin.site.unregister(AuditEntry)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ("timestamp", "organization", "actor_email", "action", "content_type", "object_repr", "remote_addr")
    list_filter = ("action", "organization")
    list_select_related = ("organization", "content_type")
    search_fields = ("object_repr", "actor_email")
