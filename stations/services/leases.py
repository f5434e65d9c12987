"""Whether an edge process whose lease ran out is dead.

A lease also runs out when the database was away, or when a clock jumped: then every process is late at once and none is
dead. A process that lives renews its lease within RENEWAL of either; so one whose lease stays what it is for DOUBT is
dead, and until then its chargers are left alone.
"""

from datetime import datetime
from uuid import UUID

from django.core.cache import cache

from stations.services.connections import RENEWAL, lapsed

DOUBT = 2 * RENEWAL
# How long a doubt is remembered. Lost before, it begins anew: a dead process is found a little later.
_REMEMBERED_S = 3600


def in_doubt(*, now: datetime) -> set[UUID]:
    """Processes with a lapsed lease that are not taken for dead yet. Called by each sweep."""
    return {process for process, lease in lapsed(now=now).items() if now - _since(process, lease, now) < DOUBT}


def _since(process: UUID, lease: datetime, now: datetime) -> datetime:
    """Since when the process is known to hold on to this lease."""
    key = f"leases.{process}.{lease.timestamp()}"
    since: datetime | None = cache.get_or_set(key, now, timeout=_REMEMBERED_S)
    if since is None or since > now:
        # The clock was set back.
        cache.set(key, now, timeout=_REMEMBERED_S)
        return now
    return since
