"""The design page shows all there is: what a style sheet or a component brings stands on it."""

import re

import pytest
from django.urls import reverse

from tests.architecture.tree import ROOT

COMPONENTS = ROOT / "static/css/components.css"
# What stands on every page around its content, or only while something happens.
ELSEWHERE = {"htmx-request", "svg"}


DIALOG = {"HX-Request": "true", "HX-Target": "dialog-body"}


@pytest.fixture
def page(browser, viewer):
    """With the dialog that it opens."""
    address = reverse("stations:design")
    dialog = browser(viewer).get(address, headers=DIALOG).content.decode()
    return browser(viewer).get(address).content.decode() + dialog


def test_every_class_of_the_components_is_shown(page):
    style = re.sub(r"url\([^)]*\)|/\*.*?\*/", "", COMPONENTS.read_text(encoding="utf-8"))
    classes = set(re.findall(r"\.([a-z][a-z-]+)", style)) - ELSEWHERE
    shown = set(" ".join(re.findall(r'class="([^"]*)"', page)).split())
    assert sorted(classes - shown) == []


def test_every_colour_and_icon_is_shown(page):
    colours = re.findall(r"--([\w-]+): light-dark", (ROOT / "static/css/tokens.css").read_text(encoding="utf-8"))
    icons = re.findall(r'symbol id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text(encoding="utf-8"))
    assert colours
    assert [name for name in colours if f"var(--{name})" not in page] == []
    assert icons
    assert [name for name in icons if f"#{name}" not in page] == []


def test_its_dialog_says_that_nothing_was_done(browser, viewer):
    answer = browser(viewer).post(reverse("stations:design"), headers=DIALOG)
    assert answer.status_code == 204
    assert "busbar:done" in answer.headers["HX-Trigger"]
