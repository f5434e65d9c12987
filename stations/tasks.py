"""Periodic work on the floor of stations. Each task fetches nothing itself: it calls one service."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from stations import journal
from stations.services import (
    bulk,
    certificates,
    commands,
    connections,
    crowding,
    customer_information,
    forgotten,
    leases,
    links,
    local_lists,
    logs,
    monitoring,
    partitions,
    reports,
    reservations,
    rollups,
    security_events,
    withdrawn_certificates,
)


@shared_task
def deliver_facts() -> int:
    """Hand unsettled facts to the subscribers that can wait."""
    return journal.drain(urgent=False, most_s=5.0)


@shared_task
def deliver_urgent_facts() -> int:
    """Hand facts to the subscribers that cannot wait, a while at a time: what they wrote is to be sent, too."""
    return journal.drain(urgent=True, most_s=0.5)


@shared_task
def close_orphans() -> int:
    """Close the connections of edge processes that died."""
    now = timezone.now()
    spared = leases.in_doubt(now=now)
    return sum(iter(lambda: connections.close_orphans(now=now, spared=spared), 0))


@shared_task
def sweep_commands() -> int:
    """Close commands that expired or had no effect."""
    return commands.sweep()


@shared_task
def make_bulk_commands() -> int:
    """Make the commands of bulk commands, a backlog in one go."""
    return sum(iter(bulk.make_next, 0))


@shared_task
def close_forgotten_sessions() -> int:
    """End sessions that their charger will not end any more."""
    return forgotten.close()


@shared_task
def sweep_reservations() -> int:
    """End reservations whose time is over."""
    return reservations.sweep()


@shared_task
def sync_local_lists() -> int:
    """Send stations what their local lists lack."""
    return local_lists.sync()


@shared_task
def prune_device_records() -> int:
    """Delete events, reports, stream values, figures of links and what is known of customers beyond retention."""
    now = timezone.now()
    events, streams, customers = (
        now - timedelta(days=days)
        for days in (settings.OCPP_EVENT_DAYS, settings.OCPP_STREAM_DAYS, settings.OCPP_CUSTOMER_DAYS)
    )
    removed = monitoring.prune_events(older_than=events) + reports.prune(older_than=events)
    removed += monitoring.prune_stream_values(older_than=streams) + monitoring.prune_streams(older_than=streams)
    removed += links.prune(older_than=events)
    return removed + customer_information.prune(older_than=customers)


@shared_task
def thin_out() -> int:
    """Delete what stations told beyond all measure."""
    return crowding.sweep()


@shared_task
def prune_logs() -> int:
    """Delete uploaded logs and security events beyond their retention, and give up logs that never came."""
    now = timezone.now()
    removed = logs.prune(older_than=now - timedelta(days=settings.LOG_DAYS), now=now)
    return removed + security_events.prune(older_than=now - timedelta(days=settings.SECURITY_EVENT_DAYS))


@shared_task
def verify_local_lists() -> int:
    """Ask stations that were silent on it for the version of their local list."""
    return local_lists.verify()


@shared_task
def prune() -> int:
    """Delete closed connections, settled facts, withdrawn certificates and drafts beyond their retention."""
    horizon = timezone.now() - timedelta(days=settings.OCPP_FRAME_DAYS)
    stores = (bulk, connections, journal, withdrawn_certificates)
    return sum(store.prune(older_than=horizon) for store in stores)


@shared_task
def keep_time_series() -> int:
    """Make partitions ahead, and drop frames, samples and quarters beyond their retention."""
    now = timezone.now()
    made = sum(partitions.create_ahead(series, now=now) for series in (partitions.FRAMES, partitions.SAMPLES))
    dropped = partitions.drop(partitions.FRAMES, older_than=now - timedelta(days=settings.OCPP_FRAME_DAYS))
    dropped += partitions.drop(partitions.SAMPLES, older_than=now - timedelta(days=settings.SAMPLE_DAYS))
    return made + dropped + rollups.prune(older_than=now - timedelta(days=settings.QUARTER_DAYS))


@shared_task
def roll_up() -> int:
    """Take new readings into the quarters and days of EVSEs and sites."""
    return rollups.sweep()


@shared_task
def sweep_certificates() -> int:
    """Have certificates signed, sent again and renewed where it is time."""
    return certificates.sweep()
