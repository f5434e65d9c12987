"""What people and programs are told while the database is away, or has no connection free for them."""

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, connections
from django.db.utils import ConnectionHandler
from django.test import Client

from config import bodies, env
from tests.services import free_port


def _settings_of(monkeypatch, url):
    monkeypatch.setenv("ANOTHER_URL", url)
    found = env.database("ANOTHER_URL", sqlite_file="")
    found["OPTIONS"]["pool"] |= {"min_size": 0, "max_size": 1, "timeout": 0.2}
    return found


@pytest.fixture(params=["unreachable", "exhausted"])
def out_of_reach(request, monkeypatch, django_db_blocker):
    """Requests find a database at an address where nobody listens, or a pool whose only connection is taken."""
    if request.param == "unreachable":
        found = _settings_of(monkeypatch, f"postgres://nobody@127.0.0.1:{free_port()}/none")
    elif connection.vendor == "postgresql":
        of_test = connection.settings_dict
        # The server's own database, which is always there.
        found = _settings_of(monkeypatch, "postgres://") | {
            name: of_test[name] for name in ("HOST", "PORT", "USER", "PASSWORD")
        }
        found["NAME"] = "postgres"
    else:
        pytest.skip("SQLite has no pool")
    usual = connections["default"]
    # Both have the pool of their alias.
    holder, used = (ConnectionHandler({"default": found, "another": found})["another"] for _ in range(2))
    with django_db_blocker.unblock():
        if request.param == "exhausted":
            holder.connect()
        connections["default"] = used
        yield
        connections["default"] = usual
        holder.close()
        holder.close_pool()


@pytest.fixture
def client():
    """Somebody who was signed in; whether they still are stands in the database."""
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    return client


def test_a_program_is_told_in_a_problem_document_when_to_come_back(out_of_reach, client):
    answer = client.get("/api/v1/stations/", headers={"Authorization": f"Bearer {'x' * 40}"})
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert int(answer["Retry-After"]) > 0
    document = answer.json()
    assert document["status"] == 503
    assert "database" in document["detail"]
    assert document["request_id"] == answer["X-Request-ID"]


@pytest.mark.parametrize("path", ["/console/", "/"])
def test_a_person_is_told_on_a_page_what_happened_and_what_to_do(out_of_reach, client, path):
    answer = client.get(path)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0
    page = answer.content.decode()
    assert "cannot reach its database" in page
    assert "try again" in page


def test_a_charger_that_brings_its_log_is_told_to_come_again(out_of_reach):
    sent = []

    async def send(message):
        sent.append(message)

    # In this thread, which has the connection.
    async_to_sync(bodies.limited(None))({"path": f"/uploads/{'a' * 43}/a.log", "headers": []}, None, send)
    assert sent[0]["status"] == 503


def test_an_error_of_our_own_is_still_one(client, monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError

    monkeypatch.setattr("django.middleware.locale.LocaleMiddleware.process_request", broken)
    assert client.get("/").status_code == 500
    answer = client.get("/api/v1/stations/")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
