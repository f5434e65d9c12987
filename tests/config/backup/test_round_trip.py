"""What was backed up comes back, and nothing that was not."""

import io
import stat
import threading
from datetime import timedelta

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.utils import timezone

from config.backup import taking
from drivers.models import Organization, User
from stations.domain.commands import CommandState
from stations.models import Command, Connection, EdgeProcess, Frame, LocalList, Session, Site, Station
from tests import factories
from tests.server import until


def test_rows_files_and_keys_come_back_as_they_were(place, network, settings):
    form = _form()
    place.backup()
    Station.objects.filter(pk=network.station.pk).update(identity="CHANGED")
    factories.SiteFactory(name="made since")
    (place.media / "logs" / "one.log").write_text("changed")
    (place.media / "since.log").write_text("made since")
    (place.keys / "ca" / "stations.pem").write_text("another authority")

    place.restore()

    assert Station.objects.get().identity == network.station.identity
    assert not Site.objects.filter(name="made since").exists()
    assert [path.name for path in sorted(place.media.rglob("*.log"))] == ["one.log"]
    assert (place.media / "logs" / "one.log").read_text() == "a log"
    assert (place.keys / "ca" / "stations.pem").read_text() == "authority"
    assert (place.keys / "field_key").read_text() == settings.FIELD_KEY
    secret = [place.file, *(path for path in place.keys.rglob("*") if path.is_file())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    assert set(_form()) ^ set(form) == set()


def _form():
    """Columns, indexes, constraints, partitions and triggers of the database."""
    queries = {
        "sqlite": ["SELECT sql FROM sqlite_master ORDER BY sql"],
        "postgresql": [
            "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity"
            " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
            # A list of texts has its casts inside or outside of it, as it was made or restored.
            "SELECT regexp_replace(indexdef, '::(text|character varying)(\\[\\])?|[()]', '', 'g') FROM pg_indexes"
            " WHERE schemaname = 'public' ORDER BY 1",
            "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
            "SELECT relname, pg_get_expr(relpartbound, oid) FROM pg_class WHERE relispartition ORDER BY 1",
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
        ],
    }
    found = []
    with connection.cursor() as cursor:
        for query in queries[connection.vendor]:
            cursor.execute(query)
            found += cursor.fetchall()
    return found


def test_an_installation_nobody_has_used_needs_no_further_words(place, network, capsys):
    call_command("backup", str(place.file))
    assert "checked" in capsys.readouterr().out
    given_out = factories.SessionFactory(station=network.station).pk
    Organization.objects.all().delete()
    User.objects.all().delete()

    call_command("restore", str(place.file))

    said = capsys.readouterr().out
    assert "Restored the state of" in said
    assert any(line.split() == ["stations_session", "1"] for line in said.splitlines())
    # What was given out after the backup is not given out again.
    assert given_out < factories.SessionFactory(station=Station.objects.get()).pk < 2**31
    assert factories.ReservationFactory(station=Station.objects.get()).pk > 100_000


def test_a_backup_is_made_of_one_moment_while_others_write(place, network):
    stop = threading.Event()
    pairs = []

    def write():
        with connection.cursor():
            while not stop.is_set():
                with transaction.atomic():
                    factories.CommandFactory(station=network.station)
                    factories.FrameFactory(station=network.station)
                pairs.append(1)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(lambda: len(pairs) > 5, "rows are being written", 60)
        before = len(pairs)
        manifest = place.backup()
        after = len(pairs)
        until(lambda: len(pairs) > after, "nobody was kept waiting", 60)
    finally:
        stop.set()
        writer.join()
    place.restore()
    assert Command.objects.count() == Frame.objects.count() == manifest.rows["stations_frame"]
    assert before <= Frame.objects.count() <= len(pairs)


def test_frames_and_keys_can_be_left_out(place, network):
    factories.FrameFactory(station=network.station)
    place.backup(without_frames=True, without_keys=True)
    (place.keys / "ca" / "stations.pem").write_text("of this machine")
    place.restore()
    assert not Frame.objects.exists()
    assert Session.objects.exists()
    assert (place.keys / "ca" / "stations.pem").read_text() == "of this machine"


def test_a_backup_goes_through_a_pipe_and_keys_of_the_environment_are_in_it(place, network, monkeypatch):
    monkeypatch.setenv("FIELD_KEY", "another")
    out = io.BytesIO()
    taking.to_stream(out, taking.Choice(), lambda size: None)
    place.file.write_bytes(out.getvalue())
    place.restore()
    assert Session.objects.exists()
    assert any("FIELD_KEY" in text for text in place.said)


# --- What the chargers know better ---


def test_numbers_go_on_above_those_of_the_database_that_was_replaced(place, network):
    place.backup()
    far = factories.SessionFactory(id=5_000_000, station=network.station)
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [Session]):
            cursor.execute(sql)
    place.restore()
    assert factories.SessionFactory(station=Station.objects.get()).pk > far.pk


def test_what_was_open_at_the_time_of_the_backup_is_not_taken_for_open_now(place, network):
    station = network.station
    factories.connect(station)
    EdgeProcess.objects.update(lease_until=timezone.now() + timedelta(hours=1))
    maybe_sent = factories.CommandFactory(station=station)
    not_yet_due = factories.CommandFactory(station=station, not_before=timezone.now() + timedelta(hours=1))
    kept = factories.LocalListFactory(station=station, covers=LocalList.Covers.TOKENS)
    LocalList.objects.filter(pk=kept.pk).update(needs_whole=False, due_at=None)
    place.backup()
    EdgeProcess.objects.update(lease_until=timezone.now() - timedelta(hours=1))

    place.restore()

    assert not EdgeProcess.objects.exists()
    assert not Connection.objects.filter(closed_at=None).exists()
    assert not Station.objects.get().connected
    assert Command.objects.get(pk=maybe_sent.pk).state == CommandState.UNKNOWN
    assert Command.objects.get(pk=not_yet_due.pk).state == CommandState.QUEUED
    # A list under a number that the station may have seen with another content is sent as a whole.
    assert LocalList.objects.filter(needs_whole=True, due_at__isnull=False).exists()
    # The charger, or the sweep of forgotten ones, says what became of it.
    assert Session.objects.get().is_open
