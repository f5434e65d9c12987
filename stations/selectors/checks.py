"""What the connection doctor looks at (stations.domain.checks), gathered from the tables."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db.models import Q, QuerySet

from drivers.permissions import Viewer
from stations.domain.checks import Answer, Evidence, Finding, examine
from stations.domain.commands import CommandState
from stations.domain.status import ConnectorStatus
from stations.models import (
    Command,
    Connection,
    Connector,
    Frame,
    OnboardingDoor,
    Session,
    SharedIdentity,
    Station,
    Variable,
)
from stations.selectors import visible_stations
from stations.selectors.samples import samples_of

_READS_CONFIGURATION = ("GetConfiguration", "GetVariables", "GetBaseReport", "GetReport")
_TRIGGERS = ("TriggerMessage", "ExtendedTriggerMessage")
# The names of one setting: OCPP 1.6 keys, and variables of 2.x.
_SAMPLE_INTERVAL = Q(component="", name="MeterValueSampleInterval") | Q(
    component="SampledDataCtrlr", name="TxUpdatedInterval"
)
_LAST = 20
_SESSIONS_SINCE = timedelta(days=7)
_IDENTITY_SINCE = timedelta(hours=1)


def check_station(viewer: Viewer, station: Station, *, now: datetime) -> list[Finding]:
    """What the doctor says of a station that the viewer sees; nothing of another."""
    if not visible_stations(viewer).filter(pk=station.pk).exists():
        return []
    return examine(_evidence(station, now))


def _evidence(station: Station, now: datetime) -> Evidence:
    connection: Connection | None = station.connection
    since = connection.opened_at if connection else now
    connectors = Connector.objects.filter(station=station)
    sessions = Session.objects.filter(station=station, started_at__gte=now - _SESSIONS_SINCE)
    return Evidence(
        now=now,
        connected_at=connection.opened_at if connection else None,
        booted_at=station.booted_at,
        registration=station.registration,
        has_shared_identity=SharedIdentity.objects.filter(station=station, last_at__gte=now - _IDENTITY_SINCE).exists(),
        has_shared_password=bool(station.password_hash)
        and OnboardingDoor.objects.filter(password_hash=station.password_hash).exists(),
        security_profile=station.security_profile,
        is_secure=bool(connection and connection.is_secure),
        tls_version=connection.tls_version if connection else "",
        protocol=station.protocol,
        clock_offset_s=station.clock_offset_s,
        heartbeat_interval_s=settings.OCPP_HEARTBEAT_SECONDS,
        heartbeat_gaps_s=_gaps(_heartbeats(station, since)),
        last_seen=station.last_seen,
        configuration=_answer(station, _READS_CONFIGURATION, since),
        trigger=_answer(station, _TRIGGERS, since),
        answer_times_s=_answer_times(station, since),
        connections_last_hour=Connection.objects.filter(
            station=station, opened_at__gte=now - timedelta(hours=1)
        ).count(),
        connectors=connectors.count(),
        connectors_unknown=connectors.filter(status=ConnectorStatus.UNKNOWN).count(),
        sample_interval_s=_sample_interval(station),
        sample_gaps_s=_gaps(_samples(station)),
        odd_sessions=sessions.filter(is_flagged=True).count(),
        sessions=sessions.count(),
    )


def _heartbeats(station: Station, since: datetime) -> Sequence[datetime]:
    frames = Frame.objects.filter(station=station, direction=Frame.Direction.IN, action="Heartbeat", at__gte=since)
    return list(frames.order_by("-id").values_list("at", flat=True)[:_LAST])


def _gaps(newest_first: Sequence[datetime]) -> list[float]:
    return [(later - earlier).total_seconds() for later, earlier in pairwise(newest_first)]


def _commands(station: Station, since: datetime) -> QuerySet[Command]:
    return Command.objects.filter(station=station, sent_at__gte=since).order_by("-id")


_ANSWERS = {
    CommandState.SENT: Answer.WAITING,
    CommandState.ACCEPTED: Answer.ANSWERED,
    CommandState.NO_EFFECT: Answer.ANSWERED,
    CommandState.REJECTED: Answer.REFUSED,
    CommandState.FAILED: Answer.REFUSED,
}


def _answer(station: Station, actions: Sequence[str], since: datetime) -> Answer:
    command = _commands(station, since).filter(action__in=actions).first()
    if command is None:
        return Answer.NEVER_ASKED
    return _ANSWERS.get(CommandState(command.state), Answer.SILENT)


def _answer_times(station: Station, since: datetime) -> list[float]:
    answered = (
        _commands(station, since)
        .exclude(message_id="")
        .filter(state__in=[CommandState.ACCEPTED, CommandState.REJECTED], finished_at__isnull=False)
    )
    rows = answered.values_list("sent_at", "finished_at")[:_LAST]
    return [(finished - sent).total_seconds() for sent, finished in rows if sent and finished]


def _sample_interval(station: Station) -> int | None:
    told = Variable.objects.filter(_SAMPLE_INTERVAL, station=station, attribute="Actual")
    value = told.values_list("value", flat=True).first() or ""
    return int(value) if value.isascii() and value.isdigit() else None


def _samples(station: Station) -> Sequence[datetime]:
    """When the newest session was metered by the clock, newest first."""
    session = Session.objects.filter(station=station).order_by("-started_at", "-id").first()
    if session is None:
        return []
    samples = samples_of(session).filter(context="Sample.Periodic")
    return list(samples.order_by("-at").values_list("at", flat=True)[:_LAST])
