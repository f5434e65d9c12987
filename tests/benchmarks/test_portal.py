"""A small run of the benchmark over a large network."""

import json
import os
import subprocess
import sys

import pytest

from tests.architecture.tree import ROOT


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")
def test_a_tiny_network_is_made_and_looked_at(tmp_path):
    report = tmp_path / "report.json"
    options = ["--size=0.0005", "--requests=1", "--only=sessions/", f"--json={report}"]
    command = [sys.executable, "-m", "benchmarks", "portal", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(report.read_text())
    assert "/console/sessions/ (operator)" in [row["page"] for row in found["rows"]]
    assert all(row["queries"] > 0 for row in found["rows"])
