"""Liveness and readiness."""

import pytest

from monitoring import health

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """A slow machine takes its time to look for migrations."""
    monkeypatch.setattr(health, "TIMEOUT_S", 60)


async def test_a_process_that_serves_is_alive(async_client):
    assert (await async_client.get("/healthz")).status_code == 200


async def test_a_process_with_everything_it_needs_is_ready(async_client):
    answer = await async_client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "problems": [], "warnings": answer.json()["warnings"]}


async def test_what_does_not_answer_is_named_without_its_details(async_client, monkeypatch):
    async def broken():
        raise ConnectionError("redis://user:password@host")

    monkeypatch.setitem(health.CHECKS, "channel layer", broken)
    answer = await async_client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["channel layer: ConnectionError"]


async def test_a_dead_lane_makes_the_process_not_ready(async_client, monkeypatch):
    monkeypatch.setattr(health.edge, "problems", lambda: ["lane-0 has died"])
    answer = await async_client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == ["lane-0 has died"]
