"""Whether drivers could charge: their attempts, counted by EVSE and day, and the ports that failed them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.domain.success import Outcome


class Attempt(models.Model):
    """Somebody tried to charge: a session that has ended, a remote start that came to nothing, a plug without one.

    It keeps what the station was then: firmware changes, and a rate belongs to the one that ran.
    """

    class Kind(models.TextChoices):
        SESSION = "session", _("Session")
        REMOTE_START = "remote_start", _("Remote start")
        PLUG = "plug", _("Plugged in")

    OUTCOMES = [
        (Outcome.WELL, _("Charged")),
        (Outcome.CUT_OFF, _("Cut off by a fault")),
        (Outcome.CHARGED, _("Charged, end unknown")),
        (Outcome.NO_ENERGY, _("No energy")),
        (Outcome.NOT_STARTED, _("Did not start")),
        (Outcome.REFUSED, _("Id token refused")),
        (Outcome.VEHICLE, _("Vehicle took nothing")),
        (Outcome.LEFT, _("Plugged in only")),
        (Outcome.UNKNOWN, _("Not metered")),
    ]

    # The indexes below serve these two foreign keys too.
    evse = models.ForeignKey("stations.Evse", on_delete=models.CASCADE, related_name="attempts", db_index=False)
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="attempts", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    session = models.OneToOneField(
        "stations.Session", on_delete=models.CASCADE, null=True, blank=True, related_name="attempt"
    )
    command = models.OneToOneField(
        "stations.Command", on_delete=models.CASCADE, null=True, blank=True, related_name="attempt"
    )
    who = models.CharField(max_length=255, blank=True, help_text="The id token in lower case.")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    energy_wh = models.BigIntegerField(default=0)
    wait_s = models.FloatField(null=True, help_text="From plugging in or the start, whichever was first, to energy.")
    authorize_s = models.FloatField(
        null=True, help_text="From the first message with the id token to our answer, by our clock."
    )
    peak_power_w = models.FloatField(null=True, help_text="Highest reading.")
    asked_power_w = models.FloatField(null=True, help_text="What the vehicle asked for at most.")
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    firmware_version = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["-began_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["evse", "began_at"], condition=models.Q(kind="plug"), name="attempt_plug_unique"
            )
        ]
        indexes = [
            models.Index(fields=["evse", "-began_at"], name="attempt_evse"),
            models.Index(fields=["site", "-began_at"], name="attempt_site"),
            models.Index(fields=["-began_at", "-id"], name="attempt_began"),
            models.Index(fields=["who", "-began_at"], name="attempt_who"),
        ]

    def __str__(self) -> str:
        return f"{self.evse_id} {self.began_at:%Y-%m-%d %H:%M} {self.outcome}"


class SuccessDay(models.Model):
    """The attempts of one EVSE that began on one day (UTC) under one firmware, counted."""

    AUTHORIZED = (
        *("authorized_100ms", "authorized_200ms", "authorized_500ms", "authorized_1s", "authorized_2s"),
        *("authorized_5s", "authorized_10s", "authorized_30s", "authorized_later"),
    )

    evse = models.ForeignKey("stations.Evse", on_delete=models.CASCADE, related_name="success_days", db_index=False)
    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    vendor = models.CharField(max_length=50, blank=True)
    model = models.CharField(max_length=50, blank=True)
    firmware_version = models.CharField(max_length=50, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="Those that count.")
    charged = models.PositiveIntegerField(default=0)
    well = models.PositiveIntegerField(default=0, help_text="Charged, and ended as wished.")
    cut_off = models.PositiveIntegerField(default=0, help_text="Charged, and ended by a fault.")
    no_energy = models.PositiveIntegerField(default=0)
    not_started = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0, help_text="Others that do not count.")
    visits = models.PositiveIntegerField(default=0, help_text="That began at this EVSE.")
    first_try = models.PositiveIntegerField(default=0)
    visits_charged = models.PositiveIntegerField(default=0)
    waits = models.PositiveIntegerField(default=0, help_text="Attempts whose wait is known.")
    wait_s = models.FloatField(default=0, help_text="Their waits together.")
    # Attempts by time to authorize: the steps of monitoring/domain/authorizing.py.
    authorized_100ms = models.PositiveIntegerField(default=0, db_default=0)
    authorized_200ms = models.PositiveIntegerField(default=0, db_default=0)
    authorized_500ms = models.PositiveIntegerField(default=0, db_default=0)
    authorized_1s = models.PositiveIntegerField(default=0, db_default=0)
    authorized_2s = models.PositiveIntegerField(default=0, db_default=0)
    authorized_5s = models.PositiveIntegerField(default=0, db_default=0)
    authorized_10s = models.PositiveIntegerField(default=0, db_default=0)
    authorized_30s = models.PositiveIntegerField(default=0, db_default=0)
    authorized_later = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evse", "site", "day", "firmware_version"], name="successday_unique"),
        ]
        indexes = [
            models.Index(fields=["site", "day"], name="successday_site"),
            models.Index(fields=["day"], name="successday_day"),
        ]

    def __str__(self) -> str:
        return f"{self.evse_id} {self.day} {self.charged}/{self.attempts}"


class SuccessDue(models.Model):
    """A day of a site whose attempts have changed: to be counted again. Written with the change."""

    site = models.ForeignKey("stations.Site", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    evse = models.ForeignKey(
        "stations.Evse",
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text="Whose attempt it was; null for a day that only its visits may reach into.",
    )

    def __str__(self) -> str:
        return f"{self.site_id} {self.day}"


class SuccessCursor(models.Model):
    """How far sessions that told no fact (from before this was counted, or put in by hand) have been taken in."""

    session_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.session_id)


class PlugIn(models.Model):
    """The last time somebody plugged in at a connector, as its statuses tell."""

    connector = models.OneToOneField(
        "stations.Connector", on_delete=models.CASCADE, primary_key=True, related_name="plug_in"
    )
    plugged_at = models.DateTimeField()
    charging_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.connector_id} {self.plugged_at:%Y-%m-%d %H:%M:%S}"


class FailedStreak(models.Model):
    """An EVSE at which attempt after attempt failed: from the first failure until somebody charged again.

    While it is serious and open, the uptime ledger counts the port as down, whatever it says of itself.
    """

    evse = models.ForeignKey("stations.Evse", on_delete=models.CASCADE, related_name="failed_streaks")
    since = models.DateTimeField()
    attempts = models.PositiveIntegerField()
    people = models.PositiveIntegerField(help_text="Different id tokens.")
    is_zero_energy = models.BooleanField(help_text="Each was a session, and nothing flowed.")
    is_serious = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["evse"], condition=models.Q(ended_at=None), name="failedstreak_open")
        ]

    def __str__(self) -> str:
        return f"{self.evse_id} since {self.since:%Y-%m-%d %H:%M}"


class PortHabit(models.Model):
    """When an EVSE usually charges: what its silence is measured by."""

    evse = models.OneToOneField("stations.Evse", on_delete=models.CASCADE, primary_key=True, related_name="habit")
    worked_out_at = models.DateTimeField(db_index=True)
    sessions = models.PositiveIntegerField()
    weeks = models.FloatField()
    by_hour = models.JSONField()
    by_day = models.JSONField()
    usual_gap_s = models.FloatField(null=True, help_text="Null: too little is known.")
    last_ended_at = models.DateTimeField(null=True, help_text="The end of its last session.")

    def __str__(self) -> str:
        return f"{self.evse_id}: {self.sessions} in {self.weeks:.1f} weeks"
