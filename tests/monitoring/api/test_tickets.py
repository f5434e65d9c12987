"""/tickets/"""

import pytest

from tests.monitoring.tickets import report


@pytest.fixture
def ticket(network):
    return report(network)


def test_tickets_are_read_with_their_conversation_and_the_state_of_the_charger(api, operator, ticket, elsewhere):
    report(elsewhere)
    (row,) = api(operator).get("/api/v1/tickets/?open=true&overdue=false&priority=normal").json()["results"]
    assert (row["reference"], row["state"], row["priority"]) == (ticket.reference, "open", "normal")
    detail = api(operator).get(f"/api/v1/tickets/{ticket.reference}/").json()
    assert [message["body"] for message in detail["messages"]] == ["I tried three times."]
    assert detail["snapshot"]["identity"] == ticket.station.identity


def test_one_is_opened_once_for_a_key(api, operator, network):
    body = {"subject": "It hums", "body": "Loudly", "station": network.station.identity, "key": "call-7"}
    first = api(operator).post("/api/v1/tickets/", body)
    assert first.status_code == 201
    assert (first.json()["station"], first.json()["source"]) == (network.station.identity, "console")
    assert api(operator).post("/api/v1/tickets/", body).json()["reference"] == first.json()["reference"]


def test_a_charger_of_another_network_cannot_be_named(api, operator, elsewhere):
    body = {"subject": "x", "body": "y", "station": elsewhere.station.identity}
    assert api(operator).post("/api/v1/tickets/", body).status_code == 400


def test_one_about_no_charger_names_the_network(api, operator, organization):
    body = {"subject": "x", "body": "y"}
    assert api(operator).post("/api/v1/tickets/", body).status_code == 400
    assert api(operator).post("/api/v1/tickets/", {**body, "organization": organization.slug}).status_code == 201


def test_it_is_answered_noted_assigned_and_resolved(api, operator, technician, ticket):
    client, at = api(operator), f"/api/v1/tickets/{ticket.reference}"
    assert client.post(f"{at}/answer/", {"text": "Try again."}).json()["state"] == "waiting"
    assert client.post(f"{at}/note/", {"text": "Odd."}).json()["messages"][-1]["is_internal"] is True
    assert client.post(f"{at}/assign/", {"to": technician.email}).json()["assigned_to"] == technician.email
    assert client.post(f"{at}/assign/", {"to": "nobody@example.com"}).status_code == 400
    assert client.post(f"{at}/resolve/", {"text": "Mended."}).json()["state"] == "resolved"


def test_what_cannot_be_done_says_why(api, operator, network):
    ticket = report(network, contact_email="")
    answer = api(operator).post(f"/api/v1/tickets/{ticket.reference}/answer/", {"text": "Hello"})
    assert answer.status_code == 409
    assert "no email address" in answer.json()["detail"]


def test_who_only_looks_sees_none_and_answers_none(api, viewer, ticket):
    assert api(viewer).get("/api/v1/tickets/").json()["results"] == []
    assert api(viewer).post(f"/api/v1/tickets/{ticket.reference}/note/", {"text": "x"}).status_code == 404
