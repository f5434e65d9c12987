"""How a station is connected, and what is amiss with that: read-only parts of a station."""

from typing import Any

from rest_framework import serializers

from stations.models import Connection, ProfileUpgrade, SharedIdentity


class ConnectionSerializer(serializers.ModelSerializer[Connection]):
    """The open socket. What TLS it has is blank where a proxy ended it and did not say."""

    class Meta:
        model = Connection
        fields = (
            "opened_at",
            "protocol",
            "remote_address",
            "security_profile",
            "is_secure",
            "tls_version",
            "tls_cipher",
            "certificate_fingerprint",
        )
        read_only_fields = fields


class ProfileUpgradeSerializer(serializers.ModelSerializer[ProfileUpgrade]):
    """The latest upgrade of the security profile."""

    class Meta:
        model = ProfileUpgrade
        fields = ("profile", "state", "step", "slot", "started_at", "finished_at", "fell_back_at", "problem")
        read_only_fields = fields


class SharedIdentitySerializer(serializers.ModelSerializer[SharedIdentity]):
    """Two chargers that came with this identity: each superseded the other again and again."""

    addresses = serializers.SerializerMethodField()
    serial_numbers = serializers.SerializerMethodField(help_text="As they said at boot; empty where one did not.")

    class Meta:
        model = SharedIdentity
        fields = ("addresses", "serial_numbers", "detected_at", "last_at", "clashes", "hold_until")
        read_only_fields = fields

    def get_addresses(self, shared: SharedIdentity) -> list[str]:
        return [shared.first_address, shared.second_address]

    def get_serial_numbers(self, shared: SharedIdentity) -> list[str]:
        return [shared.first_serial, shared.second_serial]


def part(serializer: type[serializers.ModelSerializer[Any]], help_text: str) -> Any:
    """A nested read-only part that is null where there is none, as with a row that need not exist."""
    return serializer(read_only=True, allow_null=True, default=None, help_text=help_text)
