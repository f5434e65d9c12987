"""What is excluded from the outage of ports: approved claims, and the hours in which their sites are closed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from monitoring.domain.uptime import Excluded, Reason, Span
from monitoring.models import Port
from monitoring.selectors.exclusions import approved_of
from stations.models import Evse, Site


class Hours:
    """Opening hours of sites, each looked up once. They are those of today: a site does not remember earlier ones."""

    def __init__(self) -> None:
        self._sites: dict[int, Site] | None = None
        self._found: dict[tuple[int, datetime, datetime], list[Span] | None] = {}

    def of(self, site_id: int | None, since: datetime, until: datetime) -> list[Span] | None:
        """When a site is open, from `since` until `until`; None: around the clock, or nobody said."""
        if site_id is None:
            return None
        if self._sites is None:
            self._sites = Site.objects.filter(opening_hours__isnull=False).in_bulk()
        key = (site_id, since, until)
        if key not in self._found:
            self._found[key] = _open_hours(self._sites.get(site_id), since, until)
        return self._found[key]

    def closed(self, site_id: int | None, since: datetime, until: datetime) -> list[Excluded]:
        """The rest of that time."""
        spans = self.of(site_id, since, until)
        if spans is None:
            return []
        edges = [since, *(edge for span in spans for edge in span), until]
        pairs = zip(edges[::2], edges[1::2], strict=True)
        return [Excluded(start, end, Reason.CLOSED) for start, end in pairs if start < end]


def _open_hours(site: Site | None, since: datetime, until: datetime) -> list[Span] | None:
    hours = site.hours if site else None
    if site is None or hours is None or (hours.is_always and not hours.special_days):
        return None
    return [Span(span.start, span.end) for span in hours.between(since, until, site.zone)]


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
    evses = Evse.objects.filter(pk__in=[port.pk for port in chosen]).select_related("station")
    found: dict[int, list[Excluded]] = defaultdict(list)
    for port_id, rows in approved_of(evses, since=since, until=until, as_of=as_of).items():
        found[port_id] += [Excluded(row.start, row.end, Reason(row.reason)) for row in rows]
    for port in chosen:
        found[port.pk] += hours.closed(port.site_id, since, until)
    return found
