"""Logs that are thrown away, and those that never came."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from stations import tasks
from stations.models import LogRequest, SecurityEvent
from stations.services import logs
from stations.services.work import Work
from tests import factories

pytestmark = pytest.mark.django_db


def ask(station, log="diagnostics"):
    command = factories.CommandFactory(station=station, kind="get_log")
    with Work.transaction({station.pk}, timezone.now()) as work:
        return logs.ask(work=work, station=station, command=command, action="GetLog", values={"log": log})


@pytest.fixture
def asked(station):
    """A log asked of a charger that is connected."""
    factories.connect(station)
    station.connection.host = "csms.example:9000"
    station.connection.save()
    return ask(station)


def token(asked):
    return asked.location.rstrip("/").rpartition("/")[2]


def test_the_charger_is_sent_to_where_it_is_connected(asked, settings):
    assert asked.location.startswith("http://csms.example:9000/uploads/")
    assert token(asked) not in asked.row.location


def test_the_token_itself_is_kept_nowhere(asked):
    assert token(asked) not in str(LogRequest.objects.values().get())


def test_a_configured_address_goes_first(station, settings):
    settings.UPLOAD_URL = "https://csms.example/"
    assert ask(station).location.startswith("https://csms.example/uploads/")


def test_without_any_address_nothing_is_asked_for(station):
    with pytest.raises(logs.NoUploadAddress):
        ask(station)


def test_a_file_that_breaks_off_is_not_kept(asked, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)

    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"begun"
            raise OSError("the line is dead")

    with pytest.raises(OSError, match="dead"):
        logs.receive(token=token(asked), name="a.log", content=Broken(b""))
    assert not LogRequest.objects.get().file
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_file_that_is_here_is_uploaded_whatever_the_charger_says(asked, station):
    logs.receive(token=token(asked), name="a.log", content=ContentFile(b"x"))
    with Work.transaction({station.pk}, timezone.now()) as work:
        logs.status_told(work=work, station=station, action="GetLog", request_id=asked.row.pk, status="UploadFailure")
    row = LogRequest.objects.get()
    assert (row.state, row.status) == ("uploaded", "UploadFailure")


def test_logs_and_security_events_beyond_their_retention_are_deleted(asked, station, settings):
    settings.LOG_DAYS = settings.SECURITY_EVENT_DAYS = 1
    stored = logs.receive(token=token(asked), name="a.log", content=ContentFile(b"x")).file.name
    long_ago = timezone.now() - timedelta(days=2)
    LogRequest.objects.update(requested_at=long_ago)
    SecurityEvent.objects.create(station=station, type="ResetOrReboot", at=long_ago, received_at=long_ago)
    assert tasks.prune_logs() == 2
    assert not default_storage.exists(stored)


def test_a_log_that_never_came_has_failed_after_a_day(asked):
    LogRequest.objects.update(requested_at=timezone.now() - timedelta(hours=25))
    assert tasks.prune_logs() == 0
    assert LogRequest.objects.get().state == "failed"
