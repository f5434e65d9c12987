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
