"""Browser tests: the system's Chromium against a running installation with the demo network and its chargers.

Every page collects what the browser complains about (scripts, policy, failed requests); complaints fail the test.
"""

import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.architecture.tree import ROOT
from tests.installation import Installation
from tests.server import until

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text
AWAY = "SELECT count(*) FROM stations_station WHERE connection_id IS NULL"
# Tickets are told of after the incidents, which take the database for long.
TOLD = "SELECT count(*) FROM monitoring_ticket"
CHARGED = "SELECT count(*) FROM stations_session WHERE energy_wh > 1000"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

expect.set_options(timeout=60_000)


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    """The demo network, running: its stations are connected, and vehicles have charged."""
    found = Installation(tmp_path_factory.mktemp("browser") / "data")
    try:
        found.start()
        until(lambda: found.query(AWAY) == [(0,)], f"all stations are connected\n{found.logs()}", 240)
        until(lambda: found.query(CHARGED) != [(0,)], f"vehicles have charged\n{found.logs()}", 240)
        until(lambda: found.query(TOLD) != [(0,)], f"its past is written\n{found.logs()}", 900)
        yield found
    finally:
        found.stop()


@contextmanager
def _launched():
    with sync_playwright() as playwright:
        executable = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def page_at(url, cookie="", **options):
    """A page of a browser of its own, of whoever's session the cookie is. Queries come after the browser's end."""
    with _launched() as browser:
        context = browser.new_context(base_url=url, **options)
        if cookie:
            context.add_cookies([{"name": "sessionid", "value": cookie, "url": url}])
        yield context.new_page()


@pytest.fixture(scope="session")
def chromium():
    with _launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def signed_in(chromium, installation):
    """The cookies of an operator who has signed in once, through the form."""
    context = chromium.new_context(base_url=f"http://127.0.0.1:{installation.portal_port}")
    page = context.new_page()
    sign_in(page)
    state = context.storage_state()
    context.close()
    return state


def sign_in(page, email="operator@demo.example"):
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill("demo-busbar")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/console/" if email.startswith("operator") else "**/")


@pytest.fixture
def open_page(chromium, installation, signed_in):
    """`with open_page(…) as page`: a page of the operator or a visitor; what the browser complains about fails it."""

    @contextmanager
    def opened(*, visitor=False, complaint="", **options):
        context = chromium.new_context(
            base_url=f"http://127.0.0.1:{installation.portal_port}",
            storage_state=None if visitor else signed_in,
            **{"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options},
        )
        page = context.new_page()
        complaints = []
        page.on("console", lambda message: message.type in ("error", "warning") and complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("response", lambda answer: answer.status >= 500 and complaints.append(f"{answer.status} {answer.url}"))
        yield page
        context.close()
        # Only a page that is meant to fail may name one.
        assert [text for text in complaints if not complaint or complaint not in text] == []

    return opened


def violations(page):
    """What axe-core finds wrong, as lines."""
    # Evaluated past the page's own policy, which rightly refuses foreign scripts.
    page.evaluate(AXE())
    # Its preloading writes style elements, which the policy refuses just as rightly.
    found = page.evaluate("tags => axe.run(document, {runOnly: tags, preload: false})", STANDARDS)
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
