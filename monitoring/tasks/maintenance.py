"""Maintenance."""

from celery import shared_task

from monitoring.services import plan_sweep, window_sweep, work_order_letters


@shared_task(name="monitoring.tasks.sweep_windows")
def sweep_windows() -> int:
    """Take stations out of service for maintenance windows, and put them back."""
    return window_sweep.sweep()


@shared_task(name="monitoring.tasks.sweep_plans")
def sweep_plans() -> int:
    """Reckon how far stations are from due, and make the work orders of those that soon are."""
    return plan_sweep.sweep()


@shared_task(name="monitoring.tasks.send_work_order_letters")
def send_work_order_letters() -> int:
    """Tell people of the work that was assigned to them."""
    return work_order_letters.send_due()
