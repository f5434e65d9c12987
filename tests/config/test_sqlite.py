"""The SQLite backend: writers take turns, fairly, and none finds the database locked."""

import threading
import time

import pytest
from django.db import OperationalError, connection, connections, transaction

from config.sqlite.base import turns_of
from config.sqlite.turns import TurnNotReached, Turns
from drivers.models import Organization

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has one writer at a time"),
]


def _in_threads(*bodies):
    errors = []

    def run(body):
        try:
            body()
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return errors


def _pragma(name):
    with connection.cursor() as cursor:
        return cursor.execute(f"PRAGMA {name}").fetchone()[0]


def test_write_ahead_log_with_full_synchronization_is_on():
    assert _pragma("journal_mode") == "wal"
    assert _pragma("synchronous") == 2


def test_many_threads_write_at_once_and_none_finds_the_database_locked():
    def write(thread):
        for number in range(25):
            with transaction.atomic():
                Organization.objects.count()
                Organization.objects.create(name="x", slug=f"t{thread}-{number}")

    assert _in_threads(*(lambda thread=thread: write(thread) for thread in range(8))) == []
    assert Organization.objects.count() == 200


def test_writes_outside_a_transaction_take_their_turn_too():
    def write(thread):
        for number in range(25):
            Organization.objects.bulk_create([Organization(name="x", slug=f"b{thread}-{number}")])
            Organization.objects.filter(slug=f"b{thread}-{number}").update(name="y")

    assert _in_threads(*(lambda thread=thread: write(thread) for thread in range(6))) == []
    assert Organization.objects.filter(name="y").count() == 150


def test_a_busy_writer_does_not_starve_the_others():
    done = threading.Event()
    turns, passed = [], []

    def busy():
        while not done.is_set():
            with transaction.atomic():
                number = len(turns)
                turns.append(number)
                Organization.objects.bulk_create(
                    Organization(name="busy", slug=f"busy-{number}-{row}") for row in range(100)
                )

    def modest():
        try:
            for number in range(20):
                asked = len(turns)
                with transaction.atomic():
                    passed.append(len(turns) - asked)
                    Organization.objects.create(name="modest", slug=f"modest-{number}")
        finally:
            done.set()

    assert _in_threads(busy, modest) == []
    # Never more than one turn of the busy one; now and then a thread sleeps before it asks.
    assert sorted(passed)[len(passed) // 2] <= 1


def test_a_rolled_back_transaction_gives_its_turn_back():
    @transaction.atomic
    def fail():
        Organization.objects.create(name="x", slug="rolled-back")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert _in_threads(lambda: Organization.objects.create(name="x", slug="next")) == []
    assert list(Organization.objects.values_list("slug", flat=True)) == ["next"]


def test_a_connection_closed_in_its_transaction_gives_its_turn_back():
    def leave():
        with transaction.atomic():
            Organization.objects.create(name="x", slug="left")
            connection.close()

    _in_threads(leave)
    assert _in_threads(lambda: Organization.objects.create(name="x", slug="next")) == []


def test_a_reader_does_not_wait_for_a_writer():
    with transaction.atomic():
        Organization.objects.create(name="x", slug="uncommitted")
        counts = []
        assert _in_threads(lambda: counts.append(Organization.objects.count())) == []
    assert counts == [0]


def test_no_turn_in_time_is_an_operational_error(settings):
    settings_dict = connection.settings_dict
    before = settings_dict["OPTIONS"]["timeout"]
    turns = turns_of(str(settings_dict["NAME"]))
    turns.take(1)
    settings_dict["OPTIONS"]["timeout"] = 0.05
    try:
        with pytest.raises(OperationalError, match="database is locked"), transaction.atomic():
            pass
    finally:
        settings_dict["OPTIONS"]["timeout"] = before
        turns.give()
    Organization.objects.create(name="x", slug="afterwards")


def test_turns_are_handed_over_in_the_order_of_asking():
    turns = Turns()
    turns.take(1)
    order = []
    threads = []

    def ask(number):
        turns.take(60)
        order.append(number)
        turns.give()

    for number in range(5):
        threads.append(threading.Thread(target=ask, args=(number,)))
        threads[-1].start()
        deadline = time.monotonic() + 60
        while len(turns._waiting) <= number and time.monotonic() < deadline:
            time.sleep(0.001)
    turns.give()
    for thread in threads:
        thread.join(60)
    assert order == [0, 1, 2, 3, 4]


def test_whoever_gives_up_waiting_leaves_the_queue():
    turns = Turns()
    turns.take(1)
    with pytest.raises(TurnNotReached):
        turns.take(0.01)
    turns.give()
    turns.take(0.01)
