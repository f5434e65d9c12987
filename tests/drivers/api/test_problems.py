"""Every error is a problem document (RFC 9457)."""

import pytest

SITES = "/api/v1/sites/"


@pytest.fixture
def client(api, operator):
    return api(operator)


@pytest.mark.parametrize(
    ("status", "send"),
    [
        (400, lambda client: client.generic("POST", SITES, "{", "application/json")),
        (400, lambda client: client.generic("POST", SITES, "[1]", "application/json")),
        (400, lambda client: client.generic("POST", SITES, '{"name": NaN}', "application/json")),
        (400, lambda client: client.get(SITES, {"cursor": "nonsense"})),
        (404, lambda client: client.get(f"{SITES}99999999999999999999999/")),
        (404, lambda client: client.get("/api/v1/stations/no%00such/")),
        (404, lambda client: client.get("/api/v1/nowhere/")),
        (404, lambda client: client.get("/api/nowhere")),
        (405, lambda client: client.delete(SITES)),
        (406, lambda client: client.get(SITES, headers={"Accept": "image/png"})),
        (415, lambda client: client.generic("POST", SITES, "name=x", "application/x-www-form-urlencoded")),
    ],
)
def test_an_error_is_a_problem_document(client, status, send):
    response = send(client)
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]


def test_a_fault_in_the_body_is_pointed_at(client):
    errors = client.post(SITES, {"name": "", "latitude": 91, "longitude": 0}).json()["errors"]
    assert {error["pointer"] for error in errors} == {"#/name", "#/latitude"}
    assert all(error["detail"] for error in errors)


def test_a_fault_in_a_filter_names_the_parameter(client):
    response = client.get("/api/v1/sessions/", {"started_after": "yesterday"})
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == ["started_after"]


@pytest.mark.parametrize(
    "query",
    [f"commands/?part_of={'9' * 30}", "commands/?requested_before=9999-12-31T23:59:59-14:00"],
)
def test_what_is_out_of_the_range_of_any_row_is_no_fault_of_ours(client, query):
    response = client.get(f"/api/v1/{query}")
    # PostgreSQL compares with it all the same, SQLite cannot.
    assert response.status_code == 200 or "out of range" in response.content.decode()
    assert response.status_code in (200, 400)


def test_an_email_address_longer_than_any_is_nobodys(client):
    response = client.post("/api/v1/id-tokens/", {"value": "CARD-9", "driver": "x" * 100_000})
    assert response.status_code == 400
