"""Bodies of requests are refused before they are kept."""

import asyncio

import pytest

from config import bodies


async def answer(path, pieces, *, declared=None, never_ends=False):
    """The status of an application behind the guard that reads everything; None where it was asked."""
    sent, asked = [], []
    waiting = [
        {"type": "http.request", "body": piece, "more_body": never_ends or number + 1 < len(pieces)}
        for number, piece in enumerate(pieces)
    ]

    async def receive():
        if not waiting and never_ends:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    async def application(scope, receive, send):
        while (await receive())["more_body"]:
            pass
        asked.append(True)

    headers = [(b"content-length", str(declared).encode())] if declared is not None else []
    await bodies.limited(application)({"path": path, "headers": headers}, receive, send)
    return None if asked else sent[0]["status"]


@pytest.fixture(autouse=True)
def small(monkeypatch, settings):
    monkeypatch.setattr(bodies, "MAX_BYTES", 100)
    settings.UPLOAD_MAX_BYTES = 1000


async def test_a_body_within_its_limit_passes():
    assert await answer("/api/v1/sites/", [b"x" * 60, b"x" * 40]) is None


async def test_one_that_goes_on_beyond_it_is_refused_halfway():
    assert await answer("/api/v1/sites/", [b"x" * 60, b"x" * 41, b"never read"]) == 413


async def test_one_that_says_that_it_is_too_long_is_not_read_at_all():
    assert await answer("/api/v1/sites/", [b"never read"], declared=101) == 413


# Its thread looks whether a connection is left there, of whichever test.
@pytest.mark.django_db(transaction=True)
async def test_uploads_have_a_limit_of_their_own(monkeypatch):
    monkeypatch.setattr(bodies.logs, "expected", lambda token: None)
    assert await answer("/uploads/token/a.log", [b"x" * 1000]) is None
    assert await answer("/uploads/token/a.log", [b""], declared=200_000) == 413


async def test_a_length_that_is_no_number_is_not_believed():
    assert await answer("/", [b"x" * 101], declared="many") == 413


@pytest.mark.django_db(transaction=True)
async def test_nothing_is_read_of_a_log_that_nobody_asked_for():
    assert await answer(f"/uploads/{'a' * 43}/a.log", []) == 404


async def test_a_body_of_which_nothing_comes_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "IDLE_S", 0.01)
    assert await answer("/api/v1/sites/", [b"x"], never_ends=True) == 408
