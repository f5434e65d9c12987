"""Tickets: opened, answered, resolved. Every verb is one transaction, and what happened stands in the conversation."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from drivers import clock
from drivers.domain.phrases import english
from drivers.models import Organization, User
from monitoring.domain.references import new_reference
from monitoring.models import Incident, Ticket, TicketMessage
from monitoring.services import ticket_clocks, ticket_snapshots, ticket_tokens
from stations import journal, live
from stations.models import Evse, Session, Site, Station

State, Author, Letter = Ticket.State, TicketMessage.Author, TicketMessage.Letter
_TRIES = 5


def open_ticket(
    *,
    organization: Organization,
    subject: str,
    body: str,
    source: str,
    key: str = "",
    site: Site | None = None,
    station: Station | None = None,
    evse: Evse | None = None,
    session: Session | None = None,
    by: User | None = None,
    at: datetime | None = None,
    message_id: str = "",
    **details: Any,
) -> Ticket:
    """A driver reports something; once for a `key` in an organization: a second time it is the ticket from before.

    A session names its EVSE, an EVSE its station, a station its site. `by`: staff who writes down a call. `details`:
    category, priority, driver, language, contact_name, contact_email, contact_phone. The charger's state, its last
    frames and the session are attached by themselves. Raises ValidationError, also for a place of somebody else.
    """
    if key and (known := Ticket.objects.filter(organization=organization, key=key).first()):
        return known
    now = at or clock.now()
    evse = evse or (session.evse if session else None)
    station = station or (evse.station if evse else None) or (session.station if session else None)
    site = site or (station.site if station else None)
    _check_place(organization, site, station, evse, session)
    ticket = Ticket(
        organization=organization,
        key=key,
        subject=" ".join(subject.split())[:200],
        source=source,
        site=site,
        station=station,
        evse=evse,
        session=session,
        opened_at=now,
        opened_by=by,
        **details,
    )
    ticket_tokens.give(ticket)
    ticket_clocks.set_targets(ticket)
    ticket.clean_fields(exclude=["reference", "sealed_token"])
    message = _message(ticket, Author.DRIVER, body, at=now, by=by, message_id=message_id)
    return _insert(ticket, message, now)


def _insert(ticket: Ticket, message: TicketMessage, now: datetime) -> Ticket:
    """Saved under a reference nobody has; where another one with its key was quicker, it is that one."""
    for _try in range(_TRIES):
        ticket.reference = new_reference()
        try:
            with transaction.atomic():
                _put_down(ticket, message, now)
        except IntegrityError:
            ticket.pk = None
            known = Ticket.objects.filter(organization=ticket.organization_id, key=ticket.key).first()
            if ticket.key and known:
                return known
            continue
        return ticket
    raise ValidationError(_("The ticket could not be stored. Try again."))


def _put_down(ticket: Ticket, message: TicketMessage, now: datetime) -> None:
    desk = ticket_clocks.desk_of(ticket.organization_id)
    ticket_clocks.begin(ticket, now)
    if ticket.source == Ticket.Source.PHONE:
        # Who calls has somebody on the line.
        ticket_clocks.note_answer(ticket, desk, now)
    ticket_clocks.reckon(ticket, desk)
    ticket.save(force_insert=True)
    message.ticket = ticket
    message.save(force_insert=True)
    ticket_snapshots.take(ticket)
    _record(ticket, "opened", now, source=ticket.source, category=ticket.category)


def answer(
    *, ticket: Ticket, text: str, by: User | None, waits: bool = True, at: datetime | None = None
) -> TicketMessage:
    """Write to the driver. `waits`: it is the driver's turn now, and the clock stands. `by` None: Busbar itself.

    Raises ValidationError for nothing, or where there is no address to write to.
    """
    now = at or clock.now()
    with _held(ticket) as row:
        if not row.email:
            raise ValidationError(
                {"text": _("There is no email address to write to. Note what was said on the phone.")}
            )
        message = _message(row, Author.STAFF if by else Author.SYSTEM, text, at=now, by=by)
        message.letter, message.letter_due_at = Letter.WAITING, now
        message.save()
        desk = ticket_clocks.desk_of(row.organization_id)
        if by is not None:
            ticket_clocks.note_answer(row, desk, now)
        if waits and row.state == State.OPEN:
            row.state = State.WAITING
            ticket_clocks.stop(row, desk, now)
        _keep(row, "answered", now, message=message.pk)
    return message


def note(*, ticket: Ticket, text: str, by: User | None, at: datetime | None = None) -> TicketMessage:
    """For staff alone. Raises ValidationError for nothing."""
    now = at or clock.now()
    with _held(ticket) as row:
        message = _message(row, Author.STAFF if by else Author.SYSTEM, text, at=now, by=by, is_internal=True)
        message.save()
        _nudge(row)
    return message


def note_call(*, ticket: Ticket, text: str, by: User, at: datetime | None = None) -> TicketMessage:
    """What was said on the phone: it counts as an answer, and no letter leaves. Raises ValidationError for nothing."""
    now = at or clock.now()
    with _held(ticket) as row:
        message = _message(row, Author.STAFF, text, at=now, by=by)
        message.save()
        ticket_clocks.note_answer(row, ticket_clocks.desk_of(row.organization_id), now)
        _keep(row, "answered", now, message=message.pk)
    return message


def take_in_reply(
    *, ticket: Ticket, text: str, message_id: str = "", at: datetime | None = None
) -> TicketMessage | None:
    """The driver writes: it is support's turn, and what was resolved is open again. None: that email was known.

    Raises ValidationError for nothing.
    """
    now = at or clock.now()
    with _held(ticket) as row:
        if message_id and row.messages.filter(message_id=message_id).exists():
            return None
        message = _message(row, Author.DRIVER, text, at=now, message_id=message_id)
        message.save()
        _open_again(row, now)
        _keep(row, "replied", now, message=message.pk)
    return message


def resolve(*, ticket: Ticket, by: User | None, text: str = "", at: datetime | None = None) -> Ticket:
    """It is solved; `text`, if any, is told to the driver. A second time changes nothing. Raises ValidationError."""
    now = at or clock.now()
    with transaction.atomic():
        if text.strip():
            answer(ticket=ticket, text=text, by=by, waits=False, at=now)
        with _held(ticket) as row:
            if not row.is_open:
                return row
            _end(row, State.RESOLVED, now, by)
    return row


def close(*, ticket: Ticket, by: User | None, at: datetime | None = None) -> Ticket:
    """Nothing more is to be done: no report at all, or resolved long ago. A second time changes nothing."""
    now = at or clock.now()
    with _held(ticket) as row:
        if row.state != State.CLOSED:
            _end(row, State.CLOSED, now, by)
    return row


def reopen(*, ticket: Ticket, by: User | None, at: datetime | None = None) -> Ticket:
    """It was not solved after all. One that is open stays as it is."""
    now = at or clock.now()
    with _held(ticket) as row:
        if row.is_open:
            return row
        _open_again(row, now)
        _say(row, english("Opened again"), now, by)
        _keep(row, "reopened", now)
    return row


def assign(*, ticket: Ticket, to: User | None, by: User, at: datetime | None = None) -> Ticket:
    """Give it to somebody, or (None) back to all. Who may be asked is for the caller to check."""
    now = at or clock.now()
    with _held(ticket) as row:
        if row.assigned_to_id == (to.pk if to else None):
            return row
        row.assigned_to = to
        said = english("Assigned to %(person)s", person=str(to)) if to else english("Assigned to nobody any more")
        _say(row, said, now, by)
        _keep(row, "assigned", now, to=to.pk if to else None)
    return row


def change(*, ticket: Ticket, by: User, **changes: Any) -> Ticket:
    """Subject, category, priority, contact, or what it is about; a new priority has new targets.

    Raises ValidationError.
    """
    now = clock.now()
    with _held(ticket) as row:
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        if all(before[name] == value for name, value in changes.items()):
            return row
        _check_place(row.organization, row.site, row.station, row.evse, row.session)
        row.clean_fields(exclude=["sealed_token"])
        if before.get("priority", row.priority) != row.priority:
            ticket_clocks.set_targets(row)
            label = Ticket.Priority(row.priority).label
            _say(row, english("Priority: %(priority)s", priority=str(label)), now, by)
        row.save(update_fields=[*changes])
        _keep(row, "changed", now)
    return row


def link_incident(*, ticket: Ticket, incident: Incident | None, by: User, at: datetime | None = None) -> Ticket:
    """It is about this incident: its driver will be told when that is over. None takes the link away.

    Raises ValidationError for an incident of another organization.
    """
    now = at or clock.now()
    with _held(ticket) as row:
        if row.incident_id == (incident.pk if incident else None):
            return row
        if incident is not None and incident.organization_id != row.organization_id:
            raise ValidationError({"incident": _("This incident belongs to another organization.")})
        row.incident, row.incident_told_at = incident, None
        row.save(update_fields=["incident", "incident_told_at"])
        said = english("Linked to incident %(id)s", id=str(incident.pk)) if incident else english("Link taken away")
        _say(row, said, now, by)
        _keep(row, "linked", now, incident=incident.pk if incident else None)
    return row


@contextmanager
def _held(ticket: Ticket) -> Iterator[Ticket]:
    """The ticket as it is now, held to the end of the transaction."""
    rows = Ticket.objects.select_for_update(of=("self",), no_key=True).select_related("organization", "driver", "site")
    with transaction.atomic():
        yield rows.get(pk=ticket.pk)


def _end(row: Ticket, state: Ticket.State, now: datetime, by: User | None) -> None:
    was_open = row.is_open
    desk = ticket_clocks.desk_of(row.organization_id)
    ticket_clocks.stop(row, desk, now)
    if state == State.RESOLVED:
        ticket_clocks.note_answer(row, desk, now)
    row.state = state
    row.resolved_at = now if was_open else row.resolved_at
    _say(row, english("Resolved") if state == State.RESOLVED else english("Closed"), now, by)
    _keep(row, state, now)


def _open_again(row: Ticket, now: datetime) -> None:
    if not row.is_open:
        row.reopened += 1
        row.resolved_at = row.resolution_warned_at = None
    row.state = State.OPEN
    ticket_clocks.begin(row, now)


def _keep(row: Ticket, kind: str, now: datetime, **data: Any) -> None:
    """Save state and clocks, and let others know."""
    ticket_clocks.reckon(row, ticket_clocks.desk_of(row.organization_id))
    row.save(update_fields=["state", "assigned_to", "reopened", "resolution_warned_at", *ticket_clocks.COLUMNS])
    _record(row, kind, now, **data)


def _record(row: Ticket, kind: str, now: datetime, **data: Any) -> None:
    journal.record(f"ticket.{kind}", subject_type="ticket", subject_id=row.pk, data=_data(row, data), at=now)
    _nudge(row)


def _data(row: Ticket, more: Mapping[str, Any]) -> dict[str, Any]:
    return {"reference": row.reference, "organization": row.organization_id, "station": row.station_id, **more}


def _say(row: Ticket, text: str, now: datetime, by: User | None) -> None:
    """A line of the conversation that staff alone sees. `text` by `english(...)`."""
    TicketMessage.objects.create(ticket=row, author=Author.SYSTEM, by=by, is_internal=True, body=text, at=now)


def _message(ticket: Ticket, author: str, text: str, *, at: datetime, **more: Any) -> TicketMessage:
    if not text.strip():
        raise ValidationError({"text": _("Write something first.")})
    return TicketMessage(ticket=ticket, author=author, body=text.strip()[:10_000], at=at, **more)


def _check_place(
    organization: Organization, site: Site | None, station: Station | None, evse: Evse | None, session: Session | None
) -> None:
    if site is not None and site.organization_id != organization.pk:
        raise ValidationError({"site": _("This site belongs to another network.")})
    if station is not None and (site is None or station.site_id != site.pk):
        raise ValidationError({"station": _("This station stands at another site.")})
    if evse is not None and (station is None or evse.station_id != station.pk):
        raise ValidationError({"evse": _("This EVSE belongs to another station.")})
    if session is not None and (station is None or session.station_id != station.pk):
        raise ValidationError({"session": _("This session was at another station.")})


def _nudge(row: Ticket) -> None:
    groups = [live.organization_group(row.organization_id)]
    if row.station_id:
        groups.append(live.station_group(row.station_id))
    transaction.on_commit(partial(live.nudge, *groups), robust=True)
