"""Signing in with more than a password, and organizations that ask for it."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from drivers.models import AuditEntry
from stations import live
from stations.consumers.live import visible_groups
from tests import factories, totp

CONSOLE = "/console/"


def sign_in(client, person):
    return client.post("/accounts/login/", {"login": person.email, "password": factories.PASSWORD}, follow=True)


def set_up_app(client):
    """The secret that the app has from now on."""
    client.post("/accounts/reauthenticate/", {"password": factories.PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r'id="authenticator_secret"[^>]*value="([A-Z2-7]+)"', page)[1]
    client.post("/accounts/2fa/totp/activate/", {"code": totp.code(secret)})
    return secret


@pytest.fixture
def strict(organization):
    """The organization asks everybody for a second factor."""
    organization.two_factor_required = True
    organization.save()
    return organization


def test_with_an_app_a_password_alone_does_not_sign_in(client, operator):
    sign_in(client, operator)
    secret = set_up_app(client)
    client.logout()
    asked = sign_in(client, operator)
    assert asked.redirect_chain[-1][0] == "/accounts/2fa/authenticate/"
    assert client.get(CONSOLE).status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert client.get(CONSOLE).status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": totp.code(secret, later_s=30)})
    assert client.get(CONSOLE).status_code == 200


def test_nor_does_it_open_the_support_admin(client, operator):
    operator.is_staff = True
    operator.save()
    sign_in(client, operator)
    set_up_app(client)
    client.logout()
    client.post("/admin/login/", {"username": operator.email, "password": factories.PASSWORD})
    assert "_auth_user_id" not in client.session


def test_a_recovery_code_opens_once(client, operator):
    sign_in(client, operator)
    set_up_app(client)
    codes = client.get("/accounts/2fa/recovery-codes/download/").content.decode()
    one = re.findall(r"^\s*(\d{8})\s*$", codes, re.M)[0]
    for works in (True, False):
        client.logout()
        sign_in(client, operator)
        client.post("/accounts/2fa/authenticate/", {"code": one})
        assert (client.get(CONSOLE).status_code == 200) is works


def test_the_secret_is_kept_sealed_and_no_log_has_it(client, operator, organization):
    sign_in(client, operator)
    secret = set_up_app(client)
    assert secret not in str(list(Authenticator.objects.values()))
    entry = AuditEntry.objects.filter(content_type__model="authenticator", organization=organization).earliest()
    assert entry.changes["data"] == ["", "••••••"]


def test_who_lacks_one_is_led_to_set_it_up_before_any_page(client, operator, strict):
    sign_in(client, operator)
    answer = client.get("/console/stations/", follow=True)
    assert answer.redirect_chain == [("/accounts/2fa/", 302)]
    assert "Volta asks its people to sign in with more than a password" in answer.content.decode()
    set_up_app(client)
    assert client.get("/console/stations/").status_code == 200


def test_a_fragment_leads_the_whole_page_there(client, operator, strict):
    client.force_login(operator)
    answer = client.get("/console/stations/", headers={"HX-Request": "true", "HX-Target": "results"})
    assert answer["HX-Redirect"] == "/accounts/2fa/"


def test_without_it_a_browser_reads_nothing_over_the_api_and_a_key_does(client, operator, strict, api):
    client.force_login(operator)
    refused = client.get("/api/v1/sites/")
    assert refused.status_code == 403
    assert "second factor" in refused.json()["detail"]
    assert api(operator).get("/api/v1/sites/").status_code == 200


def test_nor_does_an_open_page_hear_anything(operator, strict):
    group = live.organization_group(strict.pk)
    assert visible_groups(operator.pk, [group]) == set()
    Authenticator.objects.create(user=operator, type=Authenticator.Type.TOTP, data={"secret": ""})
    assert visible_groups(operator.pk, [group]) == {group}


@pytest.mark.parametrize("page", ["/accounts/2fa/", "/accounts/email/", "/accounts/sessions/", "/accounts/logout/"])
def test_the_account_s_own_pages_stay_open(client, operator, strict, page):
    client.force_login(operator)
    assert client.get(page).status_code == 200


def test_who_works_for_another_organization_too_is_asked_as_well(operator, strict, elsewhere, client):
    member = factories.MembershipFactory(organization=elsewhere.organization)
    factories.MembershipFactory(organization=strict, user=member.user)
    client.force_login(member.user)
    assert client.get(CONSOLE).status_code == 302


def test_an_organization_that_asks_for_none_lets_everybody_in(operator):
    client = Client()
    sign_in(client, operator)
    assert client.get(CONSOLE).status_code == 200
