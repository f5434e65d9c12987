"""A small run of the benchmark over a large network."""

import os

import pytest

from tests.benchmarks.running import report_of


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")
def test_a_tiny_network_is_made_and_looked_at(tmp_path):
    found = report_of(tmp_path, "portal", "--size=0.0005", "--requests=1", "--only=sessions/")
    assert "/console/sessions/ (operator)" in [row["page"] for row in found["rows"]]
    assert all(row["queries"] > 0 for row in found["rows"])
