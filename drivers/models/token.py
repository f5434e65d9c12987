"""Id tokens: what a driver shows a charger."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from drivers.domain.tokens import TokenStatus, TokenType


class IdToken(models.Model):
    """A card, app or contract. Values compare case-insensitively (OCPP `CiString`), unique per organization."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="id_tokens")
    # 20 characters in OCPP 1.6, 36 in 2.0.1, 255 in 2.1.
    value = models.CharField(max_length=255)
    type = models.CharField(max_length=20, default=TokenType.ISO14443, help_text="OCPP 2.x type, such as ISO14443.")
    status = models.CharField(
        max_length=8, choices=[(s.value, s.name.title()) for s in TokenStatus], default=TokenStatus.ACCEPTED
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    # The group's own id (1.6 parentIdTag, 2.x groupIdToken); no token needs to carry that value itself.
    parent = models.CharField(max_length=255, blank=True)
    driver = models.ForeignKey(
        "drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="id_tokens"
    )
    label = models.CharField(max_length=80, blank=True)
    # What a station that can (OCPP 2.x) makes of it.
    language = models.CharField(max_length=8, blank=True, help_text="For the station's texts, such as de or en-GB.")
    message = models.CharField(max_length=512, blank=True, help_text="Shown to the driver on the station's display.")
    charging_priority = models.SmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(-9), MaxValueValidator(9)],
        help_text="-9 to 9, higher goes first where power is short; empty counts as 0.",
    )
    energy_transfer = models.JSONField(
        default=list, blank=True, help_text="Ways in which energy may flow (OCPP 2.1); empty: as the station does."
    )
    # JSON text: the order of a tariff's members is kept.
    tariff = models.TextField(blank=True, help_text="The driver's own (OCPP 2.1 TariffType); empty: the usual one.")
    prepaid_balance = models.DecimalField(
        max_digits=12,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="What is left on a prepaid token, in the organization's currency; empty: not prepaid.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", Lower("value"), name="idtoken_value_unique"),
        ]
        indexes = [
            models.Index(fields=["organization", "value"], name="idtoken_value"),
            # Most are accepted: lists ask for the others.
            models.Index(
                fields=["organization", "value"], condition=models.Q(status=TokenStatus.BLOCKED), name="idtoken_blocked"
            ),
            # Searched by their beginning.
            models.Index(fields=["value"], name="idtoken_value_begins", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["label"], name="idtoken_label_begins", opclasses=["varchar_pattern_ops"]),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label or self.value
