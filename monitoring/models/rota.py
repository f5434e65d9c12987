"""Who is on call when, and who is told next while nobody acknowledges."""

from datetime import time
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from monitoring.models.incident import Severity


class Rota(models.Model):
    """People who take turns; its times of day are those of its zone."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="rotas")
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=64, default="UTC", help_text="IANA name, such as Europe/Berlin.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="rota_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class RotaLayer(models.Model):
    """Later layers go before earlier ones, in the hours that they have."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="layers")
    name = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    handover = models.TimeField(default=time(9))
    days = models.PositiveSmallIntegerField(
        default=7, validators=[MinValueValidator(1), MaxValueValidator(366)], help_text="How long a turn is."
    )
    # The same time twice: all day.
    hours_from = models.TimeField(default=time(0))
    hours_until = models.TimeField(default=time(0))
    weekdays = models.JSONField(default=list, blank=True, help_text="0 is Monday; empty: all of them.")

    class Meta:
        ordering = ["order", "id"]

    def __str__(self) -> str:
        return self.name


class RotaTurn(models.Model):
    """A person's place in the order of a layer."""

    layer = models.ForeignKey(RotaLayer, on_delete=models.CASCADE, related_name="turns")
    person = models.ForeignKey("drivers.User", on_delete=models.CASCADE, related_name="+")
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order", "id"]
        constraints = [models.UniqueConstraint(fields=["layer", "order"], name="rotaturn_order_unique")]

    def __str__(self) -> str:
        return str(self.person)


class RotaOverride(models.Model):
    """Somebody takes over for a while."""

    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, related_name="overrides")
    person = models.ForeignKey("drivers.User", on_delete=models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="rotaoverride_length")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_at:%Y-%m-%d %H:%M}"


class EscalationPolicy(models.Model):
    """Whom to tell of an incident, one step after the other, until somebody acknowledges."""

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="escalation_policies"
    )
    name = models.CharField(max_length=80)
    sites = models.ManyToManyField(
        "stations.Site", blank=True, related_name="+", help_text="None: all that no other policy names."
    )
    least_severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.MAJOR)
    repeats = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(9)])
    pause_minutes = models.PositiveSmallIntegerField(
        default=15, validators=[MinValueValidator(1)], help_text="After the last step, before it begins again."
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="escalationpolicy_name_unique")]
        verbose_name_plural = "escalation policies"

    def __str__(self) -> str:
        return self.name


class EscalationStep(models.Model):
    """A rota, a person or a channel that is told so many minutes after the step before."""

    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField()
    after_minutes = models.PositiveSmallIntegerField(default=0)
    rota = models.ForeignKey(Rota, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    person = models.ForeignKey("drivers.User", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    channel = models.ForeignKey("monitoring.Channel", on_delete=models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "order"], name="escalationstep_order_unique"),
            models.CheckConstraint(
                condition=models.Q(rota__isnull=False, person=None, channel=None)
                | models.Q(rota=None, person__isnull=False, channel=None)
                | models.Q(rota=None, person=None, channel__isnull=False),
                name="escalationstep_tells_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.policy} {self.order}"

    @property
    def target(self) -> object:
        return self.rota or self.person or self.channel


class Escalation(models.Model):
    """How far the escalation of an incident has come. Over once `due_at` is null."""

    incident = models.OneToOneField("monitoring.Incident", on_delete=models.CASCADE, related_name="escalation")
    policy = models.ForeignKey(EscalationPolicy, on_delete=models.CASCADE, related_name="+")
    # Counts up over reopenings too: part of what tells one message from another.
    run = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    ended = models.CharField(max_length=160, blank=True, help_text="Why it ended, in English.")

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="escalation_due")]

    def __str__(self) -> str:
        return f"{self.incident_id} at {self.position}"
