"""Local authorization lists: what each station should hold to decide by itself, and what it holds."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class LocalList(models.Model):
    """The list of one station. `held` is what it accepted last; `entries` what was chosen for it."""

    class Covers(models.TextChoices):
        """Where the wanted list comes from."""

        NOTHING = "nothing", _("Only what is sent by hand")
        TOKENS = "tokens", _("All id tokens of the organization")
        CHOSEN = "chosen", _("Chosen id tokens")

    station = models.OneToOneField("stations.Station", on_delete=models.CASCADE, related_name="local_list")
    covers = models.CharField(max_length=8, choices=Covers, default=Covers.NOTHING)
    version = models.IntegerField(default=0, help_text="Of the newest message made for it.")
    reported_version = models.IntegerField(
        null=True, blank=True, help_text="What the station has: 0 none, -1 it supports none, empty: not known."
    )
    reported_at = models.DateTimeField(null=True, blank=True)
    is_supported = models.BooleanField(null=True, blank=True, help_text="Empty: not known.")
    held = models.JSONField(default=dict, help_text="The entries it accepted, by folded id.")
    forgotten = models.JSONField(default=list, help_text="Folded ids that stay out: their customers were cleared here.")
    # Nothing can be changed in a list whose content is not known.
    needs_whole = models.BooleanField(default=True)
    answer = models.CharField(max_length=20, blank=True, help_text="The station's last word, such as VersionMismatch.")
    answered_at = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, help_text="Why the station does not have what it should, in words.")
    # When to look whether the station lacks something; the open message waits for its answer.
    due_at = models.DateTimeField(null=True, blank=True)
    command = models.ForeignKey("stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["station__identity"]
        indexes = [models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="locallist_due")]

    def __str__(self) -> str:
        return f"list of {self.station_id}"

    @property
    def in_sync(self) -> bool:
        """Whether the station has accepted all that was wanted when we looked last."""
        settled = self.due_at is None and self.command_id is None and not self.problem and not self.needs_whole
        return settled and self.covers != self.Covers.NOTHING and self.reported_version == self.version


class LocalListEntry(models.Model):
    """A token chosen for a list. What the organization knows of a token of this value goes before what stands here."""

    list = models.ForeignKey(LocalList, on_delete=models.CASCADE, related_name="entries")
    id_token = models.CharField(max_length=255)
    type = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=10, default="Accepted")
    expires_at = models.DateTimeField(null=True, blank=True)
    group_id_token = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint("list", Lower("id_token"), name="locallistentry_unique")]

    def __str__(self) -> str:
        return self.id_token
