"""Periodic work of monitoring: a module for each subject. Each task fetches nothing itself: it calls one service."""

from monitoring.tasks import exclusions, success

__all__ = ["exclusions", "success"]
from monitoring.tasks import links

__all__ = ["exclusions", "links"]
