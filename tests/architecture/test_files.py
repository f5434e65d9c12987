"""What committed files must be like."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.architecture.tree import ROOT

LOCKS = [*sorted(ROOT.glob("requirements*.lock")), ROOT / "package-lock.json"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_does_not_say_where_packages_come_from(lock):
    """Each machine has its own registry; hashes say what is right. (npm keeps authors' funding pages: no registry.)"""
    text = re.sub(r'"funding": \{[^}]*\}', "", lock.read_text())
    assert re.findall(r'.*(?:://|"resolved"|--(?:extra-)?index-url|--find-links).*', text) == []


@pytest.mark.parametrize("lock", [path for path in LOCKS if path.suffix == ".lock"], ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock):
    text = lock.read_text()
    packages = re.findall(r"^[a-z0-9][^\n=]*==", text, re.MULTILINE | re.IGNORECASE)
    assert packages
    assert len(packages) == len(re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n +--hash=", text, re.MULTILINE | re.IGNORECASE))


def test_the_committed_openapi_document_is_up_to_date():
    out = StringIO()
    call_command("spectacular", stdout=out)
    assert (ROOT / "docs" / "openapi.yaml").read_text().strip() == out.getvalue().strip(), "Run `make openapi`."
