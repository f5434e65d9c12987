"""What is known of a session, put together for its timeline."""

from django.db.models import Q

from drivers.domain.phrases import Phrase
from stations.domain.commands import CommandKind, CommandState
from stations.domain.timeline import Asked, Entry, Happening, Story, entries
from stations.models import Command, Session, SessionEvent
from stations.selectors.frames import offline_spells, session_messages
from stations.selectors.samples import samples_of

MAX_COMMANDS = 50
MAX_EVENTS = 2000
# Enough of a curve to tell when energy flowed.
MAX_READINGS = 5000

# What people call the commands that concern a session; others go by their kind.
_CALLED = {
    CommandKind.REMOTE_START: Phrase("remote start"),
    CommandKind.REMOTE_STOP: Phrase("remote stop"),
    CommandKind.UNLOCK: Phrase("unlock"),
}


def timeline_of(session: Session) -> list[Entry]:
    """The timeline of a session that the viewer may see, in a constant number of queries."""
    messages = session_messages(session, without=("Heartbeat", "MeterValues"))
    sent = {message.message_id for message in messages if message.is_ours}
    events = SessionEvent.objects.filter(session=session).order_by("seq_no")[:MAX_EVENTS]
    samples = samples_of(session).filter(power_w__isnull=False).order_by("at")
    story = Story(
        started_at=session.started_at,
        ended_at=session.ended_at,
        stop_reason=session.stop_reason,
        closed_by_hand=session.closed_by_id is not None,
        energy_wh=session.energy_wh,
        id_token=session.id_token,
        trusts_clock=session.started_at_said is None,
        messages=messages,
        happenings=[Happening(event.at, event.trigger_reason) for event in events],
        readings=[(at, power or 0.0) for at, power in samples.values_list("at", "power_w")[:MAX_READINGS]],
        offline=offline_spells(session),
        commands=_commands(session, sent),
    )
    return entries(story)


def _commands(session: Session, message_ids: set[str]) -> list[Asked]:
    about = Q(session=session) | Q(message_id__in=message_ids)
    commands = Command.objects.filter(about, station=session.station_id).exclude(message_id="", session=None)
    rows = commands.select_related("requested_by").order_by("id")[:MAX_COMMANDS]
    return [
        Asked(
            what=_CALLED.get(CommandKind(row.kind), row.action or row.kind.replace("_", " ")),
            by=str(row.requested_by) if row.requested_by else "",
            requested_at=row.requested_at,
            state=CommandState(row.state),
            sent_at=row.sent_at,
            finished_at=row.finished_at,
            error=Phrase(row.error),
        )
        for row in rows
    ]
