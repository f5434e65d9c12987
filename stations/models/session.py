"""Charging sessions (OCPP: transactions), what chargers told of them, and their meter samples."""

from datetime import datetime

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from stations.domain.session import Phase


class Session(models.Model):
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="sessions")
    # The index over (evse, ended_at) serves the foreign key too.
    evse = models.ForeignKey(
        "stations.Evse", on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions", db_index=False
    )
    deleted_evse = models.BigIntegerField(
        null=True, blank=True, help_text="Primary key of its EVSE, once that was deleted: the record of it is kept."
    )
    connector = models.ForeignKey(
        "stations.Connector", on_delete=models.SET_NULL, null=True, blank=True, related_name="sessions"
    )
    # As on the wire. 1.6: an integer we give out, this row's id; 2.x: the charger's own.
    transaction_id = models.CharField(max_length=36)
    protocol = models.CharField(max_length=10)
    id_token = models.CharField(max_length=255, blank=True, help_text="As the charger sent it.")
    token = models.ForeignKey(
        # The index over (token, started_at) serves the foreign key too.
        "drivers.IdToken",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="sessions",
        db_index=False,
    )
    verdict = models.CharField(max_length=20, blank=True, help_text="Our answer on the id token.")
    remote_start_id = models.IntegerField(null=True, blank=True)

    # What the charger said, by its clock; `received_at` is ours.
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    # Only where the charger's clock was not believed: what it said all the same.
    started_at_said = models.DateTimeField(null=True, blank=True)
    ended_at_said = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=30, blank=True, help_text="As on the wire.")
    closed_by = models.ForeignKey(
        "drivers.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who ended it without the charger.",
    )
    phase = models.CharField(
        max_length=16,
        choices=[
            (Phase.CONNECTED, _("Vehicle connected")),
            (Phase.CHARGING, _("Charging")),
            (Phase.SUSPENDED_EV, _("Paused by the vehicle")),
            (Phase.SUSPENDED_EVSE, _("Paused by the station")),
            (Phase.IDLE, _("Idle")),
        ],
        default=Phase.CONNECTED,
    )
    last_seq_no = models.IntegerField(default=-1, help_text="Highest seqNo of a TransactionEvent (2.x).")
    last_event_at = models.DateTimeField(null=True, blank=True)
    details = models.TextField(
        blank=True, help_text="The latest its events told beside the columns, as on the wire (2.x): JSON text."
    )
    limit = models.TextField(blank=True, help_text="Where energy is to stop flowing (2.1 transactionLimit): JSON text.")
    is_limit_told = models.BooleanField(default=False, help_text="Whether the charger has been sent the limit.")
    is_flagged = models.BooleanField(default=False, help_text="It has anomalies: a person should look.")
    anomalies = models.JSONField(default=list, blank=True, help_text="Codes of stations.domain.anomalies.")

    meter_start_wh = models.BigIntegerField(null=True, blank=True)
    meter_start_at = models.DateTimeField(
        null=True, blank=True, help_text="When the start was read; empty where the charger told it as the start."
    )
    meter_stop_wh = models.BigIntegerField(null=True, blank=True, help_text="The latest register that was believed.")
    meter_stop_at = models.DateTimeField(null=True, blank=True, help_text="When it was read.")
    meter_suspect_wh = models.BigIntegerField(null=True, blank=True, help_text="A register not believed so far.")
    meter_suspect_at = models.DateTimeField(null=True, blank=True)
    energy_wh = models.BigIntegerField(default=0)
    power_w = models.FloatField(null=True, blank=True, help_text="Latest reading.")
    soc_percent = models.FloatField(null=True, blank=True, help_text="Latest reading.")
    metered_at = models.DateTimeField(null=True, blank=True, help_text="Time of the latest reading.")
    metered_fact_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Set by billing through stations.services.sessions; null until the session is rated.
    cost_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            # The start time tells a charger's second life (factory reset, same ids again) from a repeat.
            models.UniqueConstraint(
                fields=["station", "transaction_id", "started_at"], name="session_transaction_unique"
            )
        ]
        indexes = [
            models.Index(fields=["station"], condition=models.Q(ended_at=None), name="session_open"),
            models.Index(fields=["station", "-started_at"], name="session_station_started"),
            models.Index(fields=["evse", "ended_at"], name="session_evse_ended"),
            models.Index(fields=["connector", "-id"], name="session_connector"),
            models.Index(fields=["token", "-started_at"], name="session_token_started"),
            models.Index(fields=["-started_at", "-id"], name="session_started"),
            models.Index(fields=["-started_at", "-id"], condition=models.Q(is_flagged=True), name="session_flagged"),
            # Searched by their beginning; id tokens without regard to case too.
            models.Index(fields=["id_token"], name="session_id_token", opclasses=["varchar_pattern_ops"]),
            models.Index(Upper("id_token"), name="session_id_token_folded"),
            models.Index(fields=["transaction_id"], name="session_transaction_id", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.transaction_id}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def said_started_at(self) -> datetime:
        """When it began by the charger's clock, right or wrong: what tells a repeat."""
        return self.started_at_said or self.started_at

    @property
    def said_ended_at(self) -> datetime | None:
        """When it ended by the charger's clock, right or wrong."""
        return self.ended_at_said or self.ended_at


class SessionEvent(models.Model):
    """A TransactionEvent (2.x), kept once per content: the same seqNo with another content is kept and flagged."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    seq_no = models.IntegerField()
    digest = models.BinaryField(max_length=16)
    event_type = models.CharField(max_length=8)
    trigger_reason = models.CharField(max_length=30)
    offline = models.BooleanField(default=False)
    at = models.DateTimeField(help_text="By the charger's clock.")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "seq_no", "digest"], name="sessionevent_unique")]

    def __str__(self) -> str:
        return f"{self.session} #{self.seq_no}"


class MeterSample(models.Model):
    """One meter value of a charger: a point in time with all that was measured then.

    The columns hold what charts and arithmetic need, put together by `stations.domain.metering.combine`; `values` is
    the charger's own `sampledValue` list as JSON text, nothing lost.

    A sample is found by its session; its station and EVSE may be gone. On PostgreSQL a partition holds a week by
    `received_at` (stations/services/partitions.py), ids have no index, and the foreign keys are no constraints:
    PostgreSQL would look each one up for each sample.
    """

    station = models.ForeignKey(
        "stations.Station", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    session = models.ForeignKey(
        # The index over (session, at) serves the foreign key too.
        Session,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="samples",
        db_index=False,
        db_constraint=False,
    )
    evse = models.ForeignKey(
        "stations.Evse",
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField(help_text="By the charger's clock, where that can be right; else when we heard of it.")
    at_said = models.DateTimeField(null=True, blank=True, help_text="By the charger's clock, where that cannot be.")
    received_at = models.DateTimeField(help_text="By our clock.")
    context = models.CharField(max_length=24, blank=True)
    energy_wh = models.FloatField(null=True, blank=True, help_text="Meter register, not the session's energy.")
    power_w = models.FloatField(null=True, blank=True)
    current_a = models.FloatField(null=True, blank=True)
    voltage_v = models.FloatField(null=True, blank=True)
    soc_percent = models.FloatField(null=True, blank=True)
    values = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["session", "at"], name="metersample_session_at"),
            models.Index(fields=["received_at"], name="metersample_received"),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} {self.at:%Y-%m-%d %H:%M:%S}"
