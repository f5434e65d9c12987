"""Who may speak to the API, and how it says no."""

from rest_framework.test import APIClient

SITES = "/api/v1/sites/"


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    document = response.json()
    assert document["status"] == response.status_code
    assert document["type"] == "about:blank"
    return document


def test_without_a_key_it_is_401_and_says_how_to_come(db):
    response = APIClient().get(SITES)
    assert problem(response)["title"] == "Unauthorized"
    assert response["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_wrong_key_is_401(db):
    response = APIClient(headers={"Authorization": "Bearer nonsense"}).get(SITES)
    assert response.status_code == 401
    assert "unknown or revoked" in problem(response)["detail"]


def test_a_key_acts_as_its_person(api, operator, site):
    names = [row["name"] for row in api(operator).get(SITES).json()["results"]]
    assert names == [site.name]


def test_a_browser_session_may_read(client, operator, site):
    client.force_login(operator)
    assert client.get(SITES).json()["results"][0]["name"] == site.name


def test_a_browser_session_needs_the_csrf_token_to_write(operator):
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(operator)
    response = client.post(SITES, {})
    assert response.status_code == 403
    assert "CSRF" in problem(response)["detail"]


def test_a_reading_key_does_not_write(api, operator):
    response = api(operator, "read").post(SITES, {})
    assert response.status_code == 403
    assert "“write”" in problem(response)["detail"]


def test_a_writing_key_does_not_command(api, operator, station):
    response = api(operator, "read", "write").post(f"/api/v1/stations/{station.identity}/commands/", {"kind": "reset"})
    assert response.status_code == 403
    assert "“command”" in problem(response)["detail"]


def test_a_key_never_does_more_than_its_person(api, viewer, site):
    response = api(viewer).patch(f"{SITES}{site.pk}/", {"name": "Mine"})
    assert response.status_code == 403
    assert "manage_network" in problem(response)["detail"]
