"""The stored ledger: what is heard becomes entries; what is over never changes but is replaced."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from monitoring.domain.uptime import CONNECTION, IMPAIRED, Cause, State, connector
from monitoring.domain.uptime.signals import OFF, ON, Word
from monitoring.models import LedgerEntry, Port, UptimeSignal
from monitoring.selectors import uptime
from monitoring.services import ledger
from monitoring.services.ledger import Heard
from tests import factories

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def port(station):
    """Connected, and its one connector said at noon that it is available."""
    plug = station.connectors.get()
    ledger.hear(Heard(station.pk, CONNECTION, ON, NOON), now=NOON)
    ledger.hear(Heard(station.pk, connector(plug.pk), Word.WORKS, NOON, evse_id=plug.evse_id), now=NOON)
    return Port.objects.get(pk=plug.evse_id)


def tell(port, word, minutes, *, now=None, detail="", fact=None):
    plug = port.evse.connectors.get()
    heard = Heard(port.station_id, connector(plug.pk), word, at(minutes), evse_id=port.pk, detail=detail, fact=fact)
    return ledger.hear(heard, now=at(minutes if now is None else now))


def leave(port, minutes, *, now=None):
    ledger.hear(Heard(port.station_id, CONNECTION, OFF, at(minutes)), now=at(minutes if now is None else now))


def come_back(port, minutes, *, now=None):
    ledger.hear(Heard(port.station_id, CONNECTION, ON, at(minutes)), now=at(minutes if now is None else now))


def entries(port):
    """The current entries: state, cause, and minutes after noon at which they begin and end."""
    rows = LedgerEntry.objects.filter(port=port, replaced_at=None).order_by("start")
    return [(row.state, row.cause, minutes(row.start), minutes(row.end)) for row in rows]


def minutes(when):
    return None if when is None else (when - NOON) / timedelta(minutes=1)


def test_a_port_that_works_is_up_until_something_else_is_heard(port):
    assert entries(port) == [("up", "working", 0, None)]


def test_a_fault_closes_the_entry_and_opens_another(port):
    tell(port, Word.FAULTED, 10, detail="GroundFailure")
    tell(port, Word.WORKS, 30)

    assert entries(port) == [("up", "working", 0, 10), ("down", "fault", 10, 30), ("up", "working", 30, None)]
    assert LedgerEntry.objects.get(cause=Cause.FAULT).detail == "GroundFailure"
    assert not LedgerEntry.objects.exclude(replaced_at=None).exists()


def test_a_fact_that_comes_twice_is_one_signal(port):
    tell(port, Word.FAULTED, 10, fact=77)
    assert tell(port, Word.FAULTED, 10, now=11, fact=77) is None
    assert UptimeSignal.objects.filter(fact=77).count() == 1


def test_a_short_absence_is_none(port):
    leave(port, 10)
    come_back(port, 14)
    assert entries(port) == [("up", "working", 0, None)]


def test_a_longer_absence_counts_from_the_last_sign(port, station):
    station.last_seen = at(10)
    station.save()
    leave(port, 10)
    assert ledger.sweep(now=at(14)) == 0
    assert ledger.sweep(now=at(15)) == 1
    assert entries(port) == [("up", "working", 0, 10), ("unknown", "offline", 10, None)]
    assert ledger.sweep(now=at(16)) == 0

    come_back(port, 40)
    assert entries(port)[1:] == [("unknown", "offline", 10, 40), ("up", "working", 40, None)]


def test_a_fault_that_is_told_late_replaces_only_what_it_touches(port, station):
    tell(port, Word.FAULTED, 2)
    tell(port, Word.WORKS, 4)
    leave(port, 10)
    come_back(port, 40)
    before = {row.pk for row in LedgerEntry.objects.filter(replaced_at=None)}
    factories.ConnectionFactory(station=station, opened_at=NOON, last_seen=at(10), closed_at=at(11))
    factories.ConnectionFactory(station=station, opened_at=at(40), last_seen=at(41))
    plug = port.evse.connectors.get()

    heard = Heard(station.pk, connector(plug.pk), Word.FAULTED, at(41), evse_id=port.pk, said_at=at(20))
    ledger.hear(heard, now=at(41))

    assert entries(port)[3:] == [("unknown", "offline", 10, 20), ("down", "fault", 20, None)]
    replaced = LedgerEntry.objects.exclude(replaced_at=None)
    assert [(row.cause, minutes(row.start)) for row in replaced] == [("offline", 10), ("working", 40)]
    assert before - {row.pk for row in replaced} <= {row.pk for row in LedgerEntry.objects.filter(replaced_at=None)}


def test_a_charger_that_was_connected_all_along_is_not_believed_about_the_past(port, station):
    factories.ConnectionFactory(station=station, opened_at=NOON, last_seen=at(30))
    plug = port.evse.connectors.get()
    heard = Heard(station.pk, connector(plug.pk), Word.FAULTED, at(30), evse_id=port.pk, said_at=at(5))
    ledger.hear(heard, now=at(30))
    assert entries(port) == [("up", "working", 0, 30), ("down", "fault", 30, None)]


def test_an_impaired_port_is_down_although_it_says_available(port):
    ledger.impair(evse_id=port.pk, since=at(5), cause=Cause.CANNOT_CHARGE, evidence={"sessions": [1]}, now=at(20))
    again = ledger.impair(evse_id=port.pk, since=at(25), cause=Cause.CANNOT_CHARGE, now=at(25))
    ledger.restore(evse_id=port.pk, at=at(50), now=at(50))

    assert again is None
    assert entries(port) == [
        ("up", "working", 0, 5),
        ("down", "cannot_charge", 5, 50),
        ("up", "working", 50, None),
    ]
    assert UptimeSignal.objects.filter(channel=IMPAIRED).first().evidence == {"sessions": [1]}


def test_the_ledger_as_of_a_date_says_what_was_known_then(port, viewer):
    leave(port, 10)
    ledger.refresh([port.pk], now=at(60))

    def known(when):
        found = uptime.ledger(viewer, port=port, since=NOON, until=at(90), as_of=at(when))
        return [(i.cause, minutes(i.start), minutes(i.end)) for i in found]

    assert known(30) == [("working", 0, 30)]
    assert known(70) == [("working", 0, 10), ("offline", 10, 70)]


def test_a_correction_stands_beside_what_it_corrects(port, operator, viewer):
    tell(port, Word.FAULTED, 10)
    tell(port, Word.WORKS, 30)
    correction = ledger.correct(
        port=port,
        start=at(20),
        end=at(30),
        state=State.UP,
        cause=Cause.WORKING,
        author=operator,
        reason="The technician charged a car there.",
        evidence="Report 12",
        now=at(60),
    )

    assert [entry[1:] for entry in entries(port)] == [
        ("working", 0, 10),
        ("fault", 10, 20),
        ("working", 20, 30),
        ("working", 30, None),
    ]
    assert [row.correction for row in LedgerEntry.objects.filter(start=at(20))] == [correction]
    # It stays when signals are worked out anew, and the earlier ledger can still be read.
    assert ledger.rebuild([port.pk], now=at(61)) == 0
    before = uptime.ledger(viewer, port=port, since=NOON, until=at(40), as_of=at(50))
    assert [i.cause for i in before] == ["working", "fault", "working"]


def test_a_correction_needs_a_reason_and_a_time_that_is_over(port, operator):
    said = {"port": port, "state": State.UP, "cause": Cause.WORKING, "author": operator, "evidence": "Report 12"}
    with pytest.raises(ValidationError):
        ledger.correct(start=at(0), end=at(5), reason="so", now=at(60), **said)
    with pytest.raises(ValidationError):
        ledger.correct(start=at(0), end=at(90), reason="A technician was there.", now=at(60), **said)
    with pytest.raises(ValidationError):
        ledger.correct(start=at(-20), end=at(5), reason="A technician was there.", now=at(60), **said)


def test_an_evse_that_is_deleted_leaves_its_record(port, viewer):
    port.evse.sessions.all().delete()
    port.evse.delete()
    ledger.sweep(now=at(60))

    port.refresh_from_db()
    assert port.removed_at == at(60)
    assert entries(port) == [("up", "working", 0, 60)]
    assert uptime.ledger(viewer, port=port, since=NOON, until=at(90), as_of=at(80))[0].end == at(60)
