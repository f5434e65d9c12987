"""Periodic work of monitoring: a module for each subject. Each task fetches nothing itself: it calls one service."""

from monitoring.tasks import exclusions, links, success, uptime

__all__ = ["exclusions", "links", "success", "uptime"]
