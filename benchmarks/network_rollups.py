"""The roll-ups of the large network, from its sessions: from the bottom up, as stations.services.rollup_rows has them.

Energy is spread evenly over a session's time. Sessions of one EVSE are days apart here: no quarter has two of them.
"""

from django.db.models import Model

from benchmarks.network_rows import Rows, Sizes
from stations import models

_ENDED = "coalesce(s.ended_at, ago(0))"
_OVERLAP_S = f"extract(epoch FROM least(q + interval '15 minutes', {_ENDED}) - greatest(q, s.started_at))"
_LASTED_S = f"greatest(1, extract(epoch FROM {_ENDED} - s.started_at))"
# A session may have begun a year ago.
DAYS = 366
_SUMS = ("energy_wh", "occupied_s", "sessions", "samples")


def _evse_quarter(n: Sizes) -> Rows:
    return Rows(
        models.EvseRollup,
        n.sessions,
        {
            "evse_id": "s.evse_id",
            "site_id": "station.site_id",
            "interval": "'15m'",
            "start": "q",
            "energy_wh": f"round(s.energy_wh * {_OVERLAP_S} / {_LASTED_S})",
            "occupied_s": f"round({_OVERLAP_S})",
            "sessions": "CASE WHEN q <= s.started_at THEN 1 ELSE 0 END",
            "samples": "5",
            "peak_power_w": "s.power_w",
        },
        "stations_session s JOIN stations_station station ON station.id = s.station_id CROSS JOIN LATERAL "
        "generate_series(date_bin('15 minutes', s.started_at, to_timestamp(0)), "
        f"greatest({_ENDED}, s.started_at), interval '15 minutes') AS q WHERE s.id BETWEEN {{low}} AND {{high}}",
    )


def _site_quarter(n: Sizes) -> Rows:
    return _summed(models.SiteRollup, "15 minutes", ["site_id"], "4 * sum(energy_wh)")


def _evse_day(n: Sizes) -> Rows:
    return _summed(models.EvseRollup, "1 day", ["evse_id", "site_id"])


def _site_day(n: Sizes) -> Rows:
    return _summed(models.SiteRollup, "1 day", ["site_id"])


def _summed(model: type[Model], period: str, owners: list[str], peak: str = "max(peak_power_w)") -> Rows:
    """Quarters of EVSEs added up, in the order of time, as a network at work writes them."""
    start = f"date_bin('{period}', start, to_timestamp(0))"
    base = f"date_bin('{period}', ago({DAYS * 86_400}), to_timestamp(0))"
    within = (
        f"start >= {base} + {{low}} * interval '{period}' AND start < {base} + ({{high}} + 1) * interval '{period}'"
    )
    return Rows(
        model,
        DAYS * (96 if period == "15 minutes" else 1),
        {
            **{owner: owner for owner in owners},
            "interval": "'15m'" if period == "15 minutes" else "'day'",
            "start": start,
            **{name: f"sum({name})" for name in _SUMS},
            "peak_power_w": peak,
        },
        f"{models.EvseRollup._meta.db_table} WHERE interval = '15m' AND {within} "
        f"GROUP BY {', '.join(owners)}, {start} ORDER BY {start}",
    )


def _due(n: Sizes) -> Rows:
    """The sessions that run were metered within the minute, as ever in a network at work."""
    notes = max(1, n.open_sessions // 25)
    running = f"stations_session WHERE id > {n.sessions - n.open_sessions} AND mod(id, {notes}) = i - 1"
    return Rows(models.RollupDue, notes, {"sessions": f"(SELECT json_agg(id)::text FROM {running})"})


# Each from those before it.
ROWS = (_evse_quarter, _site_quarter, _evse_day, _site_day, _due)
