"""Reports that stations send in parts: asked for, coming in, whole."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from stations.domain.reports import Parts
from stations.models import Command, Report, Station
from stations.services.work import Work


def asked(
    *,
    work: Work,
    station: Station,
    kind: str,
    request_id: int,
    action: str,
    status: str,
    reason: str,
    at: datetime,
) -> Report:
    """A station answered whether it will report. An id that was used before begins a new report."""
    command = Command.objects.filter(pk=request_id, station=station, action=action).first()
    return Report.objects.create(
        station=station,
        kind=kind,
        request_id=request_id,
        command=command,
        status=status,
        reason=reason,
        asked_at=at,
        # Nothing comes of an empty result, and that is all there is.
        is_complete=status == "EmptyResultSet",
    )


def part_came(
    *,
    work: Work,
    station: Station,
    kinds: Sequence[str],
    request_id: int,
    number: float | None,
    more_follow: bool,
    at: datetime,
    generated_at: datetime | None = None,
) -> Report:
    """Note a part of a report; one nobody asked for makes a report of its own.

    `kinds`: the kinds it may be of, the first for one unasked. `number`: its seqNo; None: the next one.
    """
    found = Report.objects.filter(station=station, kind__in=kinds, request_id=request_id).order_by("-id").first()
    report = found or Report(station=station, kind=kinds[0], request_id=request_id, asked_at=at)
    parts = Parts.of(report.parts, report.last_part)
    following = max(parts.numbers, default=-1) + 1
    # JSON schema takes 1.0 for an integer.
    parts = parts.with_part(following if number is None else int(number), more_follow=more_follow)
    was_complete = report.is_complete
    report.parts, report.last_part, report.is_complete = sorted(parts.numbers), parts.last, parts.are_all
    report.generated_at, report.updated_at = generated_at or report.generated_at, at
    report.save()
    if report.is_complete and not was_complete:
        data = {"station": station.pk, "kind": report.kind}
        work.record("report.completed", subject=report, data=data)
    work.nudge_station(station)
    return report


def prune(*, older_than: datetime, chunk: int = 1000) -> int:
    """Delete reports from before an instant, in chunks; what they told stays. Returns how many."""
    removed = 0
    while ids := list(Report.objects.filter(asked_at__lt=older_than).values_list("pk", flat=True)[:chunk]):
        with transaction.atomic():
            Report.objects.filter(pk__in=ids).delete()
        removed += len(ids)
    return removed
