"""/incidents/{id}/updates/: what the public is told of an incident."""

from typing import Any

from django.conf import settings
from rest_framework import serializers

from monitoring.models import PublicIncident, PublicUpdate
from monitoring.services.publication import State, Word

LANGUAGES = [code for code, _name in settings.LANGUAGES]


class PublicUpdateSerializer(serializers.ModelSerializer[PublicUpdate]):
    """An update as the status page shows it; where `text` is empty it shows a sentence that goes with the state."""

    by = serializers.EmailField(
        source="by.email", read_only=True, allow_null=True, default=None, help_text="Null: published by itself."
    )
    texts = serializers.DictField(
        child=serializers.CharField(max_length=2000),
        required=False,
        help_text=f"The same in other languages, by their code: {', '.join(LANGUAGES)}.",
    )

    class Meta:
        model = PublicUpdate
        fields = ("id", "state", "at", "by", "text", "texts")
        read_only_fields = ("id", "at")

    def validate_texts(self, value: dict[str, str]) -> dict[str, str]:
        """Raises ValidationError for a language that pages are not in."""
        if unknown := sorted(set(value) - set(LANGUAGES)):
            raise serializers.ValidationError(f"Pages are not in {', '.join(unknown)}.")
        return value

    def word(self) -> Word:
        """What was sent."""
        data: dict[str, Any] = dict(self.validated_data)
        return Word(State(data["state"]), data.get("text", ""), data.get("texts", {}))


def updates_of(incident_id: int) -> list[PublicUpdate]:
    """In their order; none of one that is not published, or was taken off the page."""
    rows = PublicUpdate.objects.filter(published__incident=incident_id, published__withdrawn_at=None)
    return list(rows.select_related("by").order_by("at", "id"))


def published_id(incident_id: int) -> int | None:
    """Of the publication of an incident that is on the page."""
    rows = PublicIncident.objects.filter(incident=incident_id, withdrawn_at=None)
    return rows.values_list("pk", flat=True).first()
