"""Every main page: accessible in light and dark, no wider than a phone, quiet in the browser's console."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import violations
from tests.server import until

PUBLIC = [
    "/",
    "/status/",
    "/status/demo-network/subscribe/",
    "/status/demo-network/?lang=de",
    "/help/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
]
CONSOLE = [
    "/console/",
    "/console/incidents/",
    "/console/incidents/?state=all",
    "/console/repairs/runs/",
    "/console/repairs/cures/",
    "/console/repairs/playbook/",
    "/console/tickets/",
    "/console/tickets/new/",
    "/console/tickets/figures/",
    "/console/canned-answers/",
    "/console/support-policy/",
    "/console/alert-rules/",
    "/console/alert-rules/offline/",
    "/console/wall/",
    "/console/wall/?theme=light",
    "/console/search/?q=reset+am",
    "/console/sites/",
    "/console/stations/",
    "/console/evses/",
    "/console/drivers/",
    "/console/id-tokens/",
    "/console/id-tokens/add/",
    "/console/sessions/",
    "/console/commands/",
    "/console/commands/bulk/",
    "/console/design/",
    "/console/refused/",
    "/console/charging-profiles/",
    "/console/charging-profiles/add/",
    "/console/root-certificates/",
    "/console/root-certificates/add/",
    "/console/waiting/",
    "/console/waiting/new/",
    "/console/sites/new/",
    "/console/sites/new/hours/",
    "/console/sites/new/access/",
    "/console/labels/",
    "/console/waiting/import/",
    "/console/messages/",
    "/console/security-events/",
    "/console/charging-success/",
    "/console/charging-success/?by=firmware",
    "/console/charging-success/attempts/",
    "/console/helpline/",
    "/console/helpline/new/",
    "/console/helpline/report/",
    "/console/connectivity/",
    "/console/connectivity/drops/",
    "/console/connectivity/providers/",
    "/console/connectivity/tests/",
    "/console/connectivity/tests/new/",
    "/console/work-orders/",
    "/console/work-orders/?state=all",
    "/console/work-orders/new/",
    "/console/windows/",
    "/console/windows/new/",
    "/console/plans/",
    "/console/plans/new/",
    "/console/checklists/",
    "/console/checklists/new/",
    "/console/inspections/",
    "/console/repairs/",
    "/console/on-call/",
    "/console/on-call/add/",
    "/console/escalation/",
    "/console/escalation/add/",
    "/console/channels/",
    "/console/notifications/",
    "/console/notifications/log/",
    "/console/configuration/",
    "/console/configuration/add/",
    "/console/configuration/differences/",
    "/console/uptime/",
    "/console/uptime/reports/",
    "/console/uptime/reports/uk/?all=1",
    "/console/uptime/exclusions/",
    "/console/status-page/",
    "/console/members/",
    "/console/audit/",
    "/console/keys/",
    "/console/organization/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/email/",
    "/accounts/logout/",
]
SITE_AND_SESSION = ["site", "site/edit/", "site/contacts/add/", "session", "session/timeline/"]
SITE_AND_SESSION += ["uptime", "driver", "id-token", "id-token/edit/", "member"]
# Of a station of OCPP 1.6 and of one of 2.0.1; what OCPP 1.6 has nothing for is left out.
BOTH = ["", "commands/", "reservations/", "tokens/", "power/", "configuration/", "messages/", "logs/"]
BOTH += [
    "checks/",
    "link/",
    "security/",
    "setup/",
    "edit/",
    "notes/",
    "photos/",
    "labels/",
    "commands/reset/",
    "commands/reserve/",
    "commands/call/",
    "dialog",
    "menu",
]
ONLY_2 = ["customers/", "display/", "monitoring/", "commands/set_display_message/", "commands/get_report/"]
STATIONS = [f"ocpp1.6 {page}" for page in BOTH] + [f"ocpp2.0.1 {page}" for page in [*BOTH, *ONLY_2]]


def _open(page, where):
    """Go to a path, or to a page of the first site, session or station of a version there is."""
    if where.startswith("/"):
        page.goto(where)
    elif where.startswith("ocpp"):
        _open_station(page, *where.split(" "))
    else:
        kind, _, rest = where.partition("/")
        page.goto("/console/uptime/" if kind == "uptime" else f"/console/{kind}s/")
        page.goto(page.locator("a.row-link").first.get_attribute("href") + rest)
    if page.locator("[data-chart]").count():
        page.locator("[data-chart][data-drawn]").wait_for()
    if page.locator("[data-map]").count():
        page.locator("[data-map][data-ready][data-sites]").wait_for()
    page.evaluate("document.fonts.ready")


def _open_station(page, protocol, path):
    page.goto(f"/console/stations/?protocol={protocol}")
    station = page.locator("a.row-link").first.get_attribute("href")
    page.goto(station if path in ("dialog", "menu") else station + path)
    if path == "dialog":
        page.locator(".page-head").get_by_role("link", name="Reset").click()
        expect(page.get_by_role("dialog")).to_be_visible()
    if path == "menu":
        page.locator(".page-head").get_by_role("button", name="More").click()
        expect(page.get_by_role("link", name="More commands")).to_be_in_viewport()


@pytest.mark.parametrize("where", [*PUBLIC, *CONSOLE, *SITE_AND_SESSION, *STATIONS])
def test_a_page_is_accessible_in_light_and_dark_and_fits_a_desk_and_a_phone(open_page, where):
    with open_page(visitor=where in PUBLIC, color_scheme="light") as page:
        _open(page, where)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page) == []
        page.set_viewport_size({"width": 360, "height": 740})
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert violations(page) == []


@pytest.mark.parametrize("where", [*PUBLIC, *CONSOLE, *SITE_AND_SESSION, *STATIONS])
def test_a_page_weighs_no_more_than_a_phone_in_a_garage_can_carry(open_page, where):
    with open_page(visitor=where in PUBLIC) as page:
        _open(page, where)
        address = page.url
        weights = _weights(page)
        page.goto(address, wait_until="networkidle")
        assert len(weights) > 5
        assert sum(weights.values()) < 250_000, sorted(weights.items(), key=lambda item: -item[1])[:5]


def _weights(page):
    """Bytes that come over the line by address, from now on and without a cache; what is fetched again counts once."""
    devtools, addresses, weights = page.context.new_cdp_session(page), {}, {}

    def asked(event):
        addresses[event["requestId"]] = event["request"]["url"]

    def came(event):
        weights.setdefault(addresses.get(event["requestId"]), event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", asked)
    devtools.on("Network.loadingFinished", came)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    return weights


def test_the_tab_of_the_page_is_in_sight_on_a_phone(open_page):
    with open_page(viewport={"width": 360, "height": 740}) as page:
        _open(page, "ocpp2.0.1 setup/")
        for name in ("Connection", "Setup"):
            expect(page.get_by_role("main").get_by_role("link", name=name, exact=True)).to_be_in_viewport()


def test_the_side_bar_shows_where_one_is_on_a_low_screen(open_page):
    with open_page(viewport={"width": 1280, "height": 600}) as page:
        page.goto("/console/organization/")
        expect(page.locator(".side nav [aria-current]")).to_be_in_viewport()
        # Only the side bar was scrolled for it: the page begins at its head.
        page.goto("/console/tickets/figures/")
        expect(page.locator(".side nav [aria-current]")).to_be_in_viewport()
        assert page.evaluate("scrollY") == 0


def test_a_phone_reaches_every_page_of_the_side_bar(open_page):
    with open_page() as page:
        page.goto("/console/")
        wanted = {link.get_attribute("href") for link in page.locator(".side nav a").all()}
        page.set_viewport_size({"width": 360, "height": 740})
        page.locator(".tabbar").get_by_role("button", name="More").click()
        links = page.locator(".tabbar a:visible, #person-menu a:visible")
        until(lambda: wanted <= {link.get_attribute("href") for link in links.all()}, "the menu holds all of them")


def test_error_pages_are_pages(open_page):
    with open_page(visitor=True, complaint="404") as page:
        page.goto("/nowhere/")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        assert violations(page) == []
