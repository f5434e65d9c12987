"""Id tokens: what a driver shows a charger."""

from django.db import models
from django.db.models.functions import Lower

from drivers.domain.tokens import TokenStatus, TokenType


class IdToken(models.Model):
    """A card, app or contract. Values compare case-insensitively (OCPP `CiString`), unique per organization."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="id_tokens")
    value = models.CharField(max_length=36)
    type = models.CharField(max_length=20, choices=[(t.value, t.value) for t in TokenType], default=TokenType.ISO14443)
    status = models.CharField(
        max_length=8, choices=[(s.value, s.name.title()) for s in TokenStatus], default=TokenStatus.ACCEPTED
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    # The group's own id (1.6 parentIdTag, 2.x groupIdToken); no token needs to carry that value itself.
    parent = models.CharField(max_length=36, blank=True)
    driver = models.ForeignKey(
        "drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="id_tokens"
    )
    label = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", Lower("value"), name="idtoken_value_unique"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label or self.value
