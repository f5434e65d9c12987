"""Whose fault lost connections were, how good links are, and whose networks they go through."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from monitoring.domain.attribution import Culprit

CULPRITS = [
    (Culprit.US.value, pgettext_lazy("culprit", "Busbar itself")),
    (Culprit.ASKED.value, pgettext_lazy("culprit", "Told to restart")),
    (Culprit.POWER.value, pgettext_lazy("culprit", "Power at the site")),
    (Culprit.ROUTER.value, pgettext_lazy("culprit", "Router of the site")),
    (Culprit.PROVIDER.value, pgettext_lazy("culprit", "Provider")),
    (Culprit.CHARGER.value, pgettext_lazy("culprit", "This charger")),
    (Culprit.UNCLEAR.value, pgettext_lazy("culprit", "Cannot be told")),
]


def culprits() -> list[tuple[str, object]]:
    """A function, so that a new one is no migration."""
    return list(CULPRITS)


class Drop(models.Model):
    """A connection that ended. Kept longer than the connection's own row, so it says what that said."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="drops")
    # The index over (station, -at) serves the foreign key too.
    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="drops", db_index=False)
    connection = models.BigIntegerField(unique=True, help_text="Its id; the row itself is deleted before this one.")
    at = models.DateTimeField(help_text="When the end was noticed.")
    heard_at = models.DateTimeField(help_text="When the charger was last heard of before it.")
    opened_at = models.DateTimeField()
    back_at = models.DateTimeField(null=True, blank=True)
    address = models.CharField(max_length=60, blank=True)
    line = models.CharField(max_length=60, blank=True, help_text="What chargers behind one router have in common.")
    provider = models.CharField(max_length=80, blank=True)
    process = models.CharField(max_length=36, blank=True, help_text="The edge process that held it.")
    parting = models.CharField(max_length=120, blank=True, help_text="As stations.domain.partings has it.")
    code = models.PositiveIntegerField(null=True, blank=True)
    boot_reason = models.CharField(max_length=30, blank=True, help_text="Of the boot after it; 1.6 tells none.")
    # Blank until its neighbours' fate is known too.
    culprit = models.CharField(max_length=8, choices=culprits, blank=True)
    cause = models.CharField(max_length=120, blank=True, help_text="What drops of one cause have in common.")
    lost = models.PositiveIntegerField(default=1)
    stood = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["station", "-at"], name="drop_station"),
            models.Index(fields=["organization", "-at", "-id"], name="drop_organization"),
            models.Index(fields=["at"], condition=models.Q(culprit=""), name="drop_unjudged"),
            models.Index(fields=["at"], name="drop_at"),
        ]

    def __str__(self) -> str:
        return f"{self.station_id} at {self.at:%Y-%m-%d %H:%M:%S}"


class LinkDay(models.Model):
    """A station's link on one day (UTC)."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="link_days", db_index=False)
    day = models.DateField(db_index=True)
    connected = models.FloatField(null=True, help_text="Share (0 to 1) of the day, without what was our own doing.")
    drops = models.PositiveIntegerField(default=0, help_text="Without our own restarts and what it was told to do.")
    drops_ours = models.PositiveIntegerField(default=0)
    pings = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)
    rtt_ms = models.FloatField(null=True)
    rtt_max_ms = models.FloatField(null=True)
    messages = models.PositiveIntegerField(default=0)
    delay_ms = models.FloatField(null=True)
    queued = models.PositiveIntegerField(default=0)
    answers = models.PositiveIntegerField(default=0, help_text="CALLs that the charger answered.")
    timeouts = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0, db_default=0, help_text="CALLs that it answered with an error.")
    answer_ms = models.FloatField(null=True, help_text="From CALL to answer.")
    signal_dbm = models.FloatField(null=True)
    score = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "day"], name="linkday_unique")]

    def __str__(self) -> str:
        return f"{self.station_id} on {self.day}"


class TemperatureDay(models.Model):
    """The highest temperature that a station told of its own parts on one day (UTC)."""

    # The unique constraint serves the foreign key too.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.CASCADE, related_name="temperature_days", db_index=False
    )
    day = models.DateField(db_index=True)
    celsius = models.FloatField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "day"], name="temperatureday_unique")]

    def __str__(self) -> str:
        return f"{self.station_id} on {self.day}"


class TemperatureCursor(models.Model):
    """How far readings of temperature have been taken in."""

    through = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.through:%Y-%m-%d %H:%M:%S}"


class StationLink(models.Model):
    """What is known of a station's link now: the last seven days, and whose network it comes through."""

    station = models.OneToOneField("stations.Station", on_delete=models.CASCADE, related_name="link", primary_key=True)
    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="station_links", db_index=False
    )
    address = models.CharField(max_length=60, blank=True)
    line = models.CharField(max_length=60, blank=True)
    provider = models.CharField(max_length=80, blank=True)
    # 101 for one without a score, so that worst first is an index.
    rank = models.PositiveSmallIntegerField(default=101)
    score = models.PositiveSmallIntegerField(null=True)
    connected = models.FloatField(null=True)
    drops = models.PositiveIntegerField(default=0)
    rtt_ms = models.FloatField(null=True)
    lost = models.FloatField(default=0, help_text="Share of pings without an answer.")
    delay_ms = models.FloatField(null=True)
    answer_ms = models.FloatField(null=True)
    signal_dbm = models.FloatField(null=True)
    computed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "rank", "station"], name="stationlink_rank"),
            models.Index(fields=["organization", "provider"], name="stationlink_provider"),
        ]

    def __str__(self) -> str:
        return f"link of {self.station_id}"


class ProviderRange(models.Model):
    """Addresses or SIMs that an organization knows the provider of."""

    # The unique constraint serves the foreign key too.
    organization = models.ForeignKey(
        "drivers.Organization", on_delete=models.CASCADE, related_name="provider_ranges", db_index=False
    )
    pattern = models.CharField(
        _("addresses or SIM"), max_length=50, help_text=_("203.0.113.0/24, or the first digits of ICCID or IMSI.")
    )
    name = models.CharField(_("provider"), max_length=80)

    class Meta:
        ordering = ["name", "pattern"]
        constraints = [models.UniqueConstraint(fields=["organization", "pattern"], name="providerrange_unique")]

    def __str__(self) -> str:
        return f"{self.pattern}: {self.name}"
