"""The sweep that finds sessions whose charger has forgotten them."""

from datetime import datetime, timedelta

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from stations.domain import anomalies as odd
from stations.domain.commands import OPEN_STATES, CommandKind, CommandState
from stations.domain.status import ConnectorStatus
from stations.models import Command, Session, SessionEvent
from stations.services import commands, endings
from stations.services.work import Work

_AT_ONCE = 200
# A charger that said the transaction runs may have been wrong, or mistaken for another.
_ASK_AGAIN = timedelta(hours=1)


def close(*, now: datetime | None = None) -> int:
    """Close open sessions that their charger will not end any more; how many.

    A 2.x charger is asked first whether it still has the transaction (E14); its answer closes it, or keeps it open.
    """
    now = now or timezone.now()
    forgotten = [session for session in _suspects(now)[:_AT_ONCE] if odd.is_forgotten(_vigil(session), now)]
    return sum(_close(session, now) for session in forgotten if not _is_asked(session, now))


def _suspects(now: datetime) -> QuerySet[Session]:
    # 2.x need not say which connector of the EVSE it is.
    plug = Q(connector__status=ConnectorStatus.AVAILABLE) | Q(
        connector=None, evse__connectors__status=ConnectorStatus.AVAILABLE
    )
    free = plug & Q(station__connection__isnull=False)
    away = Q(station__connection=None, station__last_seen__lt=now - odd.OFFLINE_FOR)
    heard = SessionEvent.objects.filter(session=OuterRef("pk")).values("session").annotate(at=Max("received_at"))
    found = Session.objects.filter(free | away, ended_at=None).select_related("station__site", "connector", "evse")
    found = found.prefetch_related("evse__connectors").distinct()
    return found.annotate(heard_at=Subquery(heard.values("at"))).order_by("pk")


def _vigil(session: Session) -> odd.Vigil:
    station = session.station
    has_events = session.last_seq_no >= 0
    # Of a 1.6 session last_event_at is by our clock; of a 2.x one the events' receipt is.
    heard_at = getattr(session, "heard_at", None) if has_events else session.last_event_at
    return odd.Vigil(
        last_sign_at=max(session.received_at, heard_at or session.received_at),
        free_since=_free_since(session),
        booted_at=station.booted_at,
        offline_since=None if station.connected else station.last_seen,
        has_events=has_events,
    )


def _free_since(session: Session) -> datetime | None:
    """When the connector, or all of the EVSE's, had said Available; None where one says something else."""
    on_evse = list(session.evse.connectors.all()) if session.evse else []
    plugs = [session.connector] if session.connector else on_evse
    since = [plug.status_received_at for plug in plugs if plug.status == ConnectorStatus.AVAILABLE]
    known = [at for at in since if at is not None]
    return max(known) if known and len(known) == len(plugs) else None


def _is_asked(session: Session, now: datetime) -> bool:
    """Whether the charger has yet to answer, or says that the transaction runs; asks it if nobody did."""
    if session.last_seq_no < 0 or not session.station.connected:
        return False
    asked = Command.objects.filter(session=session, kind=CommandKind.GET_TRANSACTION_STATUS).order_by("-id").first()
    if asked is None or asked.requested_at < now - _ASK_AGAIN:
        commands.request(
            station=session.station,
            kind=CommandKind.GET_TRANSACTION_STATUS,
            values={"transaction_id": session.transaction_id},
            requested_by=None,
            session=session,
        )
        return True
    return asked.state in OPEN_STATES or asked.state == CommandState.ACCEPTED


def _close(suspect: Session, now: datetime) -> int:
    """Close it under its station's lock, unless something was heard of it since."""
    with Work.transaction({suspect.station_id}, now) as work:
        found = [session for session in work.open_sessions[suspect.station_id] if session.pk == suspect.pk]
        same = [s for s in found if (s.metered_at, s.last_event_at) == (suspect.metered_at, suspect.last_event_at)]
        for session in same:
            endings.close_forgotten(work=work, session=session)
    return len(same)
