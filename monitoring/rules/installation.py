"""The installation itself: what runs it, not what it runs."""

import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from drivers.domain.phrases import Figure, Phrase
from drivers.models import Membership, Organization
from monitoring import periodic
from monitoring.models import RuleRun, Severity
from monitoring.rules.base import INSTALLATION, Finding, Rule, Scope, Threshold
from stations.models import EdgeProcess, Fact


class Installation(Rule):
    """Told to the organizations that the installation's administrators (superusers) belong to; where there is none,
    to the oldest: whoever else has a network here can do nothing about it."""

    name = "storage_or_task_lag"
    title = _("Busbar itself is in trouble")
    about = _(
        "A periodic task is late, news wait to be dealt with, a rule fails, storage runs out, or nothing takes the"
        " chargers' connections. Only those who run this installation are told; a database that is away altogether"
        " shows at /readyz, since without it nothing can be told here. Look at /readyz and the log of the process that"
        " is late first."
    )
    severity = Severity.MAJOR
    thresholds: ClassVar[tuple[Threshold, ...]] = (
        Threshold("news_seconds", _("News wait for more than"), Decimal(120), _("seconds")),
        Threshold("free_percent", _("Free storage below"), Decimal(10), _("percent")),
    )
    raise_after = timedelta(minutes=2)
    clear_after = timedelta(minutes=2)

    def findings(self, scope: Scope, *, now: datetime) -> Iterable[Finding]:
        if not scope.is_whole:
            return
        organizations = list(_told())
        for what, began_at, said, evidence in _troubles(scope, now):
            for pk in organizations:
                yield Finding(
                    subject=f"{INSTALLATION}:{what}:{pk}"[:80],
                    organization_id=pk,
                    site_id=None,
                    station_id=None,
                    evse_id=None,
                    began_at=began_at,
                    said=said,
                    evidence=evidence,
                    severity=Severity.CRITICAL if what == "edge" else None,
                    causes=(INSTALLATION,),
                )


Trouble = tuple[str, datetime, Phrase, dict[str, Any]]


def _told() -> Iterable[int]:
    hosts = Membership.objects.filter(user__is_superuser=True, user__is_active=True)
    found = sorted(set(hosts.values_list("organization", flat=True)))
    return found or Organization.objects.order_by("pk").values_list("pk", flat=True)[:1]


def _troubles(scope: Scope, now: datetime) -> Iterator[Trouble]:
    yield from _late_tasks(now)
    yield from _waiting_facts(scope, now)
    yield from _failing_rules()
    yield from _storage(scope, now)
    yield from _edge(now)


def _late_tasks(now: datetime) -> Iterator[Trouble]:
    for task, known in periodic.all_known().items():
        if (late_since := known.late_since(now.timestamp())) is not None:
            since = datetime.fromtimestamp(late_since, UTC)
            said = Phrase("The periodic task %(task)s has not succeeded for a while.", task=task)
            yield f"task:{task.rpartition('.')[2]}", since, said, {"task": task, "failures": known.failures}


def _waiting_facts(scope: Scope, now: datetime) -> Iterator[Trouble]:
    oldest = Fact.objects.filter(settled_at=None).aggregate(oldest=Min("at"))["oldest"]
    if oldest is not None and now - oldest > timedelta(seconds=float(scope.threshold("news_seconds", None))):
        said = Phrase("News of stations wait to be dealt with: alerts and receipts come late.")
        yield "facts", oldest, said, {"oldest": oldest.isoformat()}


def _failing_rules() -> Iterator[Trouble]:
    for run in RuleRun.objects.filter(failing_since__isnull=False):
        said = Phrase("The rule %(rule)s fails: what it watches is not watched.", rule=run.rule)
        yield f"rule:{run.rule}", run.failing_since or run.due_at, said, {"error": run.error}


def _storage(scope: Scope, now: datetime) -> Iterator[Trouble]:
    """Of this machine: where the database is on another one, its own monitoring tells."""
    media = Path(settings.MEDIA_ROOT).absolute()
    # Only made once something is uploaded.
    found = shutil.disk_usage(next(place for place in (media, *media.parents) if place.exists()))
    percent = 100 * found.free / found.total if found.total else 100.0
    if percent < scope.threshold("free_percent", None):
        least = Figure(float(scope.threshold("free_percent", None)))
        said = Phrase("Less than %(least)s percent of the storage is free.", least=least)
        yield "storage", now, said, {"free_percent": round(percent, 1)}


def _edge(now: datetime) -> Iterator[Trouble]:
    """All chargers are away then, and none of them is told of as offline."""
    known = EdgeProcess.objects.order_by("-lease_until").first()
    if known is not None and known.lease_until <= now:
        said = Phrase("No process takes the connections of chargers: all of them are away.")
        yield "edge", known.lease_until, said, {"lease_until": known.lease_until.isoformat()}
