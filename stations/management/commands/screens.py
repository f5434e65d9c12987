"""`manage.py screens`: pictures of every main page of a running demo, in light, dark and on a phone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

DESK = {"width": 1440, "height": 960}
PHONE = {"width": 390, "height": 844}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {
        "viewport": PHONE,
        "color_scheme": "light",
        "device_scale_factor": 2,
        "is_mobile": True,
        "has_touch": True,
    },
}


class Command(BaseCommand):
    help = "Take pictures of every main page of the demo that runs at --url."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=f"http://localhost:{os.environ.get('PORT') or 8000}")
        parser.add_argument("--out", type=Path, default=Path(settings.MEDIA_ROOT).parent / "screens")
        parser.add_argument("--email", default="operator@demo.example")
        parser.add_argument("--password", default="demo-busbar")
        parser.add_argument("--only", default="", help="Part of a page's name: only such pages.")

    def handle(self, *args: Any, **options: Any) -> None:
        url = options["url"].rstrip("/")
        try:
            urlopen(f"{url}/healthz", timeout=5).close()  # noqa: S310 - the address is the caller's own
        except (URLError, OSError) as error:
            raise CommandError(f"Nothing answers at {url}. Start the demo with `make run` first.") from error
        # A tool for developers: production installs no browser.
        from playwright.sync_api import sync_playwright  # noqa: PLC0415

        options["out"].mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
            for look, context in LOOKS.items():
                page = browser.new_context(base_url=url, **context).new_page()
                for name in _pages(page, options):
                    file = options["out"] / f"{name}-{look}.png"
                    page.screenshot(path=file, full_page=look != "phone" and name not in ("map", "command"))
                    self.stdout.write(str(file))
            browser.close()


def _chromium() -> str | None:
    """The system's browser; None leaves the choice to playwright."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _pages(page: Any, options: dict[str, Any]) -> Iterator[str]:
    """Go through all pages; yields a page's name when it stands."""
    for name, path in {"map": "/", "sign-in": "/accounts/login/", "not-found": "/nowhere/"}.items():
        if options["only"] in name:
            yield _open(page, name, path)
    _sign_in(page, options)
    paths = {
        "overview": "/console/",
        "sites": "/console/sites/",
        "stations": "/console/stations/",
        "sessions": "/console/sessions/",
        "commands": "/console/commands/",
        "refused": "/console/refused/",
        "incidents": "/console/incidents/?state=all",
        "uptime": "/console/uptime/",
        "charging-success": "/console/charging-success/",
        "on-call": "/console/on-call/",
        "work-orders": "/console/work-orders/?state=all",
        "connectivity": "/console/connectivity/",
        "two-factor": "/accounts/2fa/",
    }
    for name, path in paths.items():
        if options["only"] in name:
            yield _open(page, name, path)
    yield from _details(page, options["only"])


def _details(page: Any, only: str) -> Iterator[str]:
    """The page of one site, of one session, and those of one station where a vehicle charges."""
    page.goto("/console/sites/")
    site = page.locator("a.row-link").first.get_attribute("href")
    # An older one: it has run its whole course.
    page.goto("/console/sessions/?is_open=false")
    session = page.locator("a.row-link").last.get_attribute("href")
    page.goto("/console/stations/?glance=charging")
    station = page.locator("a.row-link").first.get_attribute("href")
    details = {"site": site, "session": session, "station": station}
    details |= {"messages": f"{station}messages/", "configuration": f"{station}configuration/"}
    for name, path in details.items():
        if only in name:
            yield _open(page, name, path)
    if only in "command":
        _open(page, "command", station)
        page.locator(".page-head").get_by_role("link", name="Reset").click()
        page.locator("dialog[open]").wait_for()
        page.wait_for_timeout(300)
        yield "command"


def _open(page: Any, name: str, path: str) -> str:
    # Not "networkidle": live pages never are.
    page.goto(path)
    page.evaluate("document.fonts.ready")
    if page.locator("[data-chart]").count():
        page.locator("[data-chart][data-drawn]").wait_for()
    if page.locator("[data-map]").count():
        page.locator("[data-map][data-ready][data-sites]").wait_for()
    page.wait_for_timeout(700)
    return name


def _sign_in(page: Any, options: dict[str, Any]) -> None:
    page.goto("/accounts/login/?next=/console/")
    page.locator("[name=login]").fill(options["email"])
    page.locator("[name=password]").fill(options["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/console/")
