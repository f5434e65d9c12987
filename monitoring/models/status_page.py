"""The public status page of a network: its days of uptime, what was published, who is written to."""

import secrets

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.domain.publication import Policy


def new_nonce() -> str:
    """What makes the links to a subscription worthless once it is gone."""
    return secrets.token_urlsafe(16)


class StatusPage(models.Model):
    """What an organization wants of its status page; without a row there is none."""

    organization = models.OneToOneField(
        "drivers.Organization", on_delete=models.CASCADE, primary_key=True, related_name="status_page"
    )
    is_published = models.BooleanField(default=False)
    hidden_sites = models.ManyToManyField(
        "stations.Site", blank=True, related_name="+", help_text="Public sites that are not on it."
    )
    publishes_by_itself = models.BooleanField(default=True)
    least_points = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    least_percent = models.PositiveSmallIntegerField(
        default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    after_minutes = models.PositiveSmallIntegerField(default=15, validators=[MaxValueValidator(1440)])

    def __str__(self) -> str:
        return f"Status page of {self.organization}"

    @property
    def policy(self) -> Policy:
        """What is published by itself."""
        return Policy(self.least_points, self.least_percent, self.after_minutes)


class StatusDay(models.Model):
    """The ledgers of a site's ports on a day of UTC, added up to `through`."""

    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="status_days", db_index=False)
    day = models.DateField()
    through = models.DateTimeField(null=True, blank=True)
    # Not added up to its end yet, or something in it has changed since.
    is_due = models.BooleanField(default=True)
    measured_s = models.PositiveBigIntegerField(default=0)
    up_s = models.PositiveBigIntegerField(default=0)
    unknown_s = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["site_id", "day"]
        # Its index serves the foreign key, too.
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="statusday_unique")]
        indexes = [models.Index(fields=["site"], condition=models.Q(is_due=True), name="statusday_due")]

    def __str__(self) -> str:
        return f"{self.site_id} {self.day}"


class PublicIncident(models.Model):
    """An incident in the public's words: what it affects, and nothing of its cause."""

    class State(models.TextChoices):
        INVESTIGATING = "investigating", _("Investigating")
        IDENTIFIED = "identified", _("Identified")
        MONITORING = "monitoring", pgettext_lazy("public update", "Monitoring")
        RESOLVED = "resolved", _("Resolved")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="public_incidents")
    incident = models.OneToOneField(
        "monitoring.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="public"
    )
    began_at = models.DateTimeField()
    published_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    # Taken off the page by a person; it is not published again by itself.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=14, choices=State, default=State.INVESTIGATING)

    class Meta:
        ordering = ["-began_at", "-id"]
        indexes = [models.Index(fields=["organization", "-began_at"], name="publicincident_page")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.began_at:%Y-%m-%d %H:%M} {self.state}"


class PublicIncidentSite(models.Model):
    """How many charging points of a site an incident affects: out of service, not reachable; while it lasts as it is,
    afterwards the most there were."""

    published = models.ForeignKey(PublicIncident, on_delete=models.CASCADE, related_name="sites", db_index=False)
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="public_incidents")
    down = models.PositiveIntegerField(default=0)
    silent = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["site__name", "id"]
        constraints = [models.UniqueConstraint(fields=["published", "site"], name="publicincidentsite_unique")]

    def __str__(self) -> str:
        return f"{self.down + self.silent} of {self.total} at {self.site_id}"


class PublicUpdate(models.Model):
    """What the public is told of an incident. Rows are only ever added; `text` empty: the sentence of its state."""

    published = models.ForeignKey(PublicIncident, on_delete=models.CASCADE, related_name="updates")
    state = models.CharField(max_length=14, choices=PublicIncident.State)
    at = models.DateTimeField()
    by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=2000, blank=True)
    texts = models.JSONField(default=dict, blank=True, help_text="The same in other languages, by their code.")
    # When letters to all who subscribed were written down; null: they are still to be told.
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["id"], condition=models.Q(told_at=None), name="publicupdate_untold")]

    def __str__(self) -> str:
        return f"{self.published_id} {self.state}"


class StatusSubscriber(models.Model):
    """An address that wants letters of a network or of one site, once it said so twice. It has no account."""

    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="status_subscribers", db_index=False
    )
    # Null: the whole network.
    site = models.ForeignKey(
        "stations.Site", on_delete=models.CASCADE, null=True, blank=True, related_name="status_subscribers"
    )
    email = models.EmailField()
    language = models.CharField(max_length=10)
    # Links are signed and hold it; it is of no use without our key.
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    created_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "site", "email"], nulls_distinct=False, name="statussubscriber_unique"
            )
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(confirmed_at=None), name="statussubscriber_unconfirmed"
            )
        ]

    def __str__(self) -> str:
        return f"Subscriber {self.pk}"

    @property
    def about(self) -> str:
        """What it is about: the name of a site, or of the network."""
        return self.site.name if self.site else self.organization.name


class StatusLetter(models.Model):
    """One letter to one subscriber: about an update, about planned work, or (neither) to be confirmed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    # Its key begins so where planned work was called off, or its time was changed.
    OFF, MOVED = "off:", "moved:"

    subscriber = models.ForeignKey(StatusSubscriber, on_delete=models.CASCADE, related_name="letters", db_index=False)
    key = models.CharField(max_length=40, help_text="What it is about: a subscriber is told of it once.")
    update = models.ForeignKey(PublicUpdate, on_delete=models.CASCADE, null=True, blank=True, related_name="letters")
    window = models.ForeignKey(
        "monitoring.MaintenanceWindow", on_delete=models.CASCADE, null=True, blank=True, related_name="status_letters"
    )
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why it has not left, in English.")

    class Meta:
        ordering = ["id"]
        # Its index serves the foreign key, too.
        constraints = [models.UniqueConstraint(fields=["subscriber", "key"], name="statusletter_once")]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(state__in=["waiting", "sending"]), name="statusletter_due"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} to {self.subscriber_id}"

    @property
    def says_it_is_off(self) -> bool:
        """Whether it takes back what was said of planned work."""
        return self.key.startswith(self.OFF)

    @property
    def says_it_moved(self) -> bool:
        """Whether it tells of another time than was told before."""
        return self.key.startswith(self.MOVED)
