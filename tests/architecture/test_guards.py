"""The guards around all tests do guard."""

import socket

import pytest
from django.template import Context, Origin, Template, engines

from config.strict_templates import UndefinedVariable
from tests.loopback import LeavesTheMachine


def test_a_connection_to_another_machine_is_refused():
    with socket.socket() as other, pytest.raises(LeavesTheMachine):
        other.connect(("192.0.2.1", 80))


def test_a_name_of_another_machine_is_not_looked_up():
    with pytest.raises(LeavesTheMachine):
        socket.create_connection(("busbar.example", 80), timeout=1)


def _page(source, folder):
    return Template(source, origin=Origin(str(folder / "page.html")), engine=engines["django"].engine)


def test_an_undefined_variable_in_a_template_of_ours_fails(settings):
    with pytest.raises(UndefinedVariable, match="nobody"):
        _page("{% if True %}{{ nobody.knows }}{% endif %}", settings.BASE_DIR / "templates").render(Context({}))


def test_an_undefined_variable_in_a_library_template_shows_nothing(tmp_path):
    assert _page("<{{ nobody.knows }}>", tmp_path).render(Context({})) == "<>"
