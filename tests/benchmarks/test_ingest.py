"""The ingest benchmarks run to their end: a few chargers, a moment, no figure asked for."""

import os

import pytest

from tests.benchmarks.running import report_of


def measured(tmp_path, name, *options):
    small = ["--chargers=3", "--seconds=1", "--warmup=0"]
    environment = {"DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    return report_of(tmp_path, name, *small, *options, **environment)["rows"]


@pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="needs PostgreSQL")
def test_ingest_counts_messages_of_both_protocols_and_what_they_cost(tmp_path):
    rows = measured(tmp_path, "ingest", "--samples", "10", "--only")
    assert [row["message"] for row in rows] == ["MeterValues", "TransactionEvent"]
    assert all(row["messages/s"] > 0 for row in rows)


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="it is about SQLite")
def test_embedded_counts_messages_while_pages_are_opened(tmp_path):
    rows = measured(tmp_path, "embedded")
    assert all(row["messages/s"] > 0 and row["REST list p95 ms"] > 0 for row in rows)
