"""Uptime: a ledger of intervals per EVSE, and the figures that follow from it. docs/uptime.md tells the rules."""

from monitoring.domain.uptime.budget import Budget, error_budget
from monitoring.domain.uptime.figures import (
    NEVI_MINUTES,
    NEVI_TARGET,
    UK_TARGET,
    Nevi,
    Tally,
    availability,
    nevi,
    nevi_of,
    tally,
    uk_network,
    uk_reliability,
)
from monitoring.domain.uptime.intervals import Span, clipped, disjoint, merged, overlaid
from monitoring.domain.uptime.months import month_end, month_of, months_between, next_month, window
from monitoring.domain.uptime.signals import CONNECTION, IMPAIRED, OPERATOR, STATION, Signal, connector, timeline
from monitoring.domain.uptime.states import Cause, Excluded, Interval, Reason, State

__all__ = [
    "CONNECTION",
    "IMPAIRED",
    "NEVI_MINUTES",
    "NEVI_TARGET",
    "OPERATOR",
    "STATION",
    "UK_TARGET",
    "Budget",
    "Cause",
    "Excluded",
    "Interval",
    "Nevi",
    "Reason",
    "Signal",
    "Span",
    "State",
    "Tally",
    "availability",
    "clipped",
    "connector",
    "disjoint",
    "error_budget",
    "merged",
    "month_end",
    "month_of",
    "months_between",
    "nevi",
    "nevi_of",
    "next_month",
    "overlaid",
    "tally",
    "timeline",
    "uk_network",
    "uk_reliability",
    "window",
]
