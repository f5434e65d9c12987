"""Stations whose firmware is not what most of their model run."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.domain.versions import is_newer, prevailing
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, station_subject

Kind = tuple[int, str, str]


class FirmwareBehind(Rule):
    name = "firmware_behind"
    title = _("Firmware differs from the others")
    about = _(
        "Most stations of the same model in the organization run another firmware. That is no fault by itself, and"
        " nobody here knows the maker's newest: it tells which stations an update has missed. Versions that are newer"
        " by their numbers are left out. See on the station's page how its last update went, and send it again."
    )
    severity = Severity.MINOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("stations", _("Stations that run the same, at least"), Decimal(5), _("stations")),
        Threshold("percent", _("Share of the model that they are, at least"), Decimal(60), _("percent")),
    )
    raise_after = timedelta(hours=6)
    every = timedelta(hours=1)
    is_slow = True

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        if not scope.is_whole:
            # Of one station nothing can be said: what it had stays.
            scope_ids = list(scope.stations.values_list("site__organization", flat=True).distinct())
            watched = scope.stations.model.objects.filter(site__organization__in=scope_ids, quarantined_at=None)
        else:
            watched = scope.stations
        named = watched.exclude(Q(firmware_version="") | Q(model=""))
        versions: dict[Kind, dict[str, int]] = {}
        for row in named.values("site__organization", "vendor", "model", "firmware_version").annotate(n=Count("pk")):
            kind = (row["site__organization"], row["vendor"], row["model"])
            versions.setdefault(kind, {})[row["firmware_version"]] = row["n"]
        mixed = {kind: counts for kind, counts in versions.items() if len(counts) > 1}
        if not mixed:
            return
        models = {model for _organization, _vendor, model in mixed}
        for station in scope.stations.filter(model__in=models).exclude(firmware_version="").select_related("site"):
            counts = mixed.get((station.site.organization_id, station.vendor, station.model))
            if counts is None:
                continue
            usual = prevailing(
                counts,
                least=int(scope.threshold("stations", station.site_id)),
                share=float(scope.threshold("percent", station.site_id)) / 100,
            )
            mine = station.firmware_version
            if usual is None or mine == usual or is_newer(mine, usual):
                continue
            yield Finding(
                subject=station_subject(station.pk),
                organization_id=station.site.organization_id,
                site_id=station.site_id,
                station_id=station.pk,
                evse_id=None,
                began_at=station.booted_at or now,
                said=Phrase(
                    "%(station)s runs firmware %(mine)s, most of its model run %(usual)s",
                    station=station.identity,
                    mine=mine,
                    usual=usual,
                ),
                evidence={"version": mine, "usual": usual, "stations": counts[usual], "of": sum(counts.values())},
                causes=(f"firmware:{station.vendor}/{station.model}/{usual}"[:120],),
            )
