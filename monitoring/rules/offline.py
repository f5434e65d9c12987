"""Stations that are away, after a probe."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Count, Exists, Max, Min, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Phrase
from monitoring.models import Severity
from monitoring.rules.base import Finding, Rule, Scope, Threshold, station_subject
from monitoring.selectors.links import causes_of
from stations.domain.commands import CommandKind, CommandState
from stations.domain.firmware import FirmwareState
from stations.models import Command, Connection, EdgeProcess, FirmwareUpdate, Station

# What a station that is away shares with others: its router, its provider, our own process.
JUDGED_WITHIN = timedelta(days=7)
# An update takes as long as it takes, but not for ever.
LONGEST_UPDATE = timedelta(hours=1)
UPDATING = (FirmwareState.DOWNLOADED, FirmwareState.INSTALLING)
REBOOTING = (CommandKind.RESET, CommandKind.UPDATE_FIRMWARE)
DONE = (CommandState.SENT, CommandState.ACCEPTED, CommandState.UNKNOWN)


class Offline(Rule):
    """The probe, before a station is said to be offline. Nothing can be sent to a station without a socket, so it asks
    what else could be the reason: is anything of ours there to take connections, and for how long; does a living
    process hold a socket of the station after all; was it asked to restart, or does it install firmware. Stations of
    one site that are all away are one incident, and graver."""

    name = "offline"
    title = _("Station is offline")
    about = _(
        "The station has had no connection for some minutes. Restarts and updates that were asked for get more time,"
        " and nothing is said while our own servers are away or have just come back. A site without any connected"
        " station is critical: look at its power and its router first."
    )
    severity = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("minutes", _("Without a connection for"), Decimal(3), _("minutes")),
        Threshold("minutes_after_reset", _("After a restart that was asked for"), Decimal(10), _("minutes")),
    )
    clear_after = timedelta(minutes=1)
    # Who has just left is not away for minutes yet: that is for the next look at all stations.
    ending_facts = frozenset({"station.connected"})

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        up_since = EdgeProcess.objects.filter(lease_until__gt=now).aggregate(since=Min("started_at"))["since"]
        if up_since is None:
            # Then all are away, and none of them is to blame: `storage_or_task_lag` tells of it.
            return
        held = Connection.objects.filter(station=OuterRef("pk"), closed_at=None, process__lease_until__gt=now)
        away = scope.stations.filter(~Exists(held), connection=None, last_seen__isnull=False)
        rows = [
            row
            for row in away.values("pk", "identity", "site", "site__organization", "last_seen")
            if now - max(row["last_seen"], up_since) >= _minutes(scope, "minutes", row["site"])
        ]
        ids = [row["pk"] for row in rows]
        excused, deserted = _excused(scope, rows, now), _deserted({row["site"] for row in rows})
        closed = _last_words(ids)
        causes = causes_of(station_ids=ids, since=now - JUDGED_WITHIN)
        for row in rows:
            if row["pk"] not in excused:
                yield finding_of(row, row["site"] in deserted, closed.get(row["pk"], {}), causes.get(row["pk"]))


def finding_of(row: Mapping[str, Any], is_deserted: bool, closed: Mapping[str, Any], cause: str | None) -> Finding:
    """A station that is away. `row`: its pk, identity, site, site__organization and last_seen; `closed`: how its last
    connection ended."""
    said = (
        Phrase("%(station)s is offline, as is all of its site.", station=row["identity"])
        if is_deserted
        else Phrase("%(station)s is offline.", station=row["identity"])
    )
    return Finding(
        subject=station_subject(row["pk"]),
        organization_id=row["site__organization"],
        site_id=row["site"],
        station_id=row["pk"],
        evse_id=None,
        began_at=row["last_seen"],
        said=said,
        evidence={"last_seen": row["last_seen"].isoformat(), "whole_site": is_deserted, **closed},
        causes=(cause,) if cause else (),
        severity=Severity.CRITICAL if is_deserted else None,
    )


def _minutes(scope: Scope, name: str, site: int) -> timedelta:
    return timedelta(minutes=float(scope.threshold(name, site)))


def _excused(scope: Scope, rows: Collection[Mapping[str, Any]], now: datetime) -> set[int]:
    """Those that were asked to restart, or install firmware: they are away for a reason and get more time."""
    if not rows:
        return set()
    site_of = {row["pk"]: row["site"] for row in rows}
    asked = Command.objects.filter(
        station__in=site_of, kind__in=REBOOTING, state__in=DONE, sent_at__gt=now - timedelta(days=1)
    )
    last = dict(asked.values_list("station").annotate(last=Max("sent_at")))
    excused = {pk for pk, at in last.items() if now - at < _minutes(scope, "minutes_after_reset", site_of[pk])}
    updating = FirmwareUpdate.objects.filter(
        station__in=site_of, state__in=UPDATING, last_status_at__gt=now - LONGEST_UPDATE
    )
    return excused | set(updating.values_list("station", flat=True))


def _deserted(sites: Collection[int]) -> set[int]:
    """Sites of several stations none of which is connected."""
    stations = Station.objects.filter(site__in=sites, quarantined_at=None).exclude(last_seen=None)
    counted = stations.values("site").annotate(all=Count("pk"), here=Count("pk", filter=Q(connection__isnull=False)))
    return {row["site"] for row in counted if row["all"] > 1 and not row["here"]}


def _last_words(ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """How the last connection of each ended."""
    newest = Connection.objects.filter(station__in=ids).values("station").annotate(newest=Max("pk"))
    rows = Connection.objects.filter(pk__in=[row["newest"] for row in newest])
    return {
        row.station_id: {"reason": row.close_reason, "code": row.close_code, "address": row.remote_address}
        for row in rows
    }
