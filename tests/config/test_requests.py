"""Request ids, and the numbers of requests."""

import json
import logging

import pytest
import structlog
from prometheus_client import REGISTRY, generate_latest

from config.logs import RENDERERS, SHARED

pytestmark = pytest.mark.django_db


def count(route, status, method="GET"):
    labels = {"route": route, "method": method, "status": str(status)}
    return REGISTRY.get_sample_value("busbar_requests_total", labels) or 0


def test_a_request_has_an_id(client):
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert len(first) == 32
    assert first != second


def test_a_well_formed_id_is_taken_over(client):
    answer = client.get("/healthz", headers={"X-Request-ID": "0f1e2d3c-aaaa.B_1"})
    assert answer["X-Request-ID"] == "0f1e2d3c-aaaa.B_1"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space and more", 'quoted"quoted', "<script>alert</script>"])
def test_any_other_is_replaced(client, given):
    assert client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"] != given


@pytest.mark.parametrize("path", ["/api/v1/stations/", "/api/v1/nothing/"])
def test_problem_documents_name_the_request(client, path):
    answer = client.get(path)
    assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_requests_are_counted_by_route_and_status(client):
    before = count("healthz", 200), count("none", 404)
    client.get("/healthz")
    client.get("/no/such/page")
    assert (count("healthz", 200), count("none", 404)) == (before[0] + 1, before[1] + 1)


def test_a_strangers_method_makes_no_series_of_its_own(client):
    client.generic("BREW", "/")
    assert b'method="other"' in generate_latest()
    assert b"BREW" not in generate_latest()


def test_the_log_carries_the_id(client):
    lines = []

    class Lines(logging.Handler):
        def emit(self, record):
            lines.append(json.loads(self.format(record)))

    handler = Lines()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *RENDERERS["json"]],
            foreign_pre_chain=SHARED,
        )
    )
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    try:
        answer = client.get("/no/such/page")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert [line["request_id"] for line in lines] == [answer["X-Request-ID"]]


def test_what_proves_who_somebody_is_stays_out_of_the_log(client, settings, operator, caplog):
    caplog.set_level(logging.DEBUG)
    settings.METRICS_TOKEN = "pl4nted-metrics"
    credentials = {"email": operator.email, "login": operator.email, "password": "pl4nted-password"}
    for path in ("/accounts/login/", "/admin/login/", "/api/v1/stations/", "/no/such/page?token=1"):
        client.post(path, credentials, headers={"Authorization": "Bearer pl4nted-key"})
    client.get("/metrics", headers={"Authorization": "Bearer pl4nted-metrics"})
    client.get(
        "/api/v1/stations/", headers={"Authorization": "Basic cGw0bnRlZA==", "Cookie": "sessionid=pl4nted-cookie"}
    )
    said = " ".join(f"{record.getMessage()} {record.args!r} {record.exc_info!r}" for record in caplog.records)
    assert caplog.records
    assert "pl4nted" not in said
    assert "cGw0bnRlZA" not in said
