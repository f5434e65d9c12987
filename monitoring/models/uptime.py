"""The uptime ledger: what was heard of ports, the intervals that follow from it, and their sums by month.

A `Port` outlives its EVSE: the record is kept for those who have to be shown it. So its primary key is
that of the EVSE, and nothing here is deleted with a station or an EVSE.
"""

from django.core.validators import MinLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.domain.uptime import Cause, State


class Port(models.Model):
    """An EVSE that is measured ("port" in 23 CFR 680): who and where it is, or was when it was last there.

    Its primary key is that of the EVSE. `state`, `cause` and `since` say how its ledger ends.
    """

    evse = models.OneToOneField(
        "stations.Evse", on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="port"
    )
    station = models.ForeignKey(
        "stations.Station", on_delete=models.DO_NOTHING, db_constraint=False, related_name="ports"
    )
    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="ports")
    # Null once the site was deleted.
    site = models.ForeignKey("stations.Site", on_delete=models.SET_NULL, null=True, blank=True, related_name="ports")
    identity = models.CharField(max_length=48, help_text="Of its station.")
    number = models.PositiveIntegerField()
    max_power_w = models.PositiveIntegerField(null=True, blank=True)
    # Its first connection ever; null before it: there is nothing to measure.
    commissioned_at = models.DateTimeField(null=True, blank=True)
    # When its EVSE was found to be gone: the ledger ends there.
    removed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, blank=True)
    cause = models.CharField(max_length=16, blank=True)
    since = models.DateTimeField(null=True, blank=True)
    # What each channel had said last before `since`: from there on the ledger goes on. Null: it has to be looked up.
    told = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["identity", "number"]

    def __str__(self) -> str:
        return f"{self.identity} / {self.number}"


class UptimeSignal(models.Model):
    """Something heard of a station (`evse` null) or an EVSE that the ledger rests on. Rows are only ever added.

    Facts are pruned; these are kept, so that the ledger can be made anew. See monitoring.domain.uptime.signals.
    """

    station = models.ForeignKey("stations.Station", on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    evse = models.ForeignKey(
        "stations.Evse", on_delete=models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+"
    )
    channel = models.CharField(max_length=24)
    value = models.CharField(max_length=16)
    detail = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField(help_text="When it happened, as far as that can be believed.")
    heard_at = models.DateTimeField(help_text="When we heard of it.")
    # The fact that told it: a fact that comes twice is one signal. Null: told by a service.
    fact = models.BigIntegerField(null=True, blank=True, unique=True)
    evidence = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["station", "channel", "at"], name="signal_channel"),
            models.Index(fields=["station", "at"], name="signal_station_at"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.value} at {self.at:%Y-%m-%d %H:%M:%S}"


class Correction(models.Model):
    """What a person says instead of the signals, with the reason and the evidence. Rows are only ever added: one is
    taken back by another whose `state` is empty, "as the signals tell"."""

    port = models.ForeignKey(Port, on_delete=models.CASCADE, related_name="corrections")
    start = models.DateTimeField()
    end = models.DateTimeField()
    state = models.CharField(max_length=8, blank=True, choices=[(s.value, s.value) for s in State])
    cause = models.CharField(max_length=16, blank=True, choices=[(c.value, c.value) for c in Cause])
    author = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    # Stays when the account goes.
    author_name = models.CharField(max_length=150)
    reason = models.TextField(max_length=2000, validators=[MinLengthValidator(10)])
    evidence = models.TextField(max_length=2000, help_text=_("Where it can be seen: a document, a photo, a report."))
    # Its name in the storage, and as it was sent.
    file = models.CharField(max_length=200, blank=True, default="", db_default="")
    file_name = models.CharField(max_length=120, blank=True, default="", db_default="")
    file_type = models.CharField(max_length=40, blank=True, default="", db_default="")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(end__gt=models.F("start")), name="correction_has_length")
        ]

    def __str__(self) -> str:
        return f"{self.port} {self.start:%Y-%m-%d %H:%M} {self.state}"


class SiteHours(models.Model):
    """The opening hours of a site since an instant, until the next row: hours that change today leave last month's
    figures as they were."""

    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="hours_history", db_index=False)
    # Null: ever since, as far as anybody knows.
    valid_from = models.DateTimeField(null=True, blank=True)
    opening_hours = models.JSONField(null=True, blank=True)
    timezone = models.CharField(max_length=64)

    class Meta:
        ordering = ["site_id", "id"]
        constraints = [models.UniqueConstraint(fields=["site", "valid_from"], name="sitehours_unique")]

    def __str__(self) -> str:
        return f"{self.site} since {self.valid_from or 'ever'}"


class LedgerEntry(models.Model):
    """An interval of a port. One that is over never changes: what turns out different is a new row, and the old one
    keeps when it was replaced. So the ledger of any date can be read: rows recorded by then and not yet replaced."""

    port = models.ForeignKey(Port, on_delete=models.CASCADE, related_name="entries", db_index=False)
    start = models.DateTimeField()
    # Null while it lasts.
    end = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=[(s.value, s.value) for s in State])
    cause = models.CharField(max_length=16, choices=[(c.value, c.value) for c in Cause])
    detail = models.CharField(max_length=50, blank=True, help_text="The charger's error code.")
    correction = models.ForeignKey(Correction, on_delete=models.RESTRICT, null=True, blank=True, related_name="entries")
    recorded_at = models.DateTimeField()
    # When `end` was written: until then it was known to last.
    closed_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["start", "id"]
        indexes = [
            models.Index(fields=["port", "end"], name="ledgerentry_port_end"),
            models.Index(fields=["end"], condition=models.Q(replaced_at=None), name="ledgerentry_current_end"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["port", "start"], condition=models.Q(replaced_at=None), name="ledgerentry_no_overlap"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.port_id} {self.state} since {self.start:%Y-%m-%d %H:%M:%S}"


class PortMonth(models.Model):
    """The sums of a port's ledger in a month of UTC, up to `through`; see monitoring.domain.uptime.Tally."""

    port = models.ForeignKey(Port, on_delete=models.CASCADE, related_name="months", db_index=False)
    month = models.DateField(help_text="Its first day.")
    through = models.DateTimeField()
    # Something before `through` has changed since: an entry, an exclusion, the opening hours.
    is_due = models.BooleanField(default=False)
    measured_s = models.PositiveIntegerField(default=0)
    outage_s = models.PositiveIntegerField(default=0)
    excluded_s = models.PositiveIntegerField(default=0)
    reliable_s = models.PositiveIntegerField(default=0)
    unreliable_s = models.PositiveIntegerField(default=0)
    outages = models.PositiveIntegerField(default=0)
    excluded_by = models.JSONField(default=dict, help_text="Seconds by reason.")
    by_cause = models.JSONField(default=dict, help_text='Seconds by "state:cause".')

    class Meta:
        ordering = ["port_id", "month"]
        indexes = [
            models.Index(fields=["month", "through"], name="portmonth_month"),
            models.Index(fields=["is_due"], condition=models.Q(is_due=True), name="portmonth_due"),
        ]
        constraints = [models.UniqueConstraint(fields=["port", "month"], name="portmonth_unique")]

    def __str__(self) -> str:
        return f"{self.port_id} {self.month:%Y-%m}"
