"""Names and states of logs and firmware updates."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stations.domain import firmware, logs
from stations.domain.firmware import FirmwareState
from stations.domain.logs import LogState
from stations.domain.security_events import is_critical


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("diagnostics.zip", "diagnostics.zip"),
        ("../../etc/passwd", "passwd"),
        ("C:\\logs\\mai 2026.log", "mai_2026.log"),
        (".htaccess", "htaccess"),
        ("", "log"),
        ("Prüfung.txt", "Prufung.txt"),
        ("x" * 300 + ".log", "x" * 96 + ".log"),
    ],
)
def test_a_file_keeps_a_harmless_name(given_name, kept):
    assert logs.file_name(given_name)[-20:] == kept[-20:]


@given(st.text(max_size=300))
def test_no_name_leads_anywhere(name):
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", logs.file_name(name))


def test_words_that_tell_nothing_leave_the_state():
    assert logs.state_after("Idle", LogState.UPLOADING) is LogState.UPLOADING
    assert firmware.state_after("Idle", FirmwareState.INSTALLED) is FirmwareState.INSTALLED


@pytest.mark.parametrize("status", ["UploadFailure", "UploadFailed", "BadMessage", "PermissionDenied"])
def test_an_upload_that_did_not_work_has_failed(status):
    assert logs.state_after(status, LogState.UPLOADING) is LogState.FAILED


def test_an_answer_that_refuses_ends_an_update():
    assert firmware.state_of_answer("InvalidCertificate") is FirmwareState.FAILED
    assert firmware.state_of_answer("AcceptedCanceled") is FirmwareState.REQUESTED


def test_critical_is_what_the_list_calls_so():
    assert is_critical("TamperDetectionActivated")
    assert not is_critical("InvalidMessages")
    assert not is_critical("VendorsOwn")
