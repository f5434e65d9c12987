"""Tests of the network: a few harmless questions to many chargers, a few at a time.

Everything stands in rows, so a restart loses nothing: the sweep goes on where the rows say. Questions are commands like
all others, of less weight than what drivers wait for. Upload is measured by the largest answer a charger gives anyway,
its configuration; download by a DataTransfer of a vendor it does not know, which it refuses and is none the worse for:
firmware, lists and profiles would change it.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from drivers.domain.roles import Permission
from drivers.models import Organization, User
from drivers.permissions import Viewer
from monitoring.domain.network_test import UNKNOWN_TO_IT, Found, problems
from monitoring.models import NetworkTestPlan, NetworkTestResult, NetworkTestRun
from stations.domain.commands import CommandKind, CommandState
from stations.models import Command, Frame, LinkHour, Session, Station, Variable
from stations.permissions import sites_granting
from stations.services import commands
from stations.services.commands import NotConnected

# At once in a run, so that no test is a load of its own.
PARALLEL = 10
MOST_STATIONS = 5_000
QUESTION_EXPIRES = timedelta(seconds=60)
# How long what was triggered may take to arrive.
ARRIVES_WITHIN = timedelta(seconds=20)
# A question that no row tells of by then was never asked: the process ended in between.
ASKED_WITHIN = timedelta(seconds=30)
# Enough for an answer of a few kilobytes.
VARIABLES_READ = 20
# More than one packet of any link, less than a local list: what a router or modem drops shows here.
DOWNLOAD_BYTES = 2_048
DOWNLOAD_VENDOR = "busbar.network-test"
# A shorter answer fits into one packet: the time it takes is a round trip, and nothing of how much the line carries.
LEAST_UPLOAD_BYTES = 1_000
PING_HOURS = timedelta(hours=2)
_FILTERS = {"site": "site", "provider": "link__provider", "vendor": "vendor", "model": "model", "protocol": "protocol"}

State = NetworkTestResult.State


def selected(viewer: Viewer, organization: Organization, selection: Mapping[str, Any]) -> QuerySet[Station]:
    """The stations of a selection that the viewer may send commands to."""
    sites = sites_granting(viewer, Permission.COMMAND).filter(organization=organization)
    given = {path: selection[name] for name, path in _FILTERS.items() if selection.get(name)}
    return Station.objects.filter(site__in=sites, quarantined_at=None, **given).order_by("pk")


def start(
    *,
    organization: Organization,
    name: str,
    selection: Mapping[str, Any],
    by: User,
    now: datetime,
    plan: NetworkTestPlan | None = None,
) -> NetworkTestRun:
    """Begin a run. Raises ValidationError where nothing is selected, or more than MOST_STATIONS."""
    ids = list(selected(by, organization, selection).values_list("pk", flat=True)[: MOST_STATIONS + 1])
    if not ids:
        raise ValidationError(_("No station of yours matches."))
    if len(ids) > MOST_STATIONS:
        raise ValidationError(_("That are more than %(most)d stations: choose fewer.") % {"most": MOST_STATIONS})
    chosen = {name: value for name, value in selection.items() if value}
    same = Q(plan=plan) if plan else Q(plan=None, selection=chosen)
    previous = NetworkTestRun.objects.filter(same, organization=organization, finished_at__isnull=False).first()
    with transaction.atomic():
        run = NetworkTestRun.objects.create(
            organization=organization,
            plan=plan,
            name=name,
            selection=chosen,
            previous=previous,
            created_by=by,
            started_at=now,
        )
        NetworkTestResult.objects.bulk_create(
            [NetworkTestResult(run=run, station_id=pk) for pk in ids], batch_size=1000
        )
    return run


def cancel(*, run: NetworkTestRun, now: datetime) -> None:
    """Ask no further chargers; what is asked already is waited for."""
    with transaction.atomic():
        NetworkTestRun.objects.filter(pk=run.pk, finished_at=None, cancelled_at=None).update(cancelled_at=now)
        NetworkTestResult.objects.filter(run=run, state=State.WAITING).update(state=State.CANCELLED, ended_at=now)


def plan(
    *, organization: Organization, name: str, selection: Mapping[str, Any], every_hours: int, by: User, now: datetime
) -> NetworkTestPlan:
    """Test these stations every so many hours, for the first time at once."""
    if not 1 <= every_hours <= 24 * 31:
        raise ValidationError({"every_hours": _("Between an hour and a month.")})
    chosen = {name: value for name, value in selection.items() if value}
    with transaction.atomic():
        return NetworkTestPlan.objects.create(
            organization=organization,
            name=name,
            selection=chosen,
            every_hours=every_hours,
            next_due_at=now,
            created_by=by,
        )


# --- The sweep ---


def sweep(*, now: datetime) -> int:
    """Start what is due, and take every open run a step on; how many results changed."""
    _start_due(now)
    return sum(_advance(run, now) for run in NetworkTestRun.objects.filter(finished_at=None).order_by("pk"))


def _start_due(now: datetime) -> None:
    for due in NetworkTestPlan.objects.filter(next_due_at__lte=now).select_related("organization", "created_by"):
        later = now + timedelta(hours=due.every_hours)
        with transaction.atomic():
            won = NetworkTestPlan.objects.filter(pk=due.pk, next_due_at=due.next_due_at).update(next_due_at=later)
        # One that nobody may answer for any more tests nothing.
        if won and due.created_by is not None and not due.runs.filter(finished_at=None).exists():
            try:
                start(
                    organization=due.organization,
                    name=due.name,
                    selection=due.selection,
                    by=due.created_by,
                    now=now,
                    plan=due,
                )
            except ValidationError:
                # Its stations are gone, or its author's rights: the next run may find some.
                continue


def _advance(run: NetworkTestRun, now: datetime) -> int:
    open_results = run.results.select_related("station__connection", "station__site", "trigger", "bulk", "download")
    running = list(open_results.filter(state=State.RUNNING))
    changed = sum(_step(result, run, now) for result in running)
    free = PARALLEL - sum(result.state == State.RUNNING for result in running)
    waiting = open_results.filter(state=State.WAITING).order_by("pk")
    if not run.cancelled_at:
        changed += sum(_begin(result, run, now) for result in waiting[:free])
    if not run.results.filter(state__in=(State.WAITING, State.RUNNING)).exists():
        with transaction.atomic():
            NetworkTestRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=now)
    return changed


def _begin(result: NetworkTestResult, run: NetworkTestRun, now: datetime) -> bool:
    """Note what the handshake tells, and ask the first question."""
    with transaction.atomic():
        mine = NetworkTestResult.objects.filter(pk=result.pk, state=State.WAITING)
        if not mine.update(state=State.RUNNING, began_at=now):
            return False
    result.state, result.began_at = State.RUNNING, now
    connection = result.station.connection
    if connection is None:
        return _end(result, State.OFFLINE, now)
    result.protocol, result.is_secure = connection.protocol, connection.is_secure
    result.tls_version, result.clock_offset_s = connection.tls_version, result.station.clock_offset_s
    result.ping_ms = _ping_ms(result.station_id, now)
    result.had_session = _has_session(result.station_id)
    return _ask_first(result, run, now)


def _step(result: NetworkTestResult, run: NetworkTestRun, now: datetime) -> bool:
    """What there is to do next for a charger that is being tested; whether anything was done."""
    if result.trigger is None:
        return now - (result.began_at or now) > ASKED_WITHIN and _ask_first(result, run, now)
    if result.trigger.is_open:
        return False
    if result.answer_ms is None:
        result.answer_ms = _took_ms(result.trigger)
    if not _has_arrived(result, result.trigger, now):
        return False
    for name, (kind, values) in _LARGER.items():
        if getattr(result, name) is None and _is_worth_more(result):
            setattr(result, name, _ask(result, run, kind, values(result.station)))
            if getattr(result, name) is not None:
                return _save(result)
        if getattr(result, name) is not None and getattr(result, name).is_open:
            return False
    _measure_throughput(result)
    return _judge(result, result.trigger, now)


def _ask_first(result: NetworkTestResult, run: NetworkTestRun, now: datetime) -> bool:
    result.trigger = _ask(result, run, CommandKind.TRIGGER, {"message": "Heartbeat"})
    return _save(result) if result.trigger else _end(result, State.OFFLINE, now)


def _ask(result: NetworkTestResult, run: NetworkTestRun, kind: CommandKind, values: dict[str, Any]) -> Command | None:
    """The command; None where the charger has gone."""
    try:
        return commands.request(
            station=result.station,
            kind=kind,
            values=values,
            requested_by=run.created_by,
            queue=False,
            expires_after=QUESTION_EXPIRES,
        )
    except NotConnected:
        return None


def _has_session(station_id: int) -> bool:
    return Session.objects.filter(station=station_id, ended_at=None).exists()


def _is_worth_more(result: NetworkTestResult) -> bool:
    """Nobody's session is disturbed by a larger answer, and who did not answer the small question gets no large one."""
    is_answered = result.answer_ms is not None
    result.had_session = result.had_session or _has_session(result.station_id)
    return is_answered and not result.had_session


def _questions(station: Station) -> dict[str, Any]:
    """What makes a charger give a larger answer: 1.6 tells all keys where none is named, 2.x what it is asked for."""
    if station.protocol == "ocpp1.6":
        return {}
    known = Variable.objects.filter(station=station, attribute="Actual", refusal="").exclude(mutability="WriteOnly")
    names = known.exclude(component="").order_by("pk").values_list("component", "name")[:VARIABLES_READ]
    asked = list(names) or [("OCPPCommCtrlr", "HeartbeatInterval")]
    return {"variables": [{"component": component, "name": name} for component, name in dict.fromkeys(asked)]}


def _load(_station: Station) -> dict[str, Any]:
    """What a charger has to take in, of a kind that no link can make smaller."""
    return {"vendor_id": DOWNLOAD_VENDOR, "data": secrets.token_hex(DOWNLOAD_BYTES // 2)}


_LARGER = {"bulk": (CommandKind.GET_VARIABLES, _questions), "download": (CommandKind.DATA_TRANSFER, _load)}


def _has_arrived(result: NetworkTestResult, trigger: Command, now: datetime) -> bool:
    """Whether what was triggered came, or is not waited for any longer."""
    if trigger.state != CommandState.ACCEPTED or trigger.sent_at is None or result.arrival_ms is not None:
        return True
    came = Frame.objects.filter(
        station=result.station_id, at__gte=trigger.sent_at, direction=Frame.Direction.IN, action="Heartbeat"
    )
    at = came.order_by("id").values_list("at", flat=True).first()
    if at is not None:
        result.arrival_ms = 1000 * (at - trigger.sent_at).total_seconds()
    return at is not None or now > (trigger.finished_at or now) + ARRIVES_WITHIN


def _measure_throughput(result: NetworkTestResult) -> None:
    bulk = result.bulk
    if bulk is not None and bulk.state == CommandState.ACCEPTED and (took_ms := _took_ms(bulk)):
        result.answer_bytes = len(bulk.result.encode())
        if result.answer_bytes >= LEAST_UPLOAD_BYTES:
            result.bytes_per_s = 1000 * result.answer_bytes / took_ms
    if result.download is not None and (took_ms := _took_ms(result.download)):
        result.download_bytes_per_s = 1000 * DOWNLOAD_BYTES / took_ms


def _took_ms(command: Command) -> float | None:
    answered = command.state in (CommandState.ACCEPTED, CommandState.REJECTED, CommandState.FAILED)
    if not answered or command.sent_at is None or command.finished_at is None:
        return None
    return 1000 * (command.finished_at - command.sent_at).total_seconds()


def _ping_ms(station_id: int, now: datetime) -> float | None:
    """Of the websocket's own pings, in the last hours."""
    rows = LinkHour.objects.filter(station=station_id, hour__gte=now - PING_HOURS, pings__gt=0)
    row = rows.order_by("-hour").first()
    return row.rtt_sum_ms / row.pings if row else None


def _judge(result: NetworkTestResult, trigger: Command, now: datetime) -> bool:
    if trigger.state == CommandState.EXPIRED:
        return _end(result, State.OFFLINE, now)
    knows = trigger.error_code not in UNKNOWN_TO_IT
    is_loaded = result.download is not None and result.download.sent_at is not None
    found = Found(
        was_answered=result.answer_ms is not None,
        was_lost=trigger.state == CommandState.UNKNOWN,
        came=result.arrival_ms is not None if trigger.state == CommandState.ACCEPTED and knows else None,
        large_came=result.download_bytes_per_s is not None if is_loaded else None,
        answer_ms=result.answer_ms,
        ping_ms=result.ping_ms,
        clock_offset_s=result.clock_offset_s,
        is_secure=result.is_secure,
        must_be_secure=result.station.security_profile >= Station.SecurityProfile.TLS_BASIC,
    )
    result.problems = [problem.value for problem in problems(found)]
    return _end(result, State.FAILED if result.problems else State.PASSED, now)


def _end(result: NetworkTestResult, state: NetworkTestResult.State, now: datetime) -> bool:
    result.state, result.ended_at = state, now
    return _save(result)


def _save(result: NetworkTestResult) -> bool:
    with transaction.atomic():
        result.save()
    return True


def prune(*, older_than: datetime) -> int:
    """Delete runs that ended before an instant; returns how many."""
    old = list(NetworkTestRun.objects.filter(finished_at__lt=older_than).values_list("pk", flat=True)[:100])
    for pk in old:
        with transaction.atomic():
            NetworkTestResult.objects.filter(run=pk).delete()
            NetworkTestRun.objects.filter(pk=pk).delete()
    return len(old)


def forget_plan(*, plan: NetworkTestPlan) -> None:
    """Test by it no more; its runs stay."""
    with transaction.atomic():
        plan.delete()
