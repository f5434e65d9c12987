"""Opening hours of sites as they were at each time: a site itself only knows those of today."""

from datetime import datetime

from monitoring.models import SiteHours
from stations.models import Site


def follow(*, now: datetime) -> int:
    """Write down the hours of sites where they are others than before, from `now` on; how many did."""
    last = {row.site_id: row for row in SiteHours.objects.order_by("pk")}
    changed = []
    for pk, opening_hours, timezone in Site.objects.values_list("pk", "opening_hours", "timezone"):
        before = last.get(pk)
        if before is None or (before.opening_hours, before.timezone) != (opening_hours, timezone):
            valid_from = now if before else None
            changed.append(SiteHours(site_id=pk, valid_from=valid_from, opening_hours=opening_hours, timezone=timezone))
    SiteHours.objects.bulk_create(changed, ignore_conflicts=True)
    return len(changed)
