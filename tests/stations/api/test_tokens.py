"""/id-tokens/"""

import pytest

from drivers.models import IdToken
from stations.models import Fact, SiteScope
from tests import factories

TOKENS = "/api/v1/id-tokens/"


@pytest.fixture
def client(api, operator):
    return api(operator)


def test_a_token_is_made_and_chargers_hear_of_it(client, organization):
    response = client.post(TOKENS, {"value": "04A1B2C3"})
    assert response.status_code == 201
    assert (
        response.json().items()
        >= {
            "organization": organization.slug,
            "value": "04A1B2C3",
            "type": "ISO14443",
            "status": "accepted",
            "expires_at": None,
            "driver": None,
        }.items()
    )
    fact = Fact.objects.get(kind="token.changed")
    assert (fact.subject_id, fact.data["value"]) == (response.json()["id"], "04A1B2C3")


def test_an_expiry_may_lie_in_the_past(client):
    response = client.post(TOKENS, {"value": "OLD", "expires_at": "2020-01-01T00:00:00Z", "parent": "FAMILY"})
    assert response.json().items() >= {"expires_at": "2020-01-01T00:00:00Z", "parent": "FAMILY"}.items()


@pytest.mark.parametrize("value", ["", "x" * 256, "\x00"])
def test_nonsense_is_refused(client, value):
    assert client.post(TOKENS, {"value": value}).status_code == 400


def test_a_value_is_unique_whatever_its_case(client, id_token):
    response = client.post(TOKENS, {"value": id_token.value.lower()})
    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"] == "#/value"
    assert "already" in response.json()["detail"]


def test_another_organization_may_have_the_same_value(client, elsewhere):
    assert client.post(TOKENS, {"value": elsewhere.id_token.value}).status_code == 201


def test_a_token_is_blocked(client, id_token):
    response = client.patch(f"{TOKENS}{id_token.pk}/", {"status": "blocked"})
    assert response.json()["status"] == "blocked"
    assert Fact.objects.get(kind="token.changed").data["status"] == "blocked"


def test_a_driver_is_named_by_email_or_by_the_id_of_somebody_known(client, driver, id_token):
    by_email = client.post(TOKENS, {"value": "ONE", "driver": driver.email.upper()}).json()
    by_id = client.post(TOKENS, {"value": "TWO", "driver": driver.pk}).json()
    assert by_email["driver"] == by_id["driver"] == driver.pk
    assert by_id["driver_email"] == driver.email


def test_an_id_reveals_nobody_unknown(client, stranger):
    response = client.post(TOKENS, {"value": "ONE", "driver": stranger.pk})
    assert response.status_code == 400
    assert stranger.email not in str(response.json())


def test_a_token_is_deleted_and_its_sessions_stay(client, id_token, session):
    assert client.delete(f"{TOKENS}{id_token.pk}/").status_code == 204
    session.refresh_from_db()
    assert (session.token, session.id_token) == (None, id_token.value)
    assert Fact.objects.get(kind="token.changed").data["deleted"]


def test_lists_filter(client, organization, id_token):
    other = factories.IdTokenFactory(organization=organization, value="ABC", status="blocked")

    def found(**query):
        return {row["id"] for row in client.get(TOKENS, query).json()["results"]}

    assert found(status="blocked") == {other.pk}
    assert found(value="abc") == {other.pk}
    assert found(search="ab") == {other.pk}
    assert found(search="bc") == set()
    assert found() == {other.pk, id_token.pk}


def test_support_sees_tokens_and_changes_none(api, support, id_token):
    client = api(support)
    assert client.get(f"{TOKENS}{id_token.pk}/").status_code == 200
    assert client.post(TOKENS, {"value": "NEW"}).status_code == 403
    assert client.delete(f"{TOKENS}{id_token.pk}/").status_code == 403


def test_an_operator_of_some_sites_changes_no_tokens_of_the_whole(api, operator, site, id_token):
    SiteScope.objects.create(membership=operator.memberships.get(), site=site)
    assert api(operator).delete(f"{TOKENS}{id_token.pk}/").status_code == 403
    assert IdToken.objects.filter(pk=id_token.pk).exists()
