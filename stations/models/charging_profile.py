"""Charging profiles: those an operator keeps, and those that are on stations."""

from datetime import datetime
from typing import Any

import orjson
from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.domain.charging_profile import Kind, Profile, ProfileState, Purpose, Recurrency, schedule_of


class ProfileContent(models.Model):
    """What a charging profile says, whatever the version. Schedules stand as on the wire of OCPP 2.x."""

    purpose = models.CharField(max_length=40, choices=[(purpose.value, purpose.value) for purpose in Purpose])
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])
    recurrency = models.CharField(
        max_length=8, blank=True, choices=[(turn.value, turn.value) for turn in Recurrency], help_text="If recurring."
    )
    stack_level = models.IntegerField(default=0)
    valid_from = models.DateTimeField(null=True, blank=True)
    valid_to = models.DateTimeField(null=True, blank=True)
    # JSON text: a list of ChargingSchedule, member order kept.
    schedules = models.TextField(default="[]")
    # Further members of a 2.1 profile (dynUpdateInterval, maxOfflineDuration, …) as JSON text.
    extras = models.TextField(default="{}", blank=True)

    class Meta:
        abstract = True

    @property
    def schedule_list(self) -> list[dict[str, Any]]:
        """The schedules as on the wire."""
        found: list[dict[str, Any]] = orjson.loads(self.schedules)
        return found

    def standing(self, *, evse: int, since: datetime | None = None, schedule: int = 0) -> Profile:
        """The profile on an EVSE (0: the station) as the domain computes with it; `schedule`: which of several."""
        return Profile(
            purpose=self.purpose,
            kind=self.kind,
            stack_level=self.stack_level,
            schedule=schedule_of(self.schedule_list[schedule]),
            evse=evse,
            recurrency=self.recurrency,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            since=since,
        )


class ChargingProfile(ProfileContent):
    """A profile to send to stations. Its `id` is the chargingProfileId on the wire."""

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="charging_profiles")
    description = models.CharField(max_length=200, blank=True)
    session = models.OneToOneField(
        "stations.Session",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="planned_profile",
        help_text="Made for this session alone, from what its vehicle needs.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.description}"


class AppliedProfile(ProfileContent):
    """A profile on a station, as it was sent or reported there; rows that no longer count are its history."""

    State = ProfileState

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="applied_profiles")
    wire_id = models.IntegerField(help_text="chargingProfileId; one that an external system made may be negative.")
    profile = models.ForeignKey(
        ChargingProfile, on_delete=models.SET_NULL, null=True, blank=True, related_name="applications"
    )
    evse_number = models.IntegerField(
        null=True, blank=True, help_text="0: the whole station; empty: where the remote start found room."
    )
    transaction_id = models.CharField(max_length=36, blank=True, help_text="As on the wire; of a TxProfile.")
    command = models.ForeignKey(
        "stations.Command",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="What carried it: of its own, or a remote start.",
    )
    state = models.CharField(
        max_length=8,
        choices=[
            (ProfileState.SENT, _("Sent")),
            (ProfileState.ACCEPTED, _("In force")),
            (ProfileState.REJECTED, _("Rejected")),
            (ProfileState.REPLACED, _("Replaced")),
            (ProfileState.CLEARED, _("Cleared")),
            (ProfileState.ENDED, _("Ended with its session")),
        ],
        default=ProfileState.SENT,
    )
    source = models.CharField(max_length=20, default="CSO", help_text="chargingLimitSource: CSO is this system.")
    reason = models.CharField(max_length=600, blank=True, help_text="Why the station rejected it.")
    applied_at = models.DateTimeField(null=True, blank=True, help_text="When the station accepted or reported it.")
    reported_at = models.DateTimeField(null=True, blank=True, help_text="When the station last reported it.")
    report_id = models.IntegerField(null=True, blank=True, editable=False, help_text="Of its last report.")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Since when it no longer counts.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "wire_id"],
                condition=models.Q(state=ProfileState.ACCEPTED),
                name="appliedprofile_one_in_force",
            )
        ]
        indexes = [models.Index(fields=["station", "-id"], name="appliedprofile_station")]

    def __str__(self) -> str:
        return f"{self.wire_id} on {self.station_id} ({self.state})"


class CompositeSchedule(models.Model):
    """A station's own composite schedule as it answered, and what we made of the same time at that moment."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="composite_schedules")
    evse_number = models.PositiveIntegerField(help_text="0: the whole station.")
    received_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    duration_s = models.IntegerField()
    unit = models.CharField(max_length=1)
    # JSON text: lists of ChargingSchedulePeriod.
    periods = models.TextField(help_text="As the station says.")
    expected = models.TextField(help_text="As computed from the profiles in force.")
    differs = models.BooleanField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["station", "evse_number", "-id"], name="compositeschedule_latest")]

    def __str__(self) -> str:
        return f"{self.station_id} EVSE {self.evse_number} {self.received_at:%Y-%m-%d %H:%M:%S}"
