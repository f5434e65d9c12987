"""Charging sessions: start, change, end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from drivers.domain.tokens import Verdict
from drivers.models import User
from stations import journal, live
from stations.domain import limits
from stations.domain.anomalies import Anomaly
from stations.domain.commands import CommandKind, CommandState
from stations.domain.session import Phase
from stations.models import Command, Connector, Evse, Session, Station, Variable
from stations.services import anomalies, charging_profiles, endings
from stations.services.authorization import Authorization
from stations.services.work import Work


@dataclass(frozen=True, slots=True)
class Start:
    """How a session began, as the charger tells it."""

    station: Station
    at: datetime
    received_at: datetime
    protocol: str
    said_at: datetime | None = None  # by the charger's clock, where that was not believed
    transaction_id: str = ""  # empty: we give one out (1.6)
    evse: Evse | None = None
    connector: Connector | None = None
    id_token: str = ""
    meter_start_wh: int | None = None
    remote_start_id: int | None = None


def start(*, work: Work, begun: Start, authorization: Authorization | None) -> Session:
    """A new session, and its row at once: its id is what a 1.6 charger is told."""
    endings.displace(work=work, station=begun.station, began_at=begun.at, connector=begun.connector, evse=begun.evse)
    # Before there is a row: sessions loaded later would hold it a second time.
    open_sessions = work.open_sessions[begun.station.pk]
    session = Session.objects.create(
        station=begun.station,
        evse=begun.evse,
        connector=begun.connector,
        # The row's own id is not known yet, and two sessions of a station never share one.
        transaction_id=begun.transaction_id or str(uuid4()),
        protocol=begun.protocol,
        id_token=begun.id_token,
        started_at=begun.at,
        started_at_said=begun.said_at,
        received_at=begun.received_at,
        meter_start_wh=begun.meter_start_wh,
        meter_stop_wh=begun.meter_start_wh,
        meter_stop_at=begun.at if begun.meter_start_wh is not None else None,
        remote_start_id=begun.remote_start_id,
    )
    if not begun.transaction_id:
        session.transaction_id = str(session.pk)
        session.save(update_fields=["transaction_id"])
    if authorization is not None:
        set_token(work=work, session=session, id_token=begun.id_token, authorization=authorization)
    open_sessions.append(session)
    fulfil_remote_start(work=work, session=session)
    data = {"station": begun.station.pk, "evse": session.evse_id, "said_at": begun.at.isoformat()}
    work.record("session.started", subject=session, data=data)
    if begun.said_at is not None:
        anomalies.note(work=work, session=session, found=[Anomaly.WRONG_CLOCK])
    work.nudge_session(session)
    return session


def set_token(*, work: Work, session: Session, id_token: str, authorization: Authorization) -> None:
    """Note whose session it is and what we answered."""
    session.id_token = id_token
    session.token = authorization.token
    session.verdict = authorization.verdict
    work.changed(session, "id_token", "token", "verdict")


def fulfil_remote_start(*, work: Work, session: Session) -> None:
    """Tie the remote start that asked for this session to it: by its id (2.x), else by its token (1.6).

    The limit it asked for is the session's from then on. Call it whenever a session has begun, or has been told its
    remote start's id.
    """
    waiting = Command.objects.filter(
        station=session.station_id,
        kind=CommandKind.REMOTE_START,
        session=None,
        # The answer may come after the session: chargers do not wait with one for the other.
        state__in=[CommandState.SENT, CommandState.ACCEPTED],
    ).order_by("-id")
    if session.remote_start_id is not None:
        command = waiting.filter(pk=session.remote_start_id).first()
    else:
        command = next((c for c in waiting[:10] if c.wanted_token.lower() == session.id_token.lower()), None)
    if command is not None:
        Command.objects.filter(pk=command.pk).update(session=session, effect_due_at=None)
        limit = limits.of_parameters(orjson.loads(command.payload))
        if limit:
            session.limit = orjson.dumps(limit).decode()
            work.changed(session, "limit")


def limit_to_credit(*, work: Work, session: Session) -> None:
    """A session of a prepaid token stops where its balance ends (OCPP 2.1 C17.FR.03), or earlier."""
    token = session.token
    if token is None or token.prepaid_balance is None or session.verdict != Verdict.ACCEPTED:
        return
    limit: limits.Limit = orjson.loads(session.limit or "{}")
    credit = float(token.prepaid_balance)
    if limit.get("maxCost", credit + 1) > credit:
        session.limit = orjson.dumps(limit | {"maxCost": credit}).decode()
        session.is_limit_told = False
        work.changed(session, "limit", "is_limit_told")


def limit_to_tell(*, work: Work, session: Session, reported: Mapping[str, Any] | None) -> limits.Limit:
    """What of the session's limit goes with the answer to a message that `reported` the charger's own."""
    told = limits.to_tell(orjson.loads(session.limit), is_told=session.is_limit_told, reported=reported)
    if not session.is_limit_told:
        session.is_limit_told = True
        work.changed(session, "is_limit_told")
    return told


def set_limit(*, session: Session, limit: limits.Limit) -> Session:
    """Limit an open session anew, in the members of `limit`; it is sent with the answer to its next message (2.1).

    Raises ValidationError where the session has ended or its protocol knows no limits, and for a limit that the
    station does not list among those it supports (E16.FR.12).
    """
    if session.protocol != "ocpp2.1":
        raise ValidationError(_("Only a session of an OCPP 2.1 station can be limited."))
    supported = _supported_limits(session.station)
    if supported is not None and (beyond := sorted(set(limit) - supported)):
        raise ValidationError(
            _("The station does not support %(beyond)s; it supports %(supported)s.")
            % {"beyond": ", ".join(beyond), "supported": ", ".join(supported)}
        )
    with Work.transaction({session.station_id}, timezone.now()) as work:
        row = next((row for row in work.open_sessions[session.station_id] if row.pk == session.pk), None)
        if row is None:
            raise ValidationError(_("The session has ended."))
        row.limit = orjson.dumps(orjson.loads(row.limit or "{}") | limit).decode()
        row.is_limit_told = False
        work.changed(row, "limit", "is_limit_told")
        work.nudge_session(row)
    return row


def _supported_limits(station: Station) -> set[str] | None:
    """TxCtrlr.SupportedLimits, None while the station has not told it."""
    row = Variable.objects.filter(
        station=station, component="TxCtrlr", name="SupportedLimits", attribute="Actual"
    ).first()
    return {name.strip() for name in row.value.split(",")} if row and row.value else None


def note_details(*, work: Work, session: Session, details: Mapping[str, Any]) -> None:
    """Keep what an event told of a session beside its columns: a member told again replaces what it was."""
    merged = orjson.loads(session.details or "{}") | dict(details)
    text = orjson.dumps(merged, option=orjson.OPT_SORT_KEYS).decode()
    if details and text != session.details:
        session.details = text
        work.changed(session, "details")


def not_ongoing(*, work: Work, session: Session, has_messages_waiting: bool) -> None:
    """The charger says that a session which is open here is over (OCPP 2.x E14).

    Where its last messages are on their way they will end it; where they are not, nothing else will.
    """
    if not session.is_open:
        return
    data = {"station": session.station_id, "messages_waiting": has_messages_waiting}
    work.record("session.not_ongoing", subject=session, data=data)
    if not has_messages_waiting:
        endings.close_forgotten(work=work, session=session)


def set_phase(*, work: Work, session: Session, phase: Phase) -> None:
    """What the vehicle is doing now."""
    if session.phase != phase:
        session.phase = phase
        work.changed(session, "phase")
        work.nudge_session(session)


def close_administratively(*, session: Session, by: User) -> Session:
    """End a session without asking the charger: one that will never end by itself. Ending it twice changes nothing."""
    now = timezone.now()
    with transaction.atomic():
        closed = Session.objects.filter(pk=session.pk, ended_at=None).update(
            ended_at=max(now, session.started_at), stop_reason="", phase=Phase.IDLE, power_w=None, closed_by=by
        )
        session.refresh_from_db()
        if closed:
            charging_profiles.session_over(session=session, at=now)
            journal.record(
                "session.ended",
                subject_type="session",
                subject_id=session.pk,
                data=endings.ending(session) | {"by": by.pk},
            )
    live.nudge(live.session_group(session.pk), live.station_group(session.station_id))
    return session
