"""What is excluded from the outage of ports: approved claims, and the hours in which their sites are closed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from zoneinfo import ZoneInfo

from monitoring.domain.uptime import Excluded, Reason, Span
from monitoring.models import Port, SiteHours
from monitoring.selectors.exclusions import approved_of
from stations.domain.opening_hours import from_json
from stations.models import Evse, Site, Station


class Hours:
    """Opening hours of sites as they were at each time, each looked up once."""

    def __init__(self) -> None:
        self._sites: dict[int, list[SiteHours]] | None = None
        self._found: dict[tuple[int, datetime, datetime], list[Span] | None] = {}

    def of(self, site_id: int | None, since: datetime, until: datetime) -> list[Span] | None:
        """When a site is open, from `since` until `until`; None: around the clock, or nobody said."""
        if site_id is None:
            return None
        if self._sites is None:
            self._sites = _histories()
        key = (site_id, since, until)
        if key not in self._found:
            self._found[key] = _open_hours(self._sites.get(site_id, []), since, until)
        return self._found[key]

    def closed(self, site_id: int | None, since: datetime, until: datetime) -> list[Excluded]:
        """The rest of that time."""
        spans = self.of(site_id, since, until)
        if spans is None:
            return []
        edges = [since, *(edge for span in spans for edge in span), until]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [Excluded(start, end, Reason.CLOSED) for start, end in pairs if start < end]


def _histories() -> dict[int, list[SiteHours]]:
    """What is known of each site that was ever closed, in the order of time; of one nobody has followed yet, what it
    says today."""
    told: dict[int, list[SiteHours]] = defaultdict(list)
    for row in SiteHours.objects.filter(site__in=SiteHours.objects.filter(opening_hours__isnull=False).values("site")):
        told[row.site_id].append(row)
    for site in Site.objects.filter(opening_hours__isnull=False, hours_history=None):
        told[site.pk].append(SiteHours(site=site, opening_hours=site.opening_hours, timezone=site.timezone))
    return told


def _open_hours(history: Sequence[SiteHours], since: datetime, until: datetime) -> list[Span] | None:
    spans: list[Span] = []
    is_ever_closed = False
    ends = [row.valid_from for row in history[1:]]
    for row, next_from in zip_longest(history, ends):
        start, end = max(since, row.valid_from or since), min(until, next_from or until)
        if start >= end:
            continue
        hours = from_json(row.opening_hours) if row.opening_hours is not None else None
        if hours is None or (hours.is_always and not hours.special_days):
            spans.append(Span(start, end))
        else:
            is_ever_closed = True
            spans += [Span(span.start, span.end) for span in hours.between(start, end, ZoneInfo(row.timezone))]
    return spans if is_ever_closed else None


def excluded_of(
    ports: Iterable[Port],
    *,
    since: datetime,
    until: datetime,
    as_of: datetime | None = None,
    hours: Hours | None = None,
) -> Mapping[int, list[Excluded]]:
    """By port, what does not count in a time; claims as judged by `as_of` (now, if not given). They may overlap."""
    chosen, hours = list(ports), hours or Hours()
    evses = list(Evse.objects.filter(pk__in=[port.pk for port in chosen]).select_related("station"))
    there = {evse.pk for evse in evses}
    # A port outlives its EVSE, and so does what was approved of it.
    evses += [
        Evse(pk=port.pk, station=Station(pk=port.station_id, site_id=port.site_id))
        for port in chosen
        if port.pk not in there and port.site_id is not None
    ]
    found: dict[int, list[Excluded]] = defaultdict(list)
    for port_id, rows in approved_of(evses, since=since, until=until, as_of=as_of).items():
        found[port_id] += [Excluded(row.start, row.end, Reason(row.reason)) for row in rows]
    for port in chosen:
        found[port.pk] += hours.closed(port.site_id, since, until)
    return found
