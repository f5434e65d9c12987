"""One driver and one id token in the console: seen, made, changed, blocked and deleted."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from drivers.models import IdToken
from stations.models import Fact, SiteScope
from tests import factories


@pytest.fixture
def values():
    """What the form asks for at least."""
    return {"value": "CARD-NEW", "status": "accepted", "type": "ISO14443"}


def test_a_token_is_made_for_a_driver(browser, operator, organization, driver, values):
    body = {**values, "driver": "Driver@example.com", "label": "Blue", "expires_at": "2027-01-02T03:04"}
    browser(operator).post(reverse("stations:token-add"), body)
    token = IdToken.objects.get(value="CARD-NEW")
    assert (token.organization, token.driver, token.label) == (organization, driver, "Blue")
    assert token.expires_at == datetime(2027, 1, 2, 3, 4, tzinfo=UTC)


def test_the_form_shows_what_is_known_and_changes_it(browser, operator, id_token, driver):
    client, url = browser(operator), reverse("stations:token-edit", args=[id_token.pk])
    initial = client.get(url).context["form"].initial
    assert initial["driver"] == driver.email
    client.post(url, {**initial, "expires_at": "", "charging_priority": "", "driver": "", "parent": "FLEET"})
    id_token.refresh_from_db()
    assert (id_token.driver, id_token.parent) == (None, "FLEET")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"driver": "nobody@example.com"}, "Nobody has signed up with this address"),
        ({"charging_priority": "10"}, "less than or equal to 9"),
        ({"value": "taken"}, "already"),
    ],
)
def test_what_cannot_be_is_said(browser, operator, organization, values, wrong, told):
    factories.IdTokenFactory(organization=organization, value="TAKEN")
    answer = browser(operator).post(reverse("stations:token-add"), {**values, **wrong})
    assert told in answer.content.decode()
    assert not IdToken.objects.filter(value="CARD-NEW").exists()


def test_blocking_a_token_is_news(browser, operator, id_token):
    client, url = browser(operator), reverse("stations:token-status", args=[id_token.pk])
    client.post(url, {"status": "blocked"})
    id_token.refresh_from_db()
    assert id_token.status == "blocked"
    assert Fact.objects.filter(kind="token.changed", subject_id=id_token.pk).exists()
    assert "Blocked" in client.get(reverse("stations:token", args=[id_token.pk])).content.decode()
    client.post(url, {"status": "accepted"})
    id_token.refresh_from_db()
    assert id_token.status == "accepted"


def test_a_deleted_token_leaves_its_sessions(browser, operator, id_token, session):
    browser(operator).post(reverse("stations:token-delete", args=[id_token.pk]))
    session.refresh_from_db()
    assert (session.token, session.id_token) == (None, id_token.value)


@pytest.mark.parametrize("name", ["token-edit", "token-status", "token-delete"])
@pytest.mark.parametrize(("who", "status"), [("support", 403), ("viewer", 404), ("stranger", 404)])
def test_only_who_manages_tokens_changes_them(browser, request, id_token, name, who, status):
    url = reverse(f"stations:{name}", args=[id_token.pk])
    assert browser(request.getfixturevalue(who)).post(url, {"status": "blocked"}).status_code == status
    id_token.refresh_from_db()
    assert id_token.status == "accepted"


def test_support_sees_a_token_without_what_changes_it(browser, support, id_token):
    page = browser(support).get(reverse("stations:token", args=[id_token.pk])).content.decode()
    assert id_token.value in page
    assert reverse("stations:token-edit", args=[id_token.pk]) not in page


def test_a_driver_shows_tokens_and_sessions(browser, operator, driver, id_token, session):
    page = browser(operator).get(reverse("stations:driver", args=[driver.pk])).content.decode()
    for text in (driver.email, id_token.value, session.station.identity):
        assert text in page


def test_a_driver_of_others_is_not_found(browser, stranger, viewer, driver):
    url = reverse("stations:driver", args=[driver.pk])
    assert browser(stranger).get(url).status_code == 404
    assert browser(viewer).get(url).status_code == 403


def test_a_drivers_sessions_elsewhere_are_for_those_who_work_there(browser, organization, driver, session):
    membership = factories.MembershipFactory(organization=organization)
    SiteScope.objects.create(membership=membership, site=factories.SiteFactory(organization=organization))
    page = browser(membership.user).get(reverse("stations:driver", args=[driver.pk]))
    assert page.context["state"].recent_sessions == 0
    assert session.station.identity not in page.content.decode()


def test_the_new_token_of_a_driver_is_begun_with_their_address(browser, operator, driver):
    page = browser(operator).get(f"{reverse('stations:token-add')}?driver={driver.pk}")
    assert page.context["form"].initial["driver"] == driver.email
