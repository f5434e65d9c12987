"""docs/conformance.md: which certification case is shown by which test. `python -m tests.conformance.report` writes it.

The cases stand in each version's cases.csv; tests belong to one by their names. A case without a test needs a reason in
reasons.csv, and a mandatory one had better have a test.
"""

import ast
import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "conformance.md"
REASONS = HERE / "reasons.csv"
FOLDERS = {"ocpp1.6": "ocpp16", "ocpp2.0.1": "ocpp201", "ocpp2.1": "ocpp21"}
KINDS = {"M": "mandatory", "C": "conditional"}


@dataclass(frozen=True)
class Shown:
    """A test that shows a case; `what`: the first line of its docstring."""

    path: str
    name: str
    what: str


@dataclass
class Case:
    """A certification case, or for 2.1, which has none yet, a use case."""

    id: str
    kind: str
    about: str
    shown: list[Shown] = field(default_factory=list)
    reason: str = ""


def cases(version: str) -> dict[str, Case]:
    """The version's cases, each with the tests that show it."""
    rows = list(csv.DictReader((HERE / FOLDERS[version] / "cases.csv").open(newline="")))
    found = {row["case"]: Case(row["case"], KINDS.get(row["csms"], ""), _about(row)) for row in rows}
    for shown, case_id in _tests(version, found):
        if case_id in found:
            found[case_id].shown.append(shown)
    for row in csv.DictReader(REASONS.open(newline="")):
        if row["version"] == version:
            found[row["case"]].reason = row["reason"]
    return found


def _about(row: dict[str, str]) -> str:
    if "title" in row:
        return row["title"]
    ids = row["requirements"] if row["requirements"].strip().lower() not in ("", "n/a") else row["use_cases"]
    return ", ".join(part for part in re.split(r"[,\s]+", ids) if part)


def _tests(version: str, known: dict[str, Case]) -> Iterator[tuple[Shown, str]]:
    """The version's tests with the case that each is named after."""
    for path in sorted((HERE / FOLDERS[version]).glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name.startswith("test_"):
                what = (ast.get_docstring(node) or "").split("\n")[0]
                if case_id := case_of(version, node.name, known):
                    yield Shown(path.relative_to(PAGE.parents[1]).as_posix(), node.name, what), case_id


def case_of(version: str, name: str, known: dict[str, Case]) -> str:
    """The case a test is named after; empty for a test of something else.

    A number behind a 1.6 case's is part of it only where there is such a case.
    """
    if version == "ocpp1.6":
        match = re.match(r"test_tc_(\d{3})(?:_(\d)_)?", name)
        if match is None:
            return ""
        exact = f"TC_{match[1]}_{match[2]}"
        return exact if exact in known else f"TC_{match[1]}"
    if version == "ocpp2.0.1":
        match = re.match(r"test_tc_([a-p])_(\d\d)_", name)
        return f"TC_{match[1].upper()}_{match[2]}" if match else ""
    match = re.match(r"test_([a-s]\d\d)_", name)
    return match[1].upper() if match else ""


def problems() -> list[str]:
    """What stands against the page: cases without a test or reason, reasons that are none any more."""
    found = []
    for version in FOLDERS:
        known = cases(version)
        for case in known.values():
            if not case.shown and not case.reason:
                found.append(f"{version} {case.id} has neither a test nor a reason.")
            if case.shown and case.reason:
                found.append(f"{version} {case.id} has a test and a reason for having none.")
        found += [f"{shown.path}: {shown.name} shows nothing: give it a docstring." for shown, _ in _silent(version)]
    return found


def _silent(version: str) -> Iterator[tuple[Shown, str]]:
    return ((shown, case_id) for shown, case_id in _tests(version, cases(version)) if not shown.what)


def render() -> str:
    """The page."""
    lines = [
        "# Conformance",
        "",
        "Which certification case is shown by which test, driven over a real websocket against the real server.",
        "Written by `make conformance`; a test fails while this page is out of date.",
        "",
        "OCPP 1.6 and 2.0.1: the cases of the Open Charge Alliance for a central system. OCPP 2.1 has none yet: its",
        "new and changed use cases. Beside them, `tests/conformance/payloads/` sends every message of the three",
        "versions, good and bad; `tests/conformance/test_messages.py` holds that each has its handler and command.",
        "",
        "| version | cases | shown by a test | without, with a reason |",
        "|---|---|---|---|",
    ]
    for version in FOLDERS:
        known = cases(version).values()
        with_test = sum(1 for case in known if case.shown)
        lines.append(f"| {version} | {len(known)} | {with_test} | {sum(1 for case in known if case.reason)} |")
    for version in FOLDERS:
        lines += ["", f"## {version}", "", "| case | | about | shown by |", "|---|---|---|---|"]
        lines += [_row(case) for case in cases(version).values()]
    return "\n".join(lines) + "\n"


def _row(case: Case) -> str:
    by_path = defaultdict(list)
    for shown in case.shown:
        by_path[shown.path].append(shown.name)
    tests = [f"[{name}](../{path})" for path, names in by_path.items() for name in sorted(names)]
    shown_by = "<br>".join(tests) or f"no test: {case.reason}"
    return f"| {case.id} | {case.kind} | {case.about} | {shown_by} |"


if __name__ == "__main__":
    PAGE.write_text(render())
    for problem in problems():
        print(problem)  # noqa: T201
