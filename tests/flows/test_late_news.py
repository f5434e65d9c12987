"""A charger that was away tells of its fault when it is back: over real sockets, into the uptime ledger."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from monitoring.domain.uptime import month_of, next_month
from monitoring.models import LedgerEntry, PortMonth
from monitoring.services import uptime_rollups
from stations import journal
from stations.models import Connection, Connector, Fact, Station

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def ago(months, days=0.0):
    """So many days into the month so many months before this one."""
    first = next_month(month_of(timezone.now()), -months)
    return datetime(first.year, first.month, 1, tzinfo=UTC) + timedelta(days=days)


# It was there from CAME to WENT and came back once, which ended the absence that it now tells something of.
CAME, WENT, CAME_BACK, WENT_AGAIN = ago(3, 4), ago(2, 10), ago(2, 14), ago(1, 10)
FAULTED, MENDED = WENT + DAY, WENT + DAY + 5 * HOUR


@pytest.fixture(params=["ocpp1.6", "ocpp2.0.1"])
async def charger(request, connect, database):
    """A charger of two EVSEs with such a past; it is connected."""
    charger = connect(request.param, evses=2)
    async with charger:
        await charger.boot()
        for came, went in ((CAME, WENT), (CAME_BACK, WENT_AGAIN)):
            charger.go_offline()
            await database.until(Station.objects.filter(connection=None).exists, "the connection is gone")
            await database(lambda came=came, went=went: _was_long_ago(came, went))
            await charger.come_back()
        await database(_take_in)
        yield charger


def _was_long_ago(came, went):
    """The connection that is over, with what was told on it, was at another time."""
    newest = Connection.objects.latest("pk")
    Connection.objects.filter(pk=newest.pk).update(opened_at=came, last_seen=went, closed_at=went)
    Station.objects.update(last_seen=went)
    Connector.objects.update(status_at=came, status_received_at=came)
    news = Fact.objects.filter(settled_at=None)
    for fact in news:
        fact.at = went if fact.kind == "station.disconnected" else came
        if "said_at" in fact.data:
            fact.data["said_at"] = came.isoformat()
        fact.save()
    _take_in()


def _deliver():
    while journal.deliver():
        pass


def _take_in():
    """All news are dealt with, and the months added up."""
    _deliver()
    uptime_rollups.roll_up()


async def tell(charger, status, at):
    """EVSE 1 tells a status of an earlier time."""
    if charger.profile.protocol == "ocpp1.6":
        code = "GroundFailure" if status == "Faulted" else "NoError"
        told = {"connectorId": 1, "status": status, "errorCode": code}
    else:
        told = {"evseId": 1, "connectorId": 1, "connectorStatus": status}
    await charger.call("StatusNotification", told | {"timestamp": at.isoformat()})


def _entries(number, **wanted):
    rows = LedgerEntry.objects.filter(port__number=number, **wanted).order_by("start", "pk")
    return [(row.state, row.cause, row.start, row.end) for row in rows]


def _months(number):
    """What the sums of each month say, by its number before this one."""
    this_month = month_of(timezone.now())
    rows = {row.month: row for row in PortMonth.objects.filter(port__number=number)}
    return [rows[next_month(this_month, -back)] for back in (3, 2, 1)]


async def test_a_fault_that_is_told_after_reconnecting_stands_at_its_own_time(charger, database):
    back_at = await database(lambda: Connection.objects.latest("pk").opened_at)
    before = await database(lambda: {row.pk: row for row in LedgerEntry.objects.all()})
    other_before = await database(lambda: _entries(2))

    await tell(charger, "Faulted", FAULTED)
    await tell(charger, "Available", MENDED)
    await database(_deliver)

    assert (await database(lambda: _entries(1, replaced_at=None)))[:-1] == [
        ("up", "working", CAME, WENT),
        ("unknown", "offline", WENT, FAULTED),
        ("down", "fault", FAULTED, MENDED),
        ("unknown", "offline", MENDED, CAME_BACK),
        ("up", "working", CAME_BACK, WENT_AGAIN),
        ("unknown", "offline", WENT_AGAIN, back_at.replace(microsecond=0)),
    ]
    assert await database(lambda: _entries(2)) == other_before
    rows_after = await database(lambda: {row.pk: row for row in LedgerEntry.objects.all()})
    replaced = [rows_after[pk] for pk, row in before.items() if rows_after[pk].replaced_at != row.replaced_at]
    assert [(row.cause, row.start, row.end) for row in replaced] == [("offline", WENT, CAME_BACK)]


async def test_only_the_month_that_the_late_fault_falls_into_is_added_up_anew(charger, database):
    before, other_before = await database(lambda: _months(1)), await database(lambda: _months(2))
    await tell(charger, "Faulted", FAULTED)
    await tell(charger, "Available", MENDED)
    await database(_deliver)

    due = await database(lambda: list(PortMonth.objects.filter(is_due=True)))
    assert [(row.port_id, row.month) for row in due] == [(before[1].port_id, before[1].month)]
    await database(uptime_rollups.roll_up)
    after = await database(lambda: _months(1))
    assert [row.by_cause.get("down:fault", 0) for row in after] == [0, 5 * 3600, 0]
    assert after[1].outage_s == before[1].outage_s == 4 * 86400
    assert after[1].unreliable_s == before[1].unreliable_s + 5 * 3600
    assert [row.outage_s for row in await database(lambda: _months(2))] == [row.outage_s for row in other_before]
