"""What vehicles need, what they mean to take, and what others impose on stations (OCPP 2.x K11 to K22)."""

from django.db import models


class ChargingNeeds(models.Model):
    """A NotifyEVChargingNeeds, and what came of it."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="charging_needs")
    session = models.ForeignKey(
        "stations.Session", on_delete=models.CASCADE, null=True, blank=True, related_name="charging_needs"
    )
    evse_number = models.IntegerField()
    received_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True, help_text="When the vehicle said so, if the station tells.")
    transfer = models.CharField(max_length=20, help_text="requestedEnergyTransfer.")
    control_mode = models.CharField(max_length=20, blank=True, help_text="ISO 15118-20.")
    departure_at = models.DateTimeField(null=True, blank=True)
    energy_wh = models.FloatField(null=True, blank=True)
    max_tuples = models.IntegerField(null=True, blank=True, help_text="Periods the vehicle can hold.")
    payload = models.TextField(help_text="chargingNeeds as on the wire.")
    answer = models.CharField(max_length=20, help_text="The status it was answered with.")
    renegotiations = models.PositiveSmallIntegerField(default=0, help_text="Schedules sent since, for a vehicle over.")

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "charging needs"
        indexes = [models.Index(fields=["station", "-id"], name="chargingneeds_station")]

    def __str__(self) -> str:
        return f"{self.station_id} EVSE {self.evse_number} {self.received_at:%Y-%m-%d %H:%M:%S}"


class EvSchedule(models.Model):
    """A NotifyEVChargingSchedule: what the vehicle means to take."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="ev_schedules")
    session = models.ForeignKey(
        "stations.Session", on_delete=models.CASCADE, null=True, blank=True, related_name="ev_schedules"
    )
    evse_number = models.IntegerField()
    received_at = models.DateTimeField()
    time_base = models.DateTimeField(help_text="Its periods are relative to this.")
    schedule = models.TextField(help_text="As on the wire.")
    chosen_schedule_id = models.IntegerField(null=True, blank=True, help_text="Of those offered (2.1).")
    accepted = models.BooleanField(help_text="Whether it stays within what was offered.")

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-id"], name="evschedule_station")]

    def __str__(self) -> str:
        return f"{self.station_id} EVSE {self.evse_number} {self.received_at:%Y-%m-%d %H:%M:%S}"


class ChargingLimit(models.Model):
    """A limit that somebody else imposed on a station (K11, K12), until it is released (K13)."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="charging_limits")
    evse_number = models.IntegerField(default=0, help_text="0: the whole station.")
    source = models.CharField(max_length=20, help_text="chargingLimitSource, such as EMS.")
    is_grid_critical = models.BooleanField(default=False)
    is_local_generation = models.BooleanField(default=False, help_text="Adds to what is allowed (2.1 K27).")
    schedules = models.TextField(default="[]", help_text="As on the wire.")
    imposed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "-id"], name="charginglimit_station")]

    def __str__(self) -> str:
        return f"{self.source} on {self.station_id} EVSE {self.evse_number}"


class PriorityCharging(models.Model):
    """Whether a session charges by the PriorityCharging profile now (2.1 K21, K22)."""

    session = models.OneToOneField("stations.Session", on_delete=models.CASCADE, related_name="priority_charging")
    is_active = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "priority charging"

    def __str__(self) -> str:
        return f"{self.session_id}: {self.is_active}"
