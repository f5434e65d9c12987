"""What people do about themselves: join by a letter, set up a second factor, sign in with it."""

import re
from contextlib import contextmanager
from itertools import count

import pytest
from playwright.sync_api import expect

from tests import totp
from tests.browser.conftest import violations
from tests.server import until

PASSWORD = "correct horse battery"
_numbers = count(1)
LINK = re.compile(r"http://[^/\s]+(/invitations/[A-Za-z0-9_=\n-]+/)")


@pytest.fixture
def letters(installation):
    """What was sent to an address, the latest last."""

    def sent_to(address):
        texts = [path.read_text() for path in sorted((installation.data / "mail").glob("*"), key=_written)]
        return [text for text in texts if f"To: {address}" in text]

    return sent_to


def _written(path):
    return path.stat().st_mtime_ns


@pytest.fixture
def invited(open_page, letters):
    """`invited(site)` is the address of a technician of one site who has been invited, and the link in the letter."""

    def invite():
        address = f"tina{next(_numbers)}@example.com"
        with open_page() as page:
            page.goto("/console/members/")
            page.get_by_role("link", name="Invite somebody").click()
            page.get_by_label("Email address").fill(address)
            page.get_by_label("Technician").check()
            page.get_by_label("Only the sites chosen here").check()
            page.get_by_label("Find a site by name or city").fill("amsterdam")
            site = page.locator("#site-choices label")
            expect(site).to_have_count(1)
            site.get_by_role("checkbox").check()
            assert violations(page) == []
            page.get_by_role("button", name="Send the invitation").click()
            expect(page.get_by_role("status")).to_contain_text("on its way")
            expect(page.get_by_role("row", name=re.compile(address))).to_contain_text("Oosterpark")
        until(lambda: letters(address), "the letter is there")
        return address, LINK.search(letters(address)[-1].replace("=\n", ""))[1]

    return invite


@pytest.fixture
def joined(open_page, invited, installation):
    """`with joined() as (page, address)`: somebody who has just joined, at localhost, where browsers offer passkeys."""

    @contextmanager
    def join():
        address, link = invited()
        with open_page(visitor=True) as page:
            page.goto(_at_localhost(installation, link))
            page.get_by_label("Your name").fill("Tina")
            page.get_by_label("Password").fill(PASSWORD)
            assert violations(page) == []
            page.get_by_role("button", name="Create the account and join").click()
            expect(page.get_by_role("heading", name="Stations by status")).to_be_visible()
            yield page, address

    return join


def _at_localhost(installation, path):
    return f"http://localhost:{installation.portal_port}{path}"


def _confirm(page):
    """Say once more who one is, before something that matters."""
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def _sign_out(page):
    page.get_by_role("link", name="Sign out").click()
    page.get_by_role("main").get_by_role("button", name="Sign Out").click()
    page.wait_for_url("**/")


def _password(page, installation, address):
    page.goto(_at_localhost(installation, "/accounts/login/"))
    page.get_by_label("Email").fill(address)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_technician_who_was_invited_joins_and_sees_their_site_only(joined):
    with joined() as (page, _):
        page.get_by_role("navigation", name="Console").get_by_role("link", name="Sites").click()
        expect(page.locator("a.row-link")).to_have_text(["Oosterpark"])
        expect(page.get_by_role("link", name="Members")).to_have_count(0)


def test_an_app_is_set_up_and_asked_for_at_the_next_sign_in(joined, installation):
    with joined() as (page, address):
        page.goto(_at_localhost(installation, "/accounts/2fa/"))
        page.get_by_role("link", name="Set up an app").click()
        _confirm(page)
        assert violations(page) == []
        secret = page.get_by_label("Authenticator secret").input_value()
        page.get_by_label("Authenticator code").fill(totp.code(secret))
        page.get_by_role("button", name="Activate").click()
        expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
        assert violations(page) == []
        _sign_out(page)
        _password(page, installation, address)
        assert violations(page) == []
        page.get_by_label("Code").fill(totp.code(secret, later_s=30))
        page.get_by_role("button", name="Sign In", exact=True).click()
        expect(page.get_by_role("heading", name="Stations by status")).to_be_visible()


def test_a_passkey_signs_in_without_a_password(joined, installation):
    with joined() as (page, _):
        device = page.context.new_cdp_session(page)
        device.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
        options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
        device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        page.goto(_at_localhost(installation, "/accounts/2fa/"))
        page.get_by_role("link", name="Add a passkey").click()
        _confirm(page)
        assert violations(page) == []
        page.get_by_label("Passwordless").check()
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
        _sign_out(page)
        page.goto(_at_localhost(installation, "/accounts/login/"))
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Stations by status")).to_be_visible()
