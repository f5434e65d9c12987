"""Reservations: a place that a charger keeps for an id token."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from stations.domain.reservations import LIVE, ReservationState

_LIVE = models.Q(state__in=sorted(LIVE))


class Reservation(models.Model):
    """One reservation. `wire_id` is its number towards the charger: ours is the row's id, a raw call names its own."""

    station = models.ForeignKey("stations.Station", on_delete=models.CASCADE, related_name="reservations")
    wire_id = models.IntegerField(null=True, help_text="The number on the wire.")
    # As asked for, known to us or not; empty: any EVSE of the station.
    evse_number = models.PositiveIntegerField(null=True, blank=True)
    connector_number = models.PositiveIntegerField(null=True, blank=True, help_text="Within the EVSE (OCPP 1.6).")
    connector_type = models.CharField(max_length=20, blank=True, help_text="Any EVSE with such a plug (OCPP 2.x).")
    id_token = models.CharField(max_length=255, help_text="As on the wire.")
    id_token_type = models.CharField(max_length=20, blank=True)
    group_id_token = models.CharField(max_length=255, blank=True, help_text="Whose whole group may use it.")
    token = models.ForeignKey(
        "drivers.IdToken", on_delete=models.SET_NULL, null=True, blank=True, related_name="reservations"
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty where only the charger knows it.")
    state = models.CharField(
        max_length=16,
        choices=[
            (ReservationState.REQUESTED, _("Asked for")),
            (ReservationState.ACCEPTED, _("Kept")),
            (ReservationState.REJECTED, _("Refused")),
            (ReservationState.FAILED, _("Not delivered")),
            (ReservationState.USED, _("Used")),
            (ReservationState.CANCELLED, _("Cancelled")),
            (ReservationState.EXPIRED, _("Expired")),
            (ReservationState.REMOVED, _("Removed by the station")),
            (ReservationState.NO_TRANSACTION, _("No session began")),
        ],
        default=ReservationState.REQUESTED,
    )
    answer = models.CharField(max_length=20, blank=True, help_text="The charger's word on it, such as Occupied.")
    session = models.ForeignKey(
        "stations.Session", on_delete=models.SET_NULL, null=True, blank=True, related_name="reservations"
    )
    command = models.ForeignKey(
        "stations.Command", on_delete=models.SET_NULL, null=True, blank=True, related_name="reservations"
    )
    requested_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # A number may come again once its reservation has ended: raw calls count as their sender likes.
            models.UniqueConstraint(fields=["station", "wire_id"], condition=_LIVE, name="reservation_live_unique")
        ]
        indexes = [
            models.Index(fields=["station", "-id"], name="reservation_station"),
            models.Index(fields=["wire_id"], name="reservation_wire_id"),
            models.Index(fields=["expires_at"], condition=_LIVE, name="reservation_live"),
        ]

    def __str__(self) -> str:
        return f"{self.wire_id} at {self.station_id} ({self.state})"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE
