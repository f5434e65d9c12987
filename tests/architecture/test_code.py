"""What the code must be like everywhere, and the tools that say so."""

import pytest

from tests.architecture.tree import ROOT, functions, modules, run

MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
NOTHING_NAMES = {"utils", "common", "helpers", "core", "misc"}


def test_imports_point_down():
    run("lint-imports", "--no-cache")


def test_no_module_is_longer_than_a_person_can_hold():
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > MAX_MODULE_LINES} == {}


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}": lines
        for path in modules()
        for function in functions(path)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_no_file_has_a_name_that_says_nothing():
    assert [str(path) for path in modules() if path.stem in NOTHING_NAMES or path.parent.name in NOTHING_NAMES] == []


@pytest.mark.parametrize("command", [("ruff", "check"), ("ruff", "format", "--check")], ids=" ".join)
def test_style(command):
    run(*command)


def test_types():
    run("mypy", "config", "drivers", "stations", "billing", "firmware", "monitoring")
