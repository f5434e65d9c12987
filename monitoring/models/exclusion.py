"""Times of outage that count against nobody, and the sites that report to EV-ChART."""

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Exclusion(models.Model):
    """A claim that an outage was outside the operator's control (23 CFR 680.116(b)(3)). It counts once another person
    has approved it. Judged, it never changes: another one that `withdraws` it, judged in the same way, ends it."""

    class Reason(models.TextChoices):
        """The five of 23 CFR 680.116(b)(3). Closed hours are computed of the site's opening hours, never claimed."""

        UTILITY = "utility", _("Power cut by the utility")
        VEHICLE = "vehicle", _("Caused by the vehicle")
        MAINTENANCE = "maintenance", _("Scheduled maintenance")
        VANDALISM = "vandalism", _("Vandalism")
        DISASTER = "disaster", _("Natural disaster")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")

    # Claims are part of a record that is never deleted: neither is what they are about.
    site = models.ForeignKey("stations.Site", on_delete=models.PROTECT, related_name="exclusions")
    # None: the whole site, or the whole station.
    station = models.ForeignKey(
        "stations.Station", on_delete=models.PROTECT, null=True, blank=True, related_name="exclusions"
    )
    evse = models.ForeignKey(
        "stations.Evse", on_delete=models.PROTECT, null=True, blank=True, related_name="exclusions"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=12, choices=Reason)
    evidence = models.TextField(max_length=4000, help_text="What shows that the port would otherwise have worked.")
    # Its name in the storage, and as it was sent; a maintenance window needs none: its announcement is on record.
    file = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    file_type = models.CharField(max_length=40, blank=True)
    window = models.ForeignKey(
        "monitoring.MaintenanceWindow", on_delete=models.SET_NULL, null=True, blank=True, related_name="exclusions"
    )
    author = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.PROPOSED)
    reviewed_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=500, blank=True)
    withdraws = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawals")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="exclusion_has_length"),
            models.UniqueConstraint(
                fields=["window", "station"], condition=models.Q(withdraws=None), name="exclusion_of_window_station"
            ),
            models.UniqueConstraint(
                fields=["window"], condition=models.Q(withdraws=None, station=None), name="exclusion_of_window"
            ),
            models.UniqueConstraint(
                fields=["withdraws"],
                condition=models.Q(state__in=["proposed", "approved"]),
                name="exclusion_one_withdrawal",
            ),
        ]
        indexes = [
            models.Index(fields=["site", "ends_at"], name="exclusion_site_ends"),
            models.Index(fields=["-id"], condition=models.Q(state="proposed"), name="exclusion_proposed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.site}, {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def subject(self) -> str:
        """What it is about: the name of an EVSE, a station or the site."""
        return str(self.evse or self.station or self.site)


class FederalSite(models.Model):
    """A site that was built with federal money (23 CFR part 680), and what EV-ChART knows it by. All of its ports are
    reported: EV-ChART registers stations, which are sites of ours, with all of their ports."""

    site = models.OneToOneField("stations.Site", on_delete=models.CASCADE, related_name="federal")
    station_id = models.CharField(
        max_length=36,
        verbose_name=_("Station ID"),
        help_text=_("As it was registered with EV-ChART (module 1)."),
    )
    network_provider = models.CharField(
        max_length=60,
        verbose_name=_("Network provider"),
        help_text=_("The provider's key in EV-ChART: small letters and underscores."),
        validators=[RegexValidator(r"^[a-z0-9_]+\Z", _("Small letters, digits and underscores."))],
    )
    operational_since = models.DateField(
        verbose_name=_("Operational since"), help_text=_("In its first year no uptime has to be told.")
    )
    project_id = models.CharField(max_length=60, blank=True, verbose_name=_("Project ID"))
    is_service = models.BooleanField(default=False, verbose_name=_("Charging as a service"))
    federal_share_percent = models.PositiveSmallIntegerField(
        default=80, validators=[MaxValueValidator(100)], verbose_name=_("Federal share of costs (%)")
    )

    class Meta:
        ordering = ["site_id"]

    def __str__(self) -> str:
        return f"{self.site} ({self.station_id})"
