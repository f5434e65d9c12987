"""Static files: our own, and of the installed packages exactly those that are listed."""

import pytest
from django.contrib.staticfiles import finders

from config.npm import FILES, NODE_MODULES, NpmFinder


def test_every_listed_file_is_installed():
    assert [path for path in FILES.values() if not (NODE_MODULES / path).is_file()] == []


def test_a_listed_file_is_found_by_its_static_name():
    assert finders.find("vendor/htmx.js") == str(NODE_MODULES / FILES["vendor/htmx.js"])


@pytest.mark.parametrize("name", ["vendor/../package.json", "htmx.org/dist/htmx.js", "vendor/nothing.js"])
def test_nothing_else_of_node_modules_is_found(name):
    assert NpmFinder().find(name) == []


def test_the_finder_lists_what_can_be_collected():
    assert {name for name, storage in NpmFinder().list([]) if storage.exists(name)} == set(FILES)


def test_a_static_file_is_served_whole(client):
    answer = client.get("/static/vendor/htmx.js")
    assert answer.status_code == 200
    assert answer.content == (NODE_MODULES / FILES["vendor/htmx.js"]).read_bytes()
    assert answer["content-type"].startswith("text/javascript")


def test_a_file_the_browser_has_already_is_not_sent_again(client):
    first = client.get("/static/vendor/htmx.js")
    again = client.get("/static/vendor/htmx.js", headers={"If-None-Match": first["etag"]})
    assert again.status_code == 304
    assert again.content == b""
